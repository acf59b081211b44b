-- id = "subject_surge"
-- title = "Crowds at one subject within days"
-- description = "One row for each surge and judged access in it: many users reach one subject in a few days, some without explanation."
-- reads = ["judgeable_access", "unexplained_access"]
-- materialise = true
-- parameters.days = 7
-- parameters.min_users = 10
-- parameters.min_unexplained = 5
--
-- A window begins at an access to the subject and lasts `days` of 24 hours. It is a surge when at least min_users users
-- reach the subject in it, at least min_unexplained of them with an access that nothing explains. Windows that overlap are
-- one surge. `local_day`, the day of its first access, tells surges of one subject apart.
--
-- Nottingham 2023: 179 users in four days, 11 of them without a reason. subject-surge hands these to a reviewer; subject-
-- accumulation counts what is left. Only subjects that min_unexplained users ever reached unexplained are looked at, which
-- are few.
WITH unexplained_often AS (
    SELECT subject_id
    FROM unexplained_access
    GROUP BY subject_id
    HAVING count(DISTINCT user_id) >= $min_unexplained
),

unexplained_span AS (
    SELECT
        unexplained_access.subject_id,
        unexplained_access.user_id,
        CAST(floor(unexplained_access.occurred_epoch / nullif($days * 86400, 0)) AS BIGINT) AS span
    FROM unexplained_access
    SEMI JOIN unexplained_often ON unexplained_access.subject_id = unexplained_often.subject_id
),

-- A window lies within two spans, the one that it begins in and the next. Only subjects with enough users in some two are asked
-- of the log.
possible_window AS (
    SELECT
        subject_id,
        user_id,
        span AS window_span
    FROM unexplained_span
    UNION ALL
    SELECT
        subject_id,
        user_id,
        span - 1 AS window_span
    FROM unexplained_span
),

possible AS (
    SELECT subject_id
    FROM possible_window
    GROUP BY subject_id, window_span
    HAVING count(DISTINCT user_id) >= $min_unexplained
),

candidate AS (
    SELECT DISTINCT subject_id
    FROM possible
),

reached AS (
    SELECT
        judgeable_access.subject_id,
        judgeable_access.user_id,
        judgeable_access.access_id,
        judgeable_access.local_date,
        judgeable_access.occurred_epoch,
        CAST(floor(judgeable_access.occurred_epoch / nullif($days * 86400, 0)) AS BIGINT) AS span,
        unexplained_access.access_id IS NOT NULL AS unexplained
    FROM judgeable_access
    INNER JOIN candidate ON judgeable_access.subject_id = candidate.subject_id
    LEFT JOIN unexplained_access ON judgeable_access.access_id = unexplained_access.access_id
),

-- A window reaches into the span that it begins in and the next one: so the join has an equality, and stays small.
reachable AS (
    SELECT
        subject_id,
        user_id,
        occurred_epoch,
        unexplained,
        span AS window_span
    FROM reached
    UNION ALL
    SELECT
        subject_id,
        user_id,
        occurred_epoch,
        unexplained,
        span - 1 AS window_span
    FROM reached
),

beginning AS (
    SELECT DISTINCT
        subject_id,
        occurred_epoch,
        span
    FROM reached
),

crowded AS (
    SELECT
        beginning.subject_id,
        beginning.occurred_epoch
    FROM beginning
    INNER JOIN reachable
        ON
            beginning.subject_id = reachable.subject_id
            AND beginning.span = reachable.window_span
            AND reachable.occurred_epoch >= beginning.occurred_epoch
            AND reachable.occurred_epoch < beginning.occurred_epoch + $days * 86400
    GROUP BY beginning.subject_id, beginning.occurred_epoch
    HAVING
        count(DISTINCT reachable.user_id) >= $min_users
        AND count(DISTINCT reachable.user_id) FILTER (WHERE reachable.unexplained) >= $min_unexplained
),

sequenced AS (
    SELECT
        subject_id,
        occurred_epoch,
        lag(occurred_epoch) OVER (PARTITION BY subject_id ORDER BY occurred_epoch) AS before_epoch
    FROM crowded
),

numbered AS (
    SELECT
        subject_id,
        occurred_epoch,
        sum(CASE WHEN before_epoch IS NULL OR occurred_epoch >= before_epoch + $days * 86400 THEN 1 ELSE 0 END) OVER (
            PARTITION BY subject_id
            ORDER BY occurred_epoch
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS surge
    FROM sequenced
),

surge AS (
    SELECT
        subject_id,
        min(occurred_epoch) AS first_epoch,
        max(occurred_epoch) + $days * 86400 AS until_epoch
    FROM numbered
    GROUP BY subject_id, surge
)

SELECT
    reached.subject_id,
    min(reached.local_date) OVER (PARTITION BY reached.subject_id, surge.first_epoch) AS local_day,
    reached.user_id,
    reached.access_id,
    reached.local_date,
    reached.unexplained
FROM reached
INNER JOIN surge
    ON
        reached.subject_id = surge.subject_id
        AND reached.occurred_epoch >= surge.first_epoch
        AND reached.occurred_epoch < surge.until_epoch
