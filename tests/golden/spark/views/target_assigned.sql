SELECT
  access_target.access_id,
  access_target.linked,
  access_target.user_id,
  access_target.subject_id,
  access_target.occurred_at,
  assigned_subject.reference,
  assigned_subject.starts_at,
  assigned_subject.ends_at
FROM access_target
INNER JOIN assigned_subject
  ON access_target.user_id = assigned_subject.user_id
  AND access_target.subject_id = assigned_subject.subject_id
