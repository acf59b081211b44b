WITH active_day AS (
  SELECT
    user_id,
    local_date,
    COUNT(*) AS accesses
  FROM access
  WHERE
    NOT user_id IS NULL
  GROUP BY
    user_id,
    local_date
), active_month AS (
  SELECT
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    MIN(local_date) AS first_date,
    MAX(local_date) AS last_date,
    CAST(SUM(accesses) AS BIGINT) AS accesses,
    COUNT(*) AS days
  FROM active_day
  GROUP BY
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7)
), held AS (
  SELECT
    active_month.user_id,
    active_month.month,
    user_position.unit,
    user_position.role,
    user_position.starts_at,
    DATEDIFF(
      DAY,
      GREATEST(
        active_month.first_date,
        COALESCE(CAST(user_position.starts_at AS DATE), active_month.first_date)
      ),
      LEAST(
        active_month.last_date,
        COALESCE(CAST(user_position.ends_at AS DATE), active_month.last_date)
      )
    ) AS held_days
  FROM active_month
  INNER JOIN user_position
    ON active_month.user_id = user_position.user_id
  WHERE
    (
      user_position.starts_at IS NULL
      OR CAST(user_position.starts_at AS DATE) <= active_month.last_date
    )
    AND (
      user_position.ends_at IS NULL
      OR CAST(user_position.ends_at AS DATE) >= active_month.first_date
    )
), placed AS (
  SELECT
    user_id,
    month,
    unit,
    role,
    ROW_NUMBER() OVER (
      PARTITION BY user_id, month
      ORDER BY held_days DESC, COALESCE(starts_at, CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ)) DESC, COALESCE(unit, '') ASC NULLS LAST, COALESCE(role, '') ASC NULLS LAST
    ) AS place
  FROM held
)
SELECT
  active_month.user_id,
  active_month.month,
  active_month.first_date,
  active_month.last_date,
  active_month.accesses,
  active_month.days,
  placed.unit,
  placed.role
FROM active_month
LEFT JOIN placed
  ON active_month.user_id = placed.user_id
  AND active_month.month = placed.month
  AND placed.place = 1
