-- id = "escalation"
-- title = "Unexplained access grew after a move"
-- description = "After a change of posting or supervisor the user's rate of unexplained accesses is at least times_before what it was."
-- level = "high"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "posting"]
-- points = 30
-- summary = "{user_id} had {before_count} unexplained accesses in {before_days} days before {change_words} on the local day {moved_on}, and {after_count} in {after_days} days after it"
-- reads = ["access", "horizon", "judgeable_access", "local_clock", "posting", "unexplained_access"]
-- requires = ["incident", "posting"]
-- chance = { test = "binomial", counts = ["after_count", "total", "after_days", "both_days"], tests = "tests" }
-- parameters.min_after = 10
-- parameters.times_before = 3
-- parameters.min_days_before = 14
-- parameters.times_share = 1.5
-- parameters.max_p = 1.0
-- references = [
--     "IPCC/ACPO 2012, case four: behaviour escalated after a move to a rural post with less supervision",
--     "Przyborowski and Wilenski, Biometrika 31 (1940): the exact comparison of two rates",
-- ]
-- tags = ["supervision", "rate"]
-- falsepositives = [
--     "A post whose work is not put on the system as incidents: then all who hold it show it.",
--     "A busier post: where the share of accesses that is unexplained has not grown, the level is low.",
-- ]
-- blind_spots = [
--     "Who moved before the log begins, or less than min_days_before after.",
--     "Supervision that slackens without a change on paper.",
-- ]
-- triage = [
--     "Ask who supervises now, how near, and whether that supervisor ever dip-samples.",
--     "Look whether earlier forces or posts had words of advice.",
-- ]
--
-- Less supervision shows what supervision held back. A change is a posting whose unit, role or supervisor differs from the
-- posting before; what comes after runs to the next change, or as far as accesses are judged: beyond the horizon nothing can be called
-- unexplained, and those days would water the rate down. Rates are by calendar days, local ones, from the user's first event to the
-- change and from it on. The finding's key `posting` is when the new posting began, in UTC; `moved_on` is that day by the local clock.
-- `p` is how likely the same rate on both sides gives as many after it, `p_corrected` the same among all changes that
-- could be judged; nothing is dropped for its p, but a weak one lowers level and points.
WITH ordered_posting AS (
    SELECT
        user_id,
        unit,
        role,
        supervisor_id,
        starts_at,
        lag(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at) AS starts_before,
        lag(unit) OVER (PARTITION BY user_id ORDER BY starts_at) AS unit_before,
        lag(role) OVER (PARTITION BY user_id ORDER BY starts_at) AS role_before,
        lag(supervisor_id) OVER (PARTITION BY user_id ORDER BY starts_at) AS supervisor_before
    FROM posting
),

change AS (
    SELECT
        user_id,
        unit,
        unit_before,
        supervisor_id,
        supervisor_before,
        starts_at,
        lead(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at) AS next_at
    FROM ordered_posting
    WHERE
        starts_before IS NOT NULL
        AND (
            coalesce(unit, '') <> coalesce(unit_before, '')
            OR coalesce(role, '') <> coalesce(role_before, '')
            OR coalesce(supervisor_id, '') <> coalesce(supervisor_before, '')
        )
),

changed_user AS (
    SELECT DISTINCT user_id
    FROM change
),

first_event AS (
    SELECT
        access.user_id,
        min(access.local_date) AS first_date
    FROM access
    INNER JOIN changed_user ON access.user_id = changed_user.user_id
    GROUP BY access.user_id
),

horizon_end AS (
    SELECT least(coalesce(judged_until, newest_at), newest_at) AS ends_at
    FROM horizon
),

span AS (
    SELECT
        change.user_id,
        change.unit,
        change.unit_before,
        change.supervisor_id,
        change.supervisor_before,
        change.starts_at,
        change.next_at,
        first_event.first_date,
        horizon_end.ends_at AS judged_to,
        least(coalesce(change.next_at, horizon_end.ends_at), horizon_end.ends_at) AS until_at
    FROM change
    INNER JOIN first_event ON change.user_id = first_event.user_id
    CROSS JOIN horizon_end
    WHERE change.starts_at <= horizon_end.ends_at
),

-- The day on which what is judged ends is one of those after; that of the next change is not.
dated AS (
    SELECT
        span.user_id,
        span.unit,
        span.unit_before,
        span.supervisor_id,
        span.supervisor_before,
        span.starts_at,
        span.next_at,
        span.first_date,
        span.next_at IS NULL OR span.next_at > span.judged_to AS goes_on,
        CAST(span.starts_at + coalesce(change_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE) AS moved_on,
        CAST(span.until_at + coalesce(end_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE) AS until_date
    FROM span
    LEFT JOIN local_clock AS change_clock
        ON
            (change_clock.first_day IS NULL OR CAST(span.starts_at AS DATE) >= change_clock.first_day)
            AND (change_clock.until_day IS NULL OR CAST(span.starts_at AS DATE) < change_clock.until_day)
    LEFT JOIN local_clock AS end_clock
        ON
            (end_clock.first_day IS NULL OR CAST(span.until_at AS DATE) >= end_clock.first_day)
            AND (end_clock.until_day IS NULL OR CAST(span.until_at AS DATE) < end_clock.until_day)
),

measured AS (
    SELECT
        user_id,
        unit,
        unit_before,
        supervisor_id,
        supervisor_before,
        starts_at,
        next_at,
        moved_on,
        date_diff('day', first_date, moved_on) AS before_days,
        date_diff('day', moved_on, until_date) + CASE WHEN goes_on THEN 1 ELSE 0 END AS after_days
    FROM dated
),

judged_span AS (
    SELECT
        user_id,
        unit,
        unit_before,
        supervisor_id,
        supervisor_before,
        starts_at,
        next_at,
        moved_on,
        before_days,
        after_days,
        count(*) OVER () AS tests
    FROM measured
    WHERE before_days >= $min_days_before AND after_days >= 1
),

sided AS (
    SELECT
        judged_span.user_id,
        judged_span.starts_at,
        unexplained_access.access_id,
        unexplained_access.occurred_at >= judged_span.starts_at AS after_change
    FROM judged_span
    INNER JOIN unexplained_access ON judged_span.user_id = unexplained_access.user_id
    WHERE judged_span.next_at IS NULL OR unexplained_access.occurred_at < judged_span.next_at
),

counted AS (
    SELECT
        judged_span.user_id,
        judged_span.starts_at,
        judged_span.next_at,
        judged_span.moved_on,
        judged_span.unit,
        judged_span.unit_before,
        judged_span.supervisor_id,
        judged_span.supervisor_before,
        judged_span.before_days,
        judged_span.after_days,
        judged_span.tests,
        count(*) FILTER (WHERE NOT sided.after_change) AS before_count,
        count(*) FILTER (WHERE sided.after_change) AS after_count
    FROM judged_span
    INNER JOIN sided ON judged_span.user_id = sided.user_id AND judged_span.starts_at = sided.starts_at
    GROUP BY
        judged_span.user_id, judged_span.starts_at, judged_span.next_at, judged_span.moved_on, judged_span.unit,
        judged_span.unit_before, judged_span.supervisor_id, judged_span.supervisor_before, judged_span.before_days,
        judged_span.after_days, judged_span.tests
),

grown AS (
    SELECT
        user_id,
        starts_at,
        next_at,
        moved_on,
        unit,
        unit_before,
        coalesce(supervisor_id, '') <> coalesce(supervisor_before, '') AS other_supervisor,
        before_days,
        after_days,
        tests,
        before_count,
        after_count
    FROM counted
    WHERE after_count >= $min_after AND after_count * before_days >= $times_before * before_count * after_days
),

work AS (
    SELECT
        grown.user_id,
        grown.starts_at,
        count(*) FILTER (WHERE judgeable_access.occurred_at < grown.starts_at) AS before_judged,
        count(*) FILTER (WHERE judgeable_access.occurred_at >= grown.starts_at) AS after_judged
    FROM grown
    INNER JOIN judgeable_access ON grown.user_id = judgeable_access.user_id
    WHERE grown.next_at IS NULL OR judgeable_access.occurred_at < grown.next_at
    GROUP BY grown.user_id, grown.starts_at
),

rated AS (
    SELECT
        grown.user_id,
        grown.starts_at,
        grown.moved_on,
        grown.unit,
        grown.unit_before,
        grown.other_supervisor,
        grown.before_days,
        grown.after_days,
        grown.tests,
        grown.before_count,
        grown.after_count,
        grown.before_count * 30.0 / nullif(grown.before_days, 0) AS before_rate,
        grown.after_count * 30.0 / nullif(grown.after_days, 0) AS after_rate,
        grown.before_count / nullif(CAST(work.before_judged AS DOUBLE), 0) AS before_share,
        grown.after_count / nullif(CAST(work.after_judged AS DOUBLE), 0) AS after_share
    FROM grown
    INNER JOIN work ON grown.user_id = work.user_id AND grown.starts_at = work.starts_at
)

SELECT
    rated.user_id,
    CAST(rated.starts_at AS VARCHAR) AS posting,
    CAST(NULL AS VARCHAR) AS subject_id,
    sided.access_id,
    sided.after_change AS counts,
    CASE WHEN rated.after_share < $times_share * rated.before_share THEN 'low' ELSE 'high' END AS level,
    CASE WHEN rated.after_share < $times_share * rated.before_share THEN 10 ELSE 30 END AS points,
    CAST(rated.moved_on AS VARCHAR) AS moved_on,
    rated.unit,
    rated.unit_before,
    rated.other_supervisor,
    CASE
        WHEN rated.unit <> rated.unit_before THEN 'the move to '
        WHEN rated.other_supervisor THEN 'the change of supervisor in '
        ELSE 'the change of role in '
    END || rated.unit AS change_words,
    rated.before_count + rated.after_count AS total,
    rated.before_count,
    rated.after_count,
    rated.before_days,
    rated.after_days,
    rated.before_days + rated.after_days AS both_days,
    round(rated.before_rate, 3) AS before_per_30d,
    round(rated.after_rate, 3) AS after_per_30d,
    round(rated.after_rate / nullif(rated.before_rate, 0), 3) AS rate_ratio,
    round(rated.before_share, 4) AS before_share,
    round(rated.after_share, 4) AS after_share,
    rated.tests
FROM rated
INNER JOIN sided ON rated.user_id = sided.user_id AND rated.starts_at = sided.starts_at
ORDER BY rated.user_id, rated.starts_at, sided.access_id
