SELECT
  access_target.access_id,
  access_target.linked,
  access_target.user_id,
  access_target.subject_id,
  access_target.occurred_at,
  incident.reference,
  incident.opened_at,
  incident.closed_at
FROM access_target
INNER JOIN posting
  ON access_target.user_id = posting.user_id
  AND access_target.occurred_at >= posting.starts_at
  AND (
    posting.ends_at IS NULL OR access_target.occurred_at < posting.ends_at
  )
INNER JOIN incident_holds
  ON access_target.subject_id = incident_holds.subject_id
INNER JOIN incident
  ON incident_holds.reference = incident.reference AND posting.unit = incident.unit
