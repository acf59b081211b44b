SELECT
  open_access.access_id,
  explanation.reference
FROM open_access
INNER JOIN access
  ON open_access.user_id = access.user_id
  AND open_access.subject_id = access.subject_id
  AND access.occurred_at < open_access.occurred_at
  AND access.occurred_at >= open_access.occurred_at - :hours * INTERVAL '1' HOUR
INNER JOIN explanation
  ON access.access_id = explanation.access_id
WHERE
  explanation.strength = 'full'
