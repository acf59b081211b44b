-- id = "victim-profile"
-- title = "Unexplained look-ups of one kind of people"
-- description = "A user's unexplained accesses fall on one sex, age band or marker far more than what peers in the same role see."
-- level = "high"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "attribute"]
-- points = 32
-- summary = "{user_id} looked up {subjects} people {trait} {event_count} times without explanation: {percent} % of the people so looked up, none counted more than {most_looks} times; of the people whom peers see, {peer_percent} % are {trait}"
-- reads = ["judgeable_access", "not_fully_explained_access", "other_access", "peer_group", "peer_member", "people_seen", "subject", "subject_marker", "unexplained_access"]
-- requires = ["incident", "subject", "posting or staff"]
-- chance = { test = "hypergeometric", counts = ["hits", "draws", "peer_hits", "peer_draws"], tests = "tests", among = "value" }
-- parameters.min_accesses = 15
-- parameters.min_peers = 3
-- parameters.most_looks = 2
-- parameters.max_p = 0.001
-- parameters.times_odds = 1.5
-- parameters.min_others = 10
-- parameters.unknown_sexes = ["U", "UNKNOWN", "NOT KNOWN", "UNSPECIFIED", "N/K", "NK", "0", "9"]
-- references = [
--     "IPCC/ACPO 2012, cases three and six: women; men. Case five: people who might be vulnerable",
--     "Merseyside 2012: 170 checks in 36 months, all on women",
--     "R. A. Fisher, Statistical Methods for Research Workers (1934), 21.02: the exact test",
--     "Vanderbilt, 8 million accesses: high-risk flags arise by chance more often than expected",
-- ]
-- tags = ["victims", "exploitation", "chance"]
-- falsepositives = [
--     "A desk within the role that sees mostly such people, such as one detective in four who takes the domestic abuse.",
--     "A task that no incident records: a survey of hostels, a review of missing girls.",
-- ]
-- blind_spots = [
--     "Homes, vehicles and telephones have neither sex nor age: only people count.",
--     "One person looked up again and again: see repeated-subject. The third look at a person does not count here.",
--     "A preference that the records do not hold, or that the whole team shares.",
-- ]
-- triage = [
--     "Read ages, markers and the hours together: whom would somebody choose, and when?",
--     "Look for contact, and for the same people in complaints. Someone so chosen may not know that they were.",
-- ]
--
-- Who looks for prey looks for a kind of person; who works sees whoever comes. No sex is taken for granted. A person
-- counts most_looks times at most, once found and once come back to: fifteen look-ups of one woman say nothing about women. The base is not the population
-- but the people whom peers (same role and unit at the time, else same role) saw in the same months, explained or not. Fisher's exact
-- test gives the chance that so many of the user's people are of that kind if both drew from one urn; `p_corrected` is Holm's, over all users, attributes and
-- values tried. Of several values of one attribute the least likely is reported. Small differences over large numbers do
-- not count: the share's lower 95 % bound (Wilson) must reach times_odds the odds among peers, and exceed the share in what
-- peers themselves cannot explain.
-- The numbers: `subjects` are people of that kind, and the accesses that count are all unexplained ones to them. `draws` are the
-- user's looks at people, each person counted most_looks times at most, and `hits` those of them at people of that kind; so 176
-- accesses to 55 women can be 90 draws and 90 hits. `peer_draws` and `peer_hits` are the same of the peers, explained or not, person
-- by person, user and month. `share` is hits of draws, `peer_share` the peers', `peer_unexplained_share` of what they cannot explain,
-- `own_explained_share` of the user's own explained work.
-- Where the user's own explained work, of min_others people or more, shows the same share, the user has
-- such a desk: the level is low.
WITH person AS (
    SELECT
        subject_id,
        date_of_birth,
        CASE
            WHEN trim(sex) <> '' AND NOT list_contains($unknown_sexes, upper(trim(sex))) THEN upper(trim(sex))
        END AS sex
    FROM subject
    WHERE subject_kind = 'person' OR sex IS NOT NULL OR date_of_birth IS NOT NULL OR markers IS NOT NULL
),

unexplained_person AS (
    SELECT
        unexplained_access.access_id,
        unexplained_access.user_id,
        unexplained_access.subject_id,
        unexplained_access.local_date,
        person.sex,
        person.date_of_birth
    FROM unexplained_access
    INNER JOIN person ON unexplained_access.subject_id = person.subject_id
),

candidate AS (
    SELECT
        user_id,
        count(*) AS marker_accesses,
        count(sex) AS sex_accesses,
        count(date_of_birth) AS age_accesses
    FROM unexplained_person
    GROUP BY user_id
    HAVING count(*) >= $min_accesses
),

unexplained_month AS (
    SELECT DISTINCT
        unexplained_person.user_id,
        substr(CAST(unexplained_person.local_date AS VARCHAR), 1, 7) AS month
    FROM unexplained_person
    SEMI JOIN candidate ON unexplained_person.user_id = candidate.user_id
),

candidate_month AS (
    SELECT
        peer_group.user_id,
        peer_group.month,
        peer_group.group_id
    FROM unexplained_month
    INNER JOIN peer_group
        ON unexplained_month.user_id = peer_group.user_id AND unexplained_month.month = peer_group.month
    WHERE peer_group.peers >= $min_peers
),

looked AS (
    SELECT
        unexplained_person.user_id,
        unexplained_person.subject_id,
        unexplained_person.sex,
        unexplained_person.date_of_birth,
        min(unexplained_person.local_date) AS local_date,
        count(*) AS accesses
    FROM unexplained_person
    SEMI JOIN candidate ON unexplained_person.user_id = candidate.user_id
    GROUP BY
        unexplained_person.user_id,
        unexplained_person.subject_id,
        unexplained_person.sex,
        unexplained_person.date_of_birth
),

-- What else the user did to the same people: only for the age, which is that at the user's first look of all.
looked_too AS (
    SELECT
        user_id,
        subject_id,
        local_date
    FROM other_access
    UNION ALL
    SELECT
        user_id,
        subject_id,
        local_date
    FROM not_fully_explained_access
    WHERE weak
),

first_look AS (
    SELECT
        looked_too.user_id,
        looked_too.subject_id,
        min(looked_too.local_date) AS local_date
    FROM looked_too
    SEMI JOIN looked ON looked_too.user_id = looked.user_id AND looked_too.subject_id = looked.subject_id
    GROUP BY looked_too.user_id, looked_too.subject_id
),

-- Each person looked up unexplained, most_looks at most.
own_age AS (
    SELECT
        looked.user_id,
        looked.subject_id,
        looked.sex,
        least(looked.accesses, $most_looks) AS looks,
        date_diff(
            'day', looked.date_of_birth, least(looked.local_date, coalesce(first_look.local_date, looked.local_date))
        ) AS age_days
    FROM looked
    LEFT JOIN first_look ON looked.user_id = first_look.user_id AND looked.subject_id = first_look.subject_id
),

own_look AS (
    SELECT
        user_id,
        subject_id,
        sex,
        looks,
        CASE
            WHEN age_days * 4 < 18 * 1461 THEN '0-17'
            WHEN age_days * 4 < 26 * 1461 THEN '18-25'
            WHEN age_days * 4 < 36 * 1461 THEN '26-35'
            WHEN age_days * 4 < 51 * 1461 THEN '36-50'
            WHEN age_days * 4 < 66 * 1461 THEN '51-65'
            WHEN age_days * 4 >= 66 * 1461 THEN '66+'
        END AS age
    FROM own_age
),

own_kind AS (
    SELECT
        user_id,
        sex,
        age,
        sum(looks) AS hits,
        count(*) AS subjects
    FROM own_look
    GROUP BY user_id, sex, age
),

-- An empty value stands for the attribute itself: it could be known of the person. A person without a marker has been looked at
-- for one; a person without sex or age has not.
own_trait AS (
    SELECT
        user_id,
        'sex' AS attribute,
        sex AS value,
        hits,
        subjects
    FROM own_kind
    WHERE sex IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        'sex' AS attribute,
        '' AS value,
        hits,
        subjects
    FROM own_kind
    WHERE sex IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        'age' AS attribute,
        age AS value,
        hits,
        subjects
    FROM own_kind
    WHERE age IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        'age' AS attribute,
        '' AS value,
        hits,
        subjects
    FROM own_kind
    WHERE age IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        'marker' AS attribute,
        '' AS value,
        hits,
        subjects
    FROM own_kind
    UNION ALL
    SELECT
        own_look.user_id,
        'marker' AS attribute,
        subject_marker.marker AS value,
        own_look.looks AS hits,
        1 AS subjects
    FROM own_look
    INNER JOIN subject_marker ON own_look.subject_id = subject_marker.subject_id
),

own AS (
    SELECT
        user_id,
        attribute,
        value,
        sum(hits) AS hits,
        CAST(sum(subjects) AS BIGINT) AS subjects
    FROM own_trait
    GROUP BY user_id, attribute, value
),

seen_value AS (
    SELECT
        user_id,
        month,
        attribute,
        value,
        sum(people * least(accesses, $most_looks)) AS hits,
        sum(people * least(unexplained, $most_looks)) AS unexplained_hits
    FROM people_seen
    WHERE attribute <> 'sex' OR NOT list_contains($unknown_sexes, value)
    GROUP BY user_id, month, attribute, value
),

compared_group AS (
    SELECT DISTINCT
        group_id,
        month
    FROM candidate_month
),

-- What the members of each group saw in each month.
seen_by_group AS (
    SELECT
        compared_group.group_id,
        compared_group.month,
        seen_value.attribute,
        seen_value.value,
        sum(seen_value.hits) AS hits,
        sum(seen_value.unexplained_hits) AS unexplained_hits
    FROM compared_group
    INNER JOIN peer_member
        ON compared_group.group_id = peer_member.group_id AND compared_group.month = peer_member.month
    INNER JOIN seen_value ON peer_member.user_id = seen_value.user_id AND peer_member.month = seen_value.month
    GROUP BY compared_group.group_id, compared_group.month, seen_value.attribute, seen_value.value
),

seen_by_all AS (
    SELECT
        candidate_month.user_id,
        seen_by_group.attribute,
        seen_by_group.value,
        sum(seen_by_group.hits) AS hits,
        sum(seen_by_group.unexplained_hits) AS unexplained_hits
    FROM candidate_month
    INNER JOIN seen_by_group
        ON candidate_month.group_id = seen_by_group.group_id AND candidate_month.month = seen_by_group.month
    GROUP BY candidate_month.user_id, seen_by_group.attribute, seen_by_group.value
),

seen_by_user AS (
    SELECT
        candidate_month.user_id,
        seen_value.attribute,
        seen_value.value,
        sum(seen_value.hits) AS hits,
        sum(seen_value.unexplained_hits) AS unexplained_hits
    FROM candidate_month
    INNER JOIN seen_value ON candidate_month.user_id = seen_value.user_id AND candidate_month.month = seen_value.month
    GROUP BY candidate_month.user_id, seen_value.attribute, seen_value.value
),

-- The user stands in the group, and is no peer of their own.
seen_by_others AS (
    SELECT
        seen_by_all.user_id,
        seen_by_all.attribute,
        seen_by_all.value,
        seen_by_all.hits - coalesce(seen_by_user.hits, 0) AS hits,
        seen_by_all.unexplained_hits - coalesce(seen_by_user.unexplained_hits, 0) AS unexplained_hits
    FROM seen_by_all
    LEFT JOIN seen_by_user
        ON
            seen_by_all.user_id = seen_by_user.user_id
            AND seen_by_all.attribute = seen_by_user.attribute
            AND seen_by_all.value = seen_by_user.value
),

seen_by_peers AS (
    SELECT
        user_id,
        attribute,
        value,
        hits,
        unexplained_hits
    FROM seen_by_others
    UNION ALL
    SELECT
        user_id,
        attribute,
        '' AS value,
        sum(hits) AS hits,
        sum(unexplained_hits) AS unexplained_hits
    FROM seen_by_others
    WHERE attribute <> 'marker'
    GROUP BY user_id, attribute
),

tested AS (
    SELECT
        own.user_id,
        own.attribute,
        own.value,
        own.subjects,
        CAST(own.hits AS BIGINT) AS hits,
        CAST(own_all.hits AS BIGINT) AS draws,
        CAST(coalesce(peer.hits, 0) AS BIGINT) AS peer_hits,
        CAST(peer_all.hits AS BIGINT) AS peer_draws,
        CAST(coalesce(peer.unexplained_hits, 0) AS BIGINT) AS peer_unexplained_hits,
        CAST(peer_all.unexplained_hits AS BIGINT) AS peer_unexplained_draws,
        own.hits / nullif(CAST(own_all.hits AS DOUBLE), 0) AS share,
        count(*) OVER () AS tests
    FROM own
    INNER JOIN own AS own_all
        ON own.user_id = own_all.user_id AND own.attribute = own_all.attribute AND own_all.value = ''
    INNER JOIN candidate ON own.user_id = candidate.user_id
    INNER JOIN seen_by_peers AS peer_all
        ON own.user_id = peer_all.user_id AND own.attribute = peer_all.attribute AND peer_all.value = ''
    LEFT JOIN seen_by_peers AS peer
        ON own.user_id = peer.user_id AND own.attribute = peer.attribute AND own.value = peer.value
    WHERE
        own.value <> ''
        AND own.hits >= 1
        AND peer_all.hits >= 1
        AND CASE own.attribute
            WHEN 'sex' THEN candidate.sex_accesses
            WHEN 'age' THEN candidate.age_accesses
            ELSE candidate.marker_accesses
        END >= $min_accesses
),

bounded AS (
    SELECT
        user_id,
        attribute,
        value,
        subjects,
        hits,
        draws,
        peer_hits,
        peer_draws,
        peer_unexplained_hits,
        peer_unexplained_draws,
        share,
        tests,
        (
            share + 1.92072941 / nullif(draws, 0)
            - 1.95996398 * sqrt(share * (1 - share) / nullif(draws, 0) + 0.96036471 / nullif(draws * draws, 0))
        ) / nullif(1 + 3.84145882 / nullif(draws, 0), 0) AS share_lower,
        peer_hits / nullif(CAST(peer_draws AS DOUBLE), 0) AS peer_share,
        peer_unexplained_hits / nullif(CAST(peer_unexplained_draws AS DOUBLE), 0) AS peer_unexplained_share
    FROM tested
),

striking AS (
    SELECT
        user_id,
        attribute,
        value,
        subjects,
        hits,
        draws,
        peer_hits,
        peer_draws,
        share,
        share_lower,
        peer_share,
        peer_unexplained_share,
        tests
    FROM bounded
    WHERE
        share_lower * (1 - peer_share) >= $times_odds * peer_share * (1 - share_lower)
        AND (peer_unexplained_draws < $min_others OR share_lower > peer_unexplained_share)
),

-- What the few who stand out saw with an explanation, over all months.
striking_look AS (
    SELECT
        user_id,
        subject_id,
        min(local_date) AS local_date,
        count(*) AS accesses
    FROM judgeable_access
    WHERE user_id IN (SELECT striking.user_id FROM striking)
    GROUP BY user_id, subject_id
),

explained_look AS (
    SELECT
        striking_look.user_id,
        striking_look.subject_id,
        person.sex,
        person.date_of_birth,
        striking_look.local_date,
        least(striking_look.accesses - coalesce(looked.accesses, 0), $most_looks) AS looks
    FROM striking_look
    INNER JOIN person ON striking_look.subject_id = person.subject_id
    LEFT JOIN looked ON striking_look.user_id = looked.user_id AND striking_look.subject_id = looked.subject_id
),

explained_trait AS (
    SELECT
        user_id,
        looks,
        'sex' AS attribute,
        sex AS value
    FROM explained_look
    WHERE sex IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        looks,
        'sex' AS attribute,
        '' AS value
    FROM explained_look
    WHERE sex IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        looks,
        'age' AS attribute,
        CASE
            WHEN date_diff('day', date_of_birth, local_date) * 4 < 18 * 1461 THEN '0-17'
            WHEN date_diff('day', date_of_birth, local_date) * 4 < 26 * 1461 THEN '18-25'
            WHEN date_diff('day', date_of_birth, local_date) * 4 < 36 * 1461 THEN '26-35'
            WHEN date_diff('day', date_of_birth, local_date) * 4 < 51 * 1461 THEN '36-50'
            WHEN date_diff('day', date_of_birth, local_date) * 4 < 66 * 1461 THEN '51-65'
            ELSE '66+'
        END AS value
    FROM explained_look
    WHERE date_of_birth IS NOT NULL
    UNION ALL
    SELECT
        user_id,
        looks,
        'age' AS attribute,
        '' AS value
    FROM explained_look
    WHERE date_of_birth IS NOT NULL
    UNION ALL
    SELECT
        explained_look.user_id,
        explained_look.looks,
        'marker' AS attribute,
        subject_marker.marker AS value
    FROM explained_look
    INNER JOIN subject_marker ON explained_look.subject_id = subject_marker.subject_id
    UNION ALL
    SELECT
        user_id,
        looks,
        'marker' AS attribute,
        '' AS value
    FROM explained_look
),

own_explained AS (
    SELECT
        user_id,
        attribute,
        value,
        sum(looks) AS hits
    FROM explained_trait
    GROUP BY user_id, attribute, value
),

desk AS (
    SELECT
        striking.user_id,
        striking.attribute,
        striking.value,
        own_explained.hits / nullif(CAST(own_explained_all.hits AS DOUBLE), 0) AS own_explained_share,
        own_explained_all.hits >= $min_others
        AND own_explained.hits / nullif(CAST(own_explained_all.hits AS DOUBLE), 0) >= striking.share_lower AS own_desk
    FROM striking
    LEFT JOIN own_explained
        ON
            striking.user_id = own_explained.user_id
            AND striking.attribute = own_explained.attribute
            AND striking.value = own_explained.value
    LEFT JOIN own_explained AS own_explained_all
        ON
            striking.user_id = own_explained_all.user_id
            AND striking.attribute = own_explained_all.attribute
            AND own_explained_all.value = ''
),

of_value AS (
    SELECT
        striking.user_id,
        striking.attribute,
        striking.value,
        own_look.subject_id
    FROM striking
    INNER JOIN own_look
        ON
            striking.user_id = own_look.user_id
            AND striking.value = CASE striking.attribute WHEN 'sex' THEN own_look.sex WHEN 'age' THEN own_look.age END
    UNION ALL
    SELECT
        striking.user_id,
        striking.attribute,
        striking.value,
        own_look.subject_id
    FROM striking
    INNER JOIN subject_marker ON striking.value = subject_marker.marker
    INNER JOIN own_look
        ON striking.user_id = own_look.user_id AND subject_marker.subject_id = own_look.subject_id
    WHERE striking.attribute = 'marker'
)

SELECT
    striking.user_id,
    striking.attribute,
    striking.value,
    CAST(NULL AS VARCHAR) AS subject_id,
    unexplained_person.access_id,
    TRUE AS counts,
    CASE WHEN desk.own_desk THEN 'low' ELSE 'high' END AS level,
    CASE
        WHEN desk.own_desk THEN 10
        WHEN striking.attribute = 'age' THEN 22
        WHEN striking.attribute = 'marker' THEN 34
        ELSE 32
    END AS points,
    striking.subjects,
    striking.hits,
    striking.draws,
    striking.peer_hits,
    striking.peer_draws,
    CASE striking.attribute
        WHEN 'sex' THEN 'of sex '
        WHEN 'age' THEN 'aged '
        ELSE 'marked '
    END || replace(striking.value, '_', ' ') AS trait,
    CAST($most_looks AS BIGINT) AS most_looks,
    CAST(round(100 * striking.share) AS BIGINT) AS percent,
    CAST(round(100 * striking.peer_share) AS BIGINT) AS peer_percent,
    round(striking.share, 4) AS share,
    round(striking.share_lower, 4) AS share_lower,
    round(striking.peer_share, 4) AS peer_share,
    round(striking.peer_unexplained_share, 4) AS peer_unexplained_share,
    round(desk.own_explained_share, 4) AS own_explained_share,
    striking.tests
FROM striking
INNER JOIN desk
    ON striking.user_id = desk.user_id AND striking.attribute = desk.attribute AND striking.value = desk.value
INNER JOIN of_value
    ON
        striking.user_id = of_value.user_id
        AND striking.attribute = of_value.attribute
        AND striking.value = of_value.value
INNER JOIN unexplained_person
    ON of_value.user_id = unexplained_person.user_id AND of_value.subject_id = unexplained_person.subject_id
ORDER BY striking.user_id, striking.attribute, striking.value, unexplained_person.access_id
