-- id = "local_clock"
-- title = "How far the local clock is ahead of UTC, and when"
-- description = "One row for each span of UTC days with the same whole hours between UTC and local time, as the log's own times show."
-- reads = ["access"]
-- materialise = true
--
-- For the local date of a moment that the load gives none: the start of a shift, the issue of a warning. The first span has no
-- start and the last no end, so that a moment before or after the log has an offset too. On the day on which the clocks change the
-- smaller offset holds. Of a zone that is half an hour off, the whole hours.
WITH daily AS (
    SELECT
        CAST(occurred_at AS DATE) AS day,
        min(
            date_diff('day', CAST(occurred_at AS DATE), local_date) * 24 + local_hour - extract(HOUR FROM occurred_at)
        ) AS hours_ahead
    FROM access
    GROUP BY CAST(occurred_at AS DATE)
),

compared AS (
    SELECT
        day,
        hours_ahead,
        lag(hours_ahead) OVER (ORDER BY day) AS hours_before
    FROM daily
),

changed AS (
    SELECT
        hours_ahead,
        CASE WHEN hours_before IS NOT NULL THEN day END AS first_day,
        day
    FROM compared
    WHERE hours_before IS NULL OR hours_before <> hours_ahead
)

SELECT
    hours_ahead,
    first_day,
    lead(day) OVER (ORDER BY day) AS until_day
FROM changed
