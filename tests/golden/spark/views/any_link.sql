SELECT
  subject_id,
  linked_id,
  starts_at,
  ends_at
FROM subject_link
UNION ALL
SELECT
  linked_id AS subject_id,
  subject_id AS linked_id,
  starts_at,
  ends_at
FROM subject_link
