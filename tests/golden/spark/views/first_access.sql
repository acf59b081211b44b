WITH first_time AS (
  SELECT
    user_id,
    subject_id,
    MIN(occurred_at) AS occurred_at,
    COUNT(*) AS accesses
  FROM access
  WHERE
    NOT user_id IS NULL AND NOT subject_id IS NULL
  GROUP BY
    user_id,
    subject_id
), first_id AS (
  SELECT
    MIN(access.access_id) AS access_id,
    MAX(first_time.accesses) AS accesses
  FROM access
  INNER JOIN first_time
    ON access.user_id = first_time.user_id
    AND access.subject_id = first_time.subject_id
    AND access.occurred_at = first_time.occurred_at
  GROUP BY
    access.user_id,
    access.subject_id
)
SELECT
  access.access_id,
  access.user_id,
  access.subject_id,
  access.system,
  access.local_date,
  first_id.accesses
FROM first_id
INNER JOIN access
  ON first_id.access_id = access.access_id
