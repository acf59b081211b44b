WITH worded AS (
  SELECT
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    system,
    code_stands,
    reason,
    COALESCE(LENGTH(reason) > 24 OR SIZE(SPLIT(reason, CONCAT('\\Q', ' ', '\\E'))) > 2, FALSE) AS longer
  FROM reason_quality
)
SELECT
  user_id,
  month,
  system,
  code_stands,
  longer,
  CASE WHEN NOT longer THEN reason END AS reason,
  COUNT(*) AS accesses
FROM worded
GROUP BY
  user_id,
  month,
  system,
  code_stands,
  longer,
  CASE WHEN NOT longer THEN reason END
