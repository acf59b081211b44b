-- id = "personal_access"
-- title = "Accesses to subjects with whom the user has something to do beside work"
-- description = "Own record and relationships; what else an incident holds that holds the own record; complainants; whoever is in contact."
-- reads = ["access", "complaint", "contact", "explanation", "incident_subject", "relationship", "staff"]
-- partition = ["user_id", "subject_id"]
--
-- Few of all accesses, whoever asks about such people asks these. An incident that holds the user's own record is one of these subjects
-- itself. A relationship, a complaint or a contact counts whenever it was: who reads this decides. `strength` is NULL where nothing explains
-- the access, or it waits to be judged.
WITH own AS (
    SELECT
        user_id,
        subject_id
    FROM staff
    WHERE subject_id IS NOT NULL
    UNION
    SELECT
        user_id,
        subject_id
    FROM relationship
    WHERE relation = 'self'
),

own_incident AS (
    SELECT DISTINCT
        own.user_id,
        incident_subject.reference
    FROM own
    INNER JOIN incident_subject ON own.subject_id = incident_subject.subject_id
),

pair AS (
    SELECT
        user_id,
        subject_id
    FROM own
    UNION
    SELECT
        user_id,
        subject_id
    FROM relationship
    UNION
    SELECT
        user_id,
        reference AS subject_id
    FROM own_incident
    UNION
    SELECT
        own_incident.user_id,
        incident_subject.subject_id
    FROM own_incident
    INNER JOIN incident_subject ON own_incident.reference = incident_subject.reference
    UNION
    SELECT
        user_id,
        subject_id
    FROM complaint
    UNION
    SELECT
        user_id,
        subject_id
    FROM contact
),

held AS (
    SELECT
        access.access_id,
        access.user_id,
        access.subject_id,
        access.occurred_at,
        access.action
    FROM access
    SEMI JOIN pair ON access.user_id = pair.user_id AND access.subject_id = pair.subject_id
)

SELECT
    held.access_id,
    held.user_id,
    held.subject_id,
    held.occurred_at,
    held.action,
    explanation.strength,
    explanation.reference AS explanation_reference
FROM held
LEFT JOIN explanation ON held.access_id = explanation.access_id
