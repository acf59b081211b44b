-- id = "subject-accumulation"
-- title = "One record looked up by more and more users"
-- description = "Within a year at least min_users users reach one subject without any explanation, a few at a time and never in a crowd."
-- level = "medium"
-- status = "stable"
-- family = "repeated"
-- key = ["subject_id"]
-- points = 22
-- summary = "{users} users reached {subject_id} without any explanation, {event_count} times on {days} days: {percent} % of all accesses to it, against {force_percent} % of accesses in the whole force"
-- reads = ["daily_coverage", "judgeable_access", "subject_surge", "unexplained_access"]
-- requires = ["incident"]
-- parameters.min_users = 10
-- parameters.days = 365
-- references = [
--     "259 published cases: 80 users on one person over years",
--     "Vanderbilt, 8 million accesses: high-risk flags arise by chance more often than expected",
--     "Wilson, Probable inference, JASA 22 (1927): the interval for the share",
-- ]
-- tags = ["crowd", "curiosity", "slow"]
-- falsepositives = [
--     "Somebody known to every shift, whom paperwork cannot keep up with: then the share is like the force's.",
--     "An address that stands for a place everybody deals with.",
--     "A record used for training.",
-- ]
-- blind_spots = [
--     "Fewer than ten users in a year.",
--     "Users whom a weak explanation covers, such as a quoted reference.",
-- ]
-- triage = [
--     "Ask what the users have in common: a unit, a shift, a class, a football club.",
--     "Compare share with force_share: well above it, nobody's work brought these users there.",
-- ]
--
-- A former colleague, a local celebrity, somebody's ex: no single look-up stands out, but over the years everybody has
-- looked. Users within any `days` of 24 hours count; accesses in a surge are subject-surge's, and are left out. Somebody
-- whom half the force deals with gathers ten unexplained look-ups by chance alone, a few in a hundred of hundreds; so where
-- the lower 95 % bound (Wilson) of the unexplained share of all accesses to the subject, from the first of these to the
-- last, does not exceed the force's share, the finding is of level low and few points.
WITH outside AS (
    SELECT
        unexplained_access.subject_id,
        unexplained_access.user_id,
        unexplained_access.access_id,
        unexplained_access.occurred_epoch,
        CAST(floor(unexplained_access.occurred_epoch / nullif($days * 86400, 0)) AS BIGINT) AS span
    FROM unexplained_access
    ANTI JOIN subject_surge ON unexplained_access.access_id = subject_surge.access_id
),

candidate AS (
    SELECT subject_id
    FROM outside
    GROUP BY subject_id
    HAVING count(DISTINCT user_id) >= $min_users
),

-- A window reaches into the span that it begins in and the next one.
reachable AS (
    SELECT
        outside.subject_id,
        outside.user_id,
        outside.access_id,
        outside.occurred_epoch,
        outside.span AS window_span
    FROM outside
    INNER JOIN candidate ON outside.subject_id = candidate.subject_id
    UNION ALL
    SELECT
        outside.subject_id,
        outside.user_id,
        outside.access_id,
        outside.occurred_epoch,
        outside.span - 1 AS window_span
    FROM outside
    INNER JOIN candidate ON outside.subject_id = candidate.subject_id
),

beginning AS (
    SELECT DISTINCT
        outside.subject_id,
        outside.occurred_epoch,
        outside.span
    FROM outside
    INNER JOIN candidate ON outside.subject_id = candidate.subject_id
),

windowed AS (
    SELECT
        beginning.subject_id,
        beginning.occurred_epoch AS begins_epoch,
        reachable.user_id,
        reachable.access_id,
        reachable.occurred_epoch
    FROM beginning
    INNER JOIN reachable
        ON
            beginning.subject_id = reachable.subject_id
            AND beginning.span = reachable.window_span
            AND reachable.occurred_epoch >= beginning.occurred_epoch
            AND reachable.occurred_epoch < beginning.occurred_epoch + $days * 86400
),

crowded AS (
    SELECT
        subject_id,
        begins_epoch,
        count(DISTINCT user_id) AS users
    FROM windowed
    GROUP BY subject_id, begins_epoch
    HAVING count(DISTINCT user_id) >= $min_users
),

cited AS (
    SELECT DISTINCT
        windowed.subject_id,
        windowed.user_id,
        windowed.access_id,
        windowed.occurred_epoch
    FROM windowed
    INNER JOIN crowded
        ON windowed.subject_id = crowded.subject_id AND windowed.begins_epoch = crowded.begins_epoch
),

accumulation AS (
    SELECT
        subject_id,
        count(*) AS accesses,
        count(DISTINCT user_id) AS users,
        list_sort(list_distinct(list(user_id) FILTER (WHERE user_id IS NOT NULL))) AS unexplained_user_ids,
        min(occurred_epoch) AS first_epoch,
        max(occurred_epoch) AS last_epoch
    FROM cited
    GROUP BY subject_id
),

most AS (
    SELECT
        subject_id,
        max(users) AS most_users_in_a_year
    FROM crowded
    GROUP BY subject_id
),

reached AS (
    SELECT
        judgeable_access.subject_id,
        count(*) AS accesses_in_all,
        count(DISTINCT judgeable_access.user_id) AS users_in_all
    FROM judgeable_access
    INNER JOIN accumulation
        ON
            judgeable_access.subject_id = accumulation.subject_id
            AND judgeable_access.occurred_epoch >= accumulation.first_epoch
            AND judgeable_access.occurred_epoch <= accumulation.last_epoch
    GROUP BY judgeable_access.subject_id
),

whole_force AS (
    SELECT sum(unexplained) / nullif(CAST(sum(explained + weak + unexplained) AS DOUBLE), 0) AS share
    FROM daily_coverage
),

shared AS (
    SELECT
        reached.subject_id,
        reached.accesses_in_all,
        reached.users_in_all,
        accumulation.accesses / nullif(CAST(reached.accesses_in_all AS DOUBLE), 0) AS share
    FROM reached
    INNER JOIN accumulation ON reached.subject_id = accumulation.subject_id
),

bounded AS (
    SELECT
        shared.subject_id,
        shared.accesses_in_all,
        shared.users_in_all,
        shared.share,
        (
            shared.share + 1.92072941 / nullif(shared.accesses_in_all, 0)
            - 1.95996398 * sqrt(
                shared.share * (1 - shared.share) / nullif(shared.accesses_in_all, 0)
                + 0.96036471 / nullif(shared.accesses_in_all * shared.accesses_in_all, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(shared.accesses_in_all, 0), 0) AS share_lower
    FROM shared
)

SELECT
    CAST(NULL AS VARCHAR) AS user_id,
    cited.subject_id,
    cited.access_id,
    TRUE AS counts,
    CASE WHEN bounded.share_lower > whole_force.share THEN 'medium' ELSE 'low' END AS level,
    CASE WHEN bounded.share_lower > whole_force.share THEN 22 ELSE 8 END AS points,
    accumulation.accesses,
    accumulation.users,
    most.most_users_in_a_year,
    bounded.accesses_in_all,
    bounded.users_in_all,
    round(100 * bounded.share, 1) AS percent,
    round(bounded.share, 4) AS share,
    round(bounded.share_lower, 4) AS share_lower,
    round(100 * whole_force.share, 1) AS force_percent,
    round(whole_force.share, 4) AS force_share,
    accumulation.unexplained_user_ids
FROM cited
INNER JOIN accumulation ON cited.subject_id = accumulation.subject_id
INNER JOIN most ON cited.subject_id = most.subject_id
INNER JOIN bounded ON cited.subject_id = bounded.subject_id
CROSS JOIN whole_force
ORDER BY cited.subject_id, cited.access_id
