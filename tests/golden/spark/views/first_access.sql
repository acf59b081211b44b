WITH numbered AS (
  SELECT
    access_id,
    user_id,
    subject_id,
    system,
    local_date,
    ROW_NUMBER() OVER (
      PARTITION BY user_id, subject_id
      ORDER BY occurred_at NULLS LAST, access_id NULLS LAST
    ) AS place,
    COUNT(*) OVER (PARTITION BY user_id, subject_id) AS accesses
  FROM access
  WHERE
    NOT user_id IS NULL AND NOT subject_id IS NULL
)
SELECT
  access_id,
  user_id,
  subject_id,
  system,
  local_date,
  accesses
FROM numbered
WHERE
  place = 1
