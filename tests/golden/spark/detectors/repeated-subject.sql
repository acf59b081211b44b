WITH counted AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    local_date
  FROM unexplained_access
  UNION ALL
  SELECT
    access.user_id,
    access.subject_id,
    access.access_id,
    access.local_date
  FROM access
  CROSS JOIN horizon
  WHERE
    NOT horizon.judges
    AND NOT access.user_id IS NULL
    AND NOT access.subject_id IS NULL
), repeated AS (
  SELECT
    counted.user_id,
    counted.subject_id,
    COUNT(*) AS accesses,
    COUNT(DISTINCT counted.local_date) AS days
  FROM counted
  GROUP BY
    counted.user_id,
    counted.subject_id
)
SELECT
  counted.user_id,
  counted.subject_id,
  counted.access_id,
  TRUE AS counts,
  CASE WHEN repeated.accesses >= :many_accesses THEN 26 ELSE 20 END AS points,
  repeated.accesses,
  CASE
    WHEN horizon.judges
    THEN 'without any explanation'
    ELSE '(not judged: no incident is loaded)'
  END AS basis
FROM counted
INNER JOIN repeated
  ON counted.user_id = repeated.user_id AND counted.subject_id = repeated.subject_id
CROSS JOIN horizon
WHERE
  (
    horizon.judges
    AND repeated.accesses >= :min_accesses
    AND repeated.days >= :min_days
  )
  OR (
    NOT horizon.judges
    AND repeated.accesses >= :log_only_accesses
    AND repeated.days >= :log_only_days
  )
ORDER BY
  counted.user_id NULLS LAST,
  counted.subject_id NULLS LAST,
  counted.access_id NULLS LAST
