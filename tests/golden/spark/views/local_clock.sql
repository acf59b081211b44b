WITH daily AS (
  SELECT
    CAST(occurred_at AS DATE) AS day,
    MIN(
      DATEDIFF(DAY, CAST(occurred_at AS DATE), local_date) * 24 + local_hour - EXTRACT(HOUR FROM occurred_at)
    ) AS hours_ahead
  FROM access
  GROUP BY
    CAST(occurred_at AS DATE)
), compared AS (
  SELECT
    day,
    hours_ahead,
    LAG(hours_ahead) OVER (ORDER BY day NULLS LAST) AS hours_before
  FROM daily
), changed AS (
  SELECT
    hours_ahead,
    CASE WHEN NOT hours_before IS NULL THEN day END AS first_day,
    day
  FROM compared
  WHERE
    hours_before IS NULL OR hours_before <> hours_ahead
)
SELECT
  hours_ahead,
  first_day,
  LEAD(day) OVER (ORDER BY day NULLS LAST) AS until_day
FROM changed
