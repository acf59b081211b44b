SELECT
  user_id,
  subject_id,
  access_id,
  counts,
  accesses
FROM (
  SELECT
    user_id,
    subject_id,
    access_id,
    TRUE AS counts,
    COUNT(*) OVER (PARTITION BY user_id, subject_id) AS accesses,
    COUNT(*) OVER (PARTITION BY user_id, subject_id) AS _w
  FROM unexplained_access
  ORDER BY
    user_id NULLS LAST,
    subject_id NULLS LAST,
    access_id NULLS LAST
) AS _t
WHERE
  _w >= :min_accesses
