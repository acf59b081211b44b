WITH observed AS (
  SELECT
    watch.watch_id,
    access.local_date,
    access.access_id,
    access.user_id,
    access.subject_id
  FROM watch
  INNER JOIN access
    ON watch.user_id = access.user_id
    AND access.occurred_at >= watch.starts_at
    AND access.occurred_at < watch.ends_at
  UNION
  SELECT
    watch.watch_id,
    unexplained_access.local_date,
    unexplained_access.access_id,
    unexplained_access.user_id,
    unexplained_access.subject_id
  FROM watch
  INNER JOIN unexplained_access
    ON watch.subject_id = unexplained_access.subject_id
    AND unexplained_access.occurred_at >= watch.starts_at
    AND unexplained_access.occurred_at < watch.ends_at
), digest AS (
  SELECT
    observed.watch_id,
    observed.local_date,
    COUNT(*) AS accesses,
    COUNT(unexplained_access.access_id) AS unexplained,
    COUNT(DISTINCT observed.subject_id) AS subjects,
    COUNT(DISTINCT observed.user_id) AS users,
    MIN(observed.user_id) AS only_user
  FROM observed
  LEFT JOIN unexplained_access
    ON observed.access_id = unexplained_access.access_id
  GROUP BY
    observed.watch_id,
    observed.local_date
)
SELECT
  CASE WHEN digest.users = 1 THEN digest.only_user END AS user_id,
  watch.subject_id,
  observed.watch_id,
  observed.local_date AS local_day,
  observed.access_id,
  TRUE AS counts,
  CASE
    WHEN digest.unexplained = 0
    THEN 'informational'
    WHEN NOT watch.subject_id IS NULL
    THEN 'high'
    ELSE 'medium'
  END AS level,
  CASE
    WHEN digest.unexplained = 0
    THEN 0
    WHEN NOT watch.subject_id IS NULL
    THEN 30
    ELSE 22
  END AS points,
  digest.accesses,
  digest.unexplained,
  digest.subjects,
  digest.users,
  CASE
    WHEN digest.users = 1
    THEN digest.only_user
    ELSE CONCAT(COALESCE(CAST(digest.users AS STRING), ''), ' users')
  END AS watched_users,
  CASE
    WHEN digest.unexplained = 0
    THEN 'none of them unexplained'
    WHEN digest.unexplained < digest.accesses
    THEN CONCAT(COALESCE(CAST(digest.unexplained AS STRING), ''), ' of them unexplained')
    WHEN digest.accesses = 1
    THEN 'unexplained'
    ELSE 'all of them unexplained'
  END AS unexplained_words,
  watch.authority,
  watch.purpose
FROM observed
INNER JOIN digest
  ON observed.watch_id = digest.watch_id AND observed.local_date = digest.local_date
INNER JOIN watch
  ON observed.watch_id = watch.watch_id
ORDER BY
  observed.watch_id NULLS LAST,
  observed.local_date NULLS LAST,
  observed.access_id NULLS LAST
