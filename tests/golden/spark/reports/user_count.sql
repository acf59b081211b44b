WITH counted AS (
  SELECT
    user_id,
    COUNT(*) AS accesses
  FROM access
  WHERE
    NOT user_id IS NULL
  GROUP BY
    user_id
), judged AS (
  SELECT
    user_id,
    COUNT(*) AS judged
  FROM judgeable_access
  GROUP BY
    user_id
), unexplained AS (
  SELECT
    user_id,
    COUNT(*) AS unexplained
  FROM unexplained_access
  GROUP BY
    user_id
), latest AS (
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
      END NULLS LAST, COALESCE(user_position.starts_at, CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ)) DESC, user_position.unit NULLS LAST
    ) AS place
  FROM user_position
  CROSS JOIN horizon
  WHERE
    user_position.starts_at IS NULL OR user_position.starts_at <= horizon.newest_at
)
SELECT
  counted.user_id,
  counted.accesses,
  COALESCE(unexplained.unexplained, 0) AS unexplained,
  counted.accesses - COALESCE(judged.judged, 0) AS unjudged,
  latest.unit,
  latest.role
FROM counted
LEFT JOIN judged
  ON counted.user_id = judged.user_id
LEFT JOIN unexplained
  ON counted.user_id = unexplained.user_id
LEFT JOIN latest
  ON counted.user_id = latest.user_id AND latest.place = 1
ORDER BY
  counted.user_id NULLS LAST
