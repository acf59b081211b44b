SELECT
  user_id,
  SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
  local_hour,
  COUNT(*) AS accesses
FROM access
WHERE
  NOT user_id IS NULL
GROUP BY
  user_id,
  SUBSTRING(CAST(local_date AS STRING), 1, 7),
  local_hour
