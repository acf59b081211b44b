SELECT
  access_id,
  user_id,
  system,
  action,
  occurred_at,
  reference,
  subject_kind,
  subject_id,
  FALSE AS linked
FROM open_access
UNION ALL
SELECT
  open_access.access_id,
  open_access.user_id,
  open_access.system,
  open_access.action,
  open_access.occurred_at,
  open_access.reference,
  subject.subject_kind,
  link.linked_id AS subject_id,
  TRUE AS linked
FROM open_access
INNER JOIN link
  ON open_access.subject_id = link.subject_id
  AND (
    link.starts_at IS NULL OR open_access.occurred_at >= link.starts_at
  )
  AND (
    link.ends_at IS NULL OR open_access.occurred_at < link.ends_at
  )
LEFT JOIN subject
  ON link.linked_id = subject.subject_id
