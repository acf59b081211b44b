SELECT
  reference,
  subject_id
FROM incident_subject
UNION
SELECT
  reference,
  reference AS subject_id
FROM incident
