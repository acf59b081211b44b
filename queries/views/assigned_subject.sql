-- id = "assigned_subject"
-- title = "Subjects of the incidents that a user is assigned to"
-- description = "One row for each user, assignment and subject held, from the assignment's (else the incident's) start to its end."
-- reads = ["incident", "incident_holds", "incident_staff"]
-- materialise = true
-- local = true
SELECT DISTINCT
    incident_staff.user_id,
    incident_holds.subject_id,
    incident.reference,
    incident.opened_at,
    coalesce(incident_staff.starts_at, incident.opened_at) AS starts_at,
    coalesce(incident_staff.ends_at, incident.closed_at) AS ends_at
FROM incident_staff
INNER JOIN incident ON incident_staff.reference = incident.reference
INNER JOIN incident_holds ON incident_staff.reference = incident_holds.reference
