SELECT DISTINCT
  subject_id,
  linked_id,
  starts_at,
  ends_at
FROM link_direction
