-- id = "bulk-harvest"
-- title = "One kind of incident, harvested"
-- description = "At least min_accesses unlinked accesses in 90 days to incidents of one kind or the subjects on them, and times_peers the peers' median."
-- level = "high"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "incident_kind"]
-- points = 34
-- summary = "{user_id} opened {subjects} records of kind {incident_kind} {event_count} times with no part in them: {accesses} in 90 days, peers {peer_median}"
-- reads = ["incident", "incident_holds", "unlinked_access", "unlinked_kind_day", "user_month"]
-- requires = ["incident", "posting or staff"]
-- parameters.min_accesses = 100
-- parameters.days_before = 89
-- parameters.times_peers = 5
-- parameters.min_peers = 3
-- references = ["Lancashire, data sale: about 21,000 accesses over seven years to collision records, to sell them"]
-- tags = ["volume", "corruption", "sale"]
-- falsepositives = [
--     "A clerk who enters or reviews that kind for all, where colleagues of the same role do not: give an authority in the clerk's own name.",
--     "A project or an audit of old cases, ordered and not on the system.",
-- ]
-- blind_spots = [
--     "A slow harvest, fewer than min_accesses in 90 days.",
--     "A whole desk that sells: the peers' median rises with it.",
-- ]
-- triage = [
--     "Compare with what the post needs: does it work on each record, or only read it?",
--     "Look for exports and prints, and for who profits: claims firms, garages, solicitors, the press.",
-- ]
--
-- Records that are worth money are read by the hundred, under a right that the post does give: a standing authority explains each
-- of them and none of the number. So an access counts as unlinked when no incident explains it, even in part, and no authority in the
-- user's own name. A subject on incidents of several kinds counts for each. The peers' median is of the same 90 days,
-- the user left out, those with none counted as none. Cited is all that the user had of that kind; `accesses` are those of the
-- fullest 90 days.
WITH kind_day AS (
    SELECT
        user_id,
        incident_kind,
        local_date,
        date_diff('day', DATE '1970-01-01', local_date) AS day_number,
        accesses
    FROM unlinked_kind_day
),

-- Who has too few over all time has too few in any window. Each user and kind has a number, by which windows are laid faster.
enough AS (
    SELECT
        user_id,
        incident_kind,
        row_number() OVER (ORDER BY user_id, incident_kind) AS series
    FROM kind_day
    GROUP BY user_id, incident_kind
    HAVING sum(accesses) >= $min_accesses
),

running AS (
    SELECT
        kind_day.user_id,
        kind_day.incident_kind,
        kind_day.local_date,
        kind_day.day_number,
        enough.series,
        sum(kind_day.accesses) OVER (
            PARTITION BY enough.series
            ORDER BY kind_day.day_number
            RANGE BETWEEN $days_before PRECEDING AND CURRENT ROW
        ) AS accesses
    FROM kind_day
    INNER JOIN enough ON kind_day.user_id = enough.user_id AND kind_day.incident_kind = enough.incident_kind
),

fullest AS (
    SELECT
        user_id,
        incident_kind,
        local_date,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        day_number,
        accesses,
        row_number() OVER (PARTITION BY series ORDER BY accesses DESC, day_number ASC) AS place
    FROM running
    WHERE accesses >= $min_accesses
),

window_end AS (
    SELECT
        fullest.user_id,
        fullest.incident_kind,
        fullest.day_number,
        fullest.accesses,
        fullest.month AS last_month,
        substr(CAST(fullest.local_date - $days_before * INTERVAL 1 DAY AS VARCHAR), 1, 7) AS first_month,
        user_month.unit,
        user_month.role
    FROM fullest
    INNER JOIN user_month ON fullest.user_id = user_month.user_id AND fullest.month = user_month.month
    WHERE fullest.place = 1
),

-- Over 90 days, whoever was active in any of their months: a desk of four is seldom all there in each.
possible_peer AS (
    SELECT DISTINCT
        window_end.user_id,
        window_end.incident_kind,
        user_month.user_id AS peer_id,
        user_month.unit IS NOT NULL AND window_end.unit IS NOT NULL AND user_month.unit = window_end.unit AS same_unit
    FROM window_end
    INNER JOIN user_month
        ON
            window_end.role = user_month.role
            AND window_end.user_id <> user_month.user_id
            AND user_month.month >= window_end.first_month
            AND user_month.month <= window_end.last_month
),

peer_person AS (
    SELECT
        user_id,
        incident_kind,
        peer_id,
        bool_or(same_unit) AS same_unit
    FROM possible_peer
    GROUP BY user_id, incident_kind, peer_id
),

peer_total AS (
    SELECT
        user_id,
        incident_kind,
        count(*) AS in_role,
        count(*) FILTER (WHERE same_unit) AS in_unit
    FROM peer_person
    GROUP BY user_id, incident_kind
),

candidate AS (
    SELECT
        window_end.user_id,
        window_end.incident_kind,
        window_end.day_number,
        window_end.accesses,
        peer_total.in_unit >= $min_peers AS of_unit,
        CASE WHEN peer_total.in_unit >= $min_peers THEN peer_total.in_unit ELSE peer_total.in_role END AS peers
    FROM window_end
    INNER JOIN peer_total
        ON window_end.user_id = peer_total.user_id AND window_end.incident_kind = peer_total.incident_kind
    WHERE peer_total.in_role >= $min_peers
),

peer_count AS (
    SELECT
        candidate.user_id,
        candidate.incident_kind,
        peer_person.peer_id,
        coalesce(sum(kind_day.accesses), 0) AS accesses
    FROM candidate
    INNER JOIN peer_person
        ON
            candidate.user_id = peer_person.user_id
            AND candidate.incident_kind = peer_person.incident_kind
            AND (peer_person.same_unit OR NOT candidate.of_unit)
    LEFT JOIN kind_day
        ON
            peer_person.peer_id = kind_day.user_id
            AND candidate.incident_kind = kind_day.incident_kind
            AND kind_day.day_number <= candidate.day_number
            AND kind_day.day_number >= candidate.day_number - $days_before
    GROUP BY candidate.user_id, candidate.incident_kind, peer_person.peer_id
),

peer_rank AS (
    SELECT
        user_id,
        incident_kind,
        accesses,
        row_number() OVER (PARTITION BY user_id, incident_kind ORDER BY accesses, peer_id) AS place
    FROM peer_count
),

peer_middle AS (
    SELECT
        candidate.user_id,
        candidate.incident_kind,
        sum(CASE WHEN peer_rank.place = (candidate.peers + 1) // 2 THEN peer_rank.accesses ELSE 0 END)
        + sum(CASE WHEN peer_rank.place = (candidate.peers + 2) // 2 THEN peer_rank.accesses ELSE 0 END) AS twice_median
    FROM candidate
    INNER JOIN peer_rank
        ON candidate.user_id = peer_rank.user_id AND candidate.incident_kind = peer_rank.incident_kind
    GROUP BY candidate.user_id, candidate.incident_kind
),

harvest AS (
    SELECT
        candidate.user_id,
        candidate.incident_kind,
        candidate.accesses,
        candidate.peers,
        peer_middle.twice_median
    FROM candidate
    INNER JOIN peer_middle
        ON candidate.user_id = peer_middle.user_id AND candidate.incident_kind = peer_middle.incident_kind
    WHERE 2 * candidate.accesses >= $times_peers * peer_middle.twice_median
),

-- Only of the few who stand out, and their days, is it asked which accesses these were.
harvested_day AS (
    SELECT DISTINCT
        kind_day.user_id,
        kind_day.local_date
    FROM kind_day
    SEMI JOIN harvest ON kind_day.user_id = harvest.user_id AND kind_day.incident_kind = harvest.incident_kind
),

harvester_access AS (
    SELECT
        unlinked_access.access_id,
        unlinked_access.user_id,
        unlinked_access.subject_id,
        unlinked_access.unexplained
    FROM unlinked_access
    SEMI JOIN harvested_day
        ON unlinked_access.user_id = harvested_day.user_id AND unlinked_access.local_date = harvested_day.local_date
),

cited AS (
    SELECT DISTINCT
        harvest.user_id,
        harvest.incident_kind,
        harvester_access.access_id,
        harvester_access.subject_id,
        harvester_access.unexplained
    FROM harvester_access
    INNER JOIN incident_holds ON harvester_access.subject_id = incident_holds.subject_id
    INNER JOIN incident ON incident_holds.reference = incident.reference
    INNER JOIN harvest
        ON harvester_access.user_id = harvest.user_id AND incident.kind = harvest.incident_kind
),

cited_count AS (
    SELECT
        user_id,
        incident_kind,
        count(*) AS all_accesses,
        count(DISTINCT subject_id) AS subjects,
        count(*) FILTER (WHERE unexplained) AS unexplained_accesses
    FROM cited
    GROUP BY user_id, incident_kind
)

SELECT
    cited.user_id,
    cited.incident_kind,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    TRUE AS counts,
    CAST(harvest.accesses AS BIGINT) AS accesses,
    cited_count.subjects,
    cited_count.unexplained_accesses,
    harvest.peers,
    harvest.twice_median / 2.0 AS peer_median,
    round(2.0 * harvest.accesses / nullif(harvest.twice_median, 0), 2) AS times_peer_median
FROM cited
INNER JOIN harvest ON cited.user_id = harvest.user_id AND cited.incident_kind = harvest.incident_kind
INNER JOIN cited_count ON cited.user_id = cited_count.user_id AND cited.incident_kind = cited_count.incident_kind
ORDER BY cited.user_id, cited.incident_kind, cited.access_id
