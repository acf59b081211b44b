WITH surge AS (
  SELECT
    subject_id,
    local_day,
    COUNT(*) AS accesses_in_all,
    DATEDIFF(DAY, local_day, MAX(local_date)) + 1 AS surge_days,
    COUNT(DISTINCT user_id) AS users,
    COUNT(DISTINCT user_id) FILTER(WHERE
      unexplained) AS unexplained_users,
    ARRAY_SORT(
      ARRAY_DISTINCT(COLLECT_LIST(user_id) FILTER(WHERE
        unexplained AND NOT user_id IS NULL))
    ) AS unexplained_user_ids
  FROM subject_surge
  GROUP BY
    subject_id,
    local_day
)
SELECT
  CAST(NULL AS STRING) AS user_id,
  subject_surge.subject_id,
  subject_surge.local_day,
  subject_surge.access_id,
  subject_surge.unexplained AS counts,
  CASE WHEN surge.surge_days > :lasting_days THEN 'low' ELSE 'high' END AS level,
  CASE WHEN surge.surge_days > :lasting_days THEN 10 ELSE 30 END AS points,
  surge.surge_days,
  surge.accesses_in_all,
  surge.users,
  surge.unexplained_users,
  surge.unexplained_user_ids
FROM subject_surge
INNER JOIN surge
  ON subject_surge.subject_id = surge.subject_id
  AND subject_surge.local_day = surge.local_day
ORDER BY
  subject_surge.subject_id NULLS LAST,
  subject_surge.local_day NULLS LAST,
  subject_surge.access_id NULLS LAST
