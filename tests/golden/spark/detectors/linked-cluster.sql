WITH cluster AS (
  SELECT
    unexplained_cluster.user_id,
    unexplained_cluster.cluster,
    COUNT(DISTINCT unexplained_cluster.subject_id) AS subjects,
    COUNT(*) AS accesses,
    COUNT(DISTINCT unexplained_access.local_date) AS local_days
  FROM unexplained_cluster
  INNER JOIN unexplained_access
    ON unexplained_cluster.user_id = unexplained_access.user_id
    AND unexplained_cluster.subject_id = unexplained_access.subject_id
  GROUP BY
    unexplained_cluster.user_id,
    unexplained_cluster.cluster
  HAVING
    COUNT(DISTINCT unexplained_cluster.subject_id) >= :min_subjects
)
SELECT
  unexplained_cluster.user_id,
  unexplained_cluster.cluster,
  CAST(NULL AS STRING) AS subject_id,
  unexplained_access.access_id,
  TRUE AS counts,
  CASE WHEN cluster.local_days = 1 THEN 'low' ELSE 'medium' END AS level,
  CASE WHEN cluster.local_days = 1 THEN 10 ELSE 26 END AS points,
  cluster.subjects,
  cluster.accesses
FROM unexplained_cluster
INNER JOIN cluster
  ON unexplained_cluster.user_id = cluster.user_id
  AND unexplained_cluster.cluster = cluster.cluster
INNER JOIN unexplained_access
  ON unexplained_cluster.user_id = unexplained_access.user_id
  AND unexplained_cluster.subject_id = unexplained_access.subject_id
ORDER BY
  unexplained_cluster.user_id NULLS LAST,
  unexplained_cluster.cluster NULLS LAST,
  unexplained_access.access_id NULLS LAST
