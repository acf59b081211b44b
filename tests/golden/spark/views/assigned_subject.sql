SELECT DISTINCT
  incident_staff.user_id,
  incident_holds.subject_id,
  incident.reference,
  incident.opened_at,
  COALESCE(incident_staff.starts_at, incident.opened_at) AS starts_at,
  COALESCE(incident_staff.ends_at, incident.closed_at) AS ends_at
FROM incident_staff
INNER JOIN incident
  ON incident_staff.reference = incident.reference
INNER JOIN incident_holds
  ON incident_staff.reference = incident_holds.reference
