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
)
SELECT
  counted.user_id,
  counted.accesses,
  COALESCE(unexplained.unexplained, 0) AS unexplained,
  counted.accesses - COALESCE(judged.judged, 0) AS unjudged,
  latest_position.unit,
  latest_position.role
FROM counted
LEFT JOIN judged
  ON counted.user_id = judged.user_id
LEFT JOIN unexplained
  ON counted.user_id = unexplained.user_id
LEFT JOIN latest_position
  ON counted.user_id = latest_position.user_id
ORDER BY
  counted.user_id NULLS LAST
