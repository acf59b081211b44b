WITH period AS (
  SELECT
    user_id,
    status,
    starts_at,
    ends_at,
    status IN ('on_duty', 'overtime', 'restricted') AS working,
    ends_at <= starts_at + INTERVAL '1' DAY AS short
  FROM duty
  WHERE
    starts_at < ends_at
), logged_day AS (
  SELECT DISTINCT
    CAST(occurred_at AS DATE) AS day
  FROM access
)
SELECT
  user_id,
  CAST(starts_at AS DATE) AS day,
  status,
  working,
  starts_at,
  ends_at
FROM period
WHERE
  short
UNION ALL
SELECT
  user_id,
  CAST(ends_at AS DATE) AS day,
  status,
  working,
  starts_at,
  ends_at
FROM period
WHERE
  short AND CAST(ends_at AS DATE) > CAST(starts_at AS DATE)
UNION ALL
SELECT
  period.user_id,
  logged_day.day,
  period.status,
  period.working,
  period.starts_at,
  period.ends_at
FROM period
INNER JOIN logged_day
  ON logged_day.day >= CAST(period.starts_at AS DATE)
  AND logged_day.day <= CAST(period.ends_at AS DATE)
WHERE
  NOT period.short
