WITH numbered AS (
  SELECT
    user_position.user_id,
    user_position.unit,
    user_position.role,
    ROW_NUMBER() OVER (
      PARTITION BY user_position.user_id
      ORDER BY CASE
        WHEN user_position.ends_at IS NULL OR user_position.ends_at > horizon.newest_at
        THEN 0
        ELSE 1
      END ASC NULLS LAST, COALESCE(user_position.starts_at, CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ)) DESC, user_position.unit ASC NULLS LAST, user_position.role ASC NULLS LAST
    ) AS place
  FROM user_position
  CROSS JOIN horizon
  WHERE
    user_position.starts_at IS NULL OR user_position.starts_at <= horizon.newest_at
)
SELECT
  user_id,
  unit,
  role
FROM numbered
WHERE
  place = 1
