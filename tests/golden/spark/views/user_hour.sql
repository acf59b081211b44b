WITH daily AS (
  SELECT
    user_id,
    local_date,
    local_hour,
    COUNT(*) AS accesses,
    COUNT(*) - COUNT(subject_id) AS without_subject
  FROM access
  WHERE
    NOT user_id IS NULL
  GROUP BY
    user_id,
    local_date,
    local_hour
)
SELECT
  user_id,
  SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
  local_hour,
  CAST(SUM(accesses) AS BIGINT) AS accesses,
  CAST(SUM(without_subject) AS BIGINT) AS without_subject,
  ARRAY_SORT(COLLECT_LIST(local_date) FILTER(WHERE
    NOT local_date IS NULL)) AS local_dates
FROM daily
GROUP BY
  user_id,
  SUBSTRING(CAST(local_date AS STRING), 1, 7),
  local_hour
