WITH assigned AS (
  SELECT DISTINCT
    reference,
    user_id
  FROM incident_staff
)
SELECT
  access_target.access_id,
  access_target.linked,
  access_target.subject_id,
  access_target.occurred_at,
  incident.reference,
  incident.opened_at,
  incident.closed_at,
  NOT assigned.user_id IS NULL OR NOT posting.user_id IS NULL AS backed
FROM access_target
INNER JOIN incident
  ON access_target.reference = incident.reference
INNER JOIN incident_holds
  ON access_target.reference = incident_holds.reference
  AND access_target.subject_id = incident_holds.subject_id
LEFT JOIN assigned
  ON access_target.reference = assigned.reference
  AND access_target.user_id = assigned.user_id
LEFT JOIN posting
  ON access_target.user_id = posting.user_id
  AND incident.unit = posting.unit
  AND access_target.occurred_at >= posting.starts_at
  AND (
    posting.ends_at IS NULL OR access_target.occurred_at < posting.ends_at
  )
