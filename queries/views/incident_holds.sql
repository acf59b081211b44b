-- id = "incident_holds"
-- title = "The subjects that each incident holds"
-- description = "Every subject on an incident, and the incident itself, which is a subject on itself."
-- reads = ["incident", "incident_subject"]
-- materialise = true
-- local = true
SELECT
    reference,
    subject_id
FROM incident_subject
UNION
SELECT
    reference,
    reference AS subject_id
FROM incident
