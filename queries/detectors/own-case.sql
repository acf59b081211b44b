-- id = "own-case"
-- title = "Access to an incident, or to a complaint, that concerns the user"
-- description = "Any access to an incident that holds the user's own record, to the others on it, or to whoever complained of the user."
-- level = "high"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "reference"]
-- points = 36
-- summary = "{user_id} looked {event_count} times into {case_kind} {reference}, which concerns {user_id}: {subjects} subjects, {change_words}"
-- reads = ["complaint", "incident", "incident_holds", "incident_subject", "personal_access", "related_subject"]
-- requires = ["complaint or incident_subject"]
-- references = [
--     "Gloucestershire 2020: a complainant looked up after the complaint, and evidence touched",
--     "259 published cases: 6 % concern the officer's own case or a complainant",
-- ]
-- tags = ["self", "complaint", "evidence"]
-- falsepositives = [
--     "An officer assaulted on duty who writes up the incident before a colleague takes it over.",
--     "Somebody well known to the police, whom the officer meets again in another incident: explained_elsewhere counts those.",
--     "A victim or complainant who rings and is put through to that very officer.",
-- ]
-- blind_spots = [
--     "Incidents that hold the officer's car or home but not the officer: see self-and-family.",
--     "Complaints that were made by word of mouth, or entered late.",
--     "What a colleague reads out.",
-- ]
-- triage = [
--     "Look for accesses that change or delete before all others, and secure the record as it was.",
--     "Ask as what the incident holds the officer: own_role. A suspect's look-up is another matter than a victim's.",
--     "Then ask whether witnesses or the complainant were approached.",
-- ]
--
-- Who has a stake in a case may not read it: a suspect learns who has spoken, a victim what the other side says, and someone
-- complained of learns where the complainant lives. So an explanation does not help. An incident counts from its opening on and
-- without end, since appeals and grudges outlive it; when a subject was put on it is when somebody typed it, and is not asked.
-- A complaint counts from its receipt. Several complaints by one person of one officer are one finding, under the first.
--
-- `reference` is the incident's, or the complaint's id. The user's own record on the incident is self-and-family's matter. Where
-- the incident itself was not opened, nothing was changed, and every access is fully explained by something else, the finding
-- is a medium one: the next burglary by the man who once hit an officer is still a burglary.
WITH own AS (
    SELECT DISTINCT
        user_id,
        subject_id
    FROM related_subject
    WHERE distance = 0 AND steps = 0
),

own_incident AS (
    SELECT
        own.user_id,
        incident.reference,
        incident.opened_at,
        min(incident_subject.role) AS own_role
    FROM own
    INNER JOIN incident_subject ON own.subject_id = incident_subject.subject_id
    INNER JOIN incident ON incident_subject.reference = incident.reference
    GROUP BY own.user_id, incident.reference, incident.opened_at
),

ordered_complaint AS (
    SELECT
        user_id,
        subject_id,
        complaint_id,
        received_at,
        row_number() OVER (PARTITION BY user_id, subject_id ORDER BY received_at, complaint_id) AS place
    FROM complaint
    WHERE subject_id IS NOT NULL
),

concern AS (
    SELECT
        own_incident.user_id,
        own_incident.reference,
        'incident' AS case_kind,
        own_incident.own_role,
        own_incident.opened_at AS since,
        incident_holds.subject_id
    FROM own_incident
    INNER JOIN incident_holds ON own_incident.reference = incident_holds.reference
    ANTI JOIN own
        ON own_incident.user_id = own.user_id AND incident_holds.subject_id = own.subject_id
    UNION ALL
    SELECT
        user_id,
        complaint_id AS reference,
        'complaint' AS case_kind,
        'complained of' AS own_role,
        received_at AS since,
        subject_id
    FROM ordered_complaint
    WHERE place = 1
),

cited AS (
    SELECT
        concern.user_id,
        concern.reference,
        concern.case_kind,
        concern.own_role,
        personal_access.access_id,
        personal_access.subject_id,
        personal_access.subject_id = concern.reference AS itself,
        personal_access.action IN ('create', 'amend', 'delete', 'merge', 'close') AS changed,
        coalesce(personal_access.strength = 'full', FALSE) AS explained,
        coalesce(
            personal_access.strength = 'full' AND personal_access.explanation_reference <> concern.reference, FALSE
        ) AS elsewhere
    FROM concern
    INNER JOIN personal_access
        ON
            concern.user_id = personal_access.user_id
            AND concern.subject_id = personal_access.subject_id
            AND personal_access.occurred_at >= concern.since
),

counted AS (
    SELECT
        user_id,
        reference,
        min(case_kind) AS case_kind,
        min(own_role) AS own_role,
        count(*) AS accesses,
        count(DISTINCT subject_id) AS subjects,
        min(subject_id) AS only_subject_id,
        count(*) FILTER (WHERE itself) AS to_the_case,
        count(*) FILTER (WHERE changed) AS changes,
        count(*) FILTER (WHERE explained) AS explained,
        count(*) FILTER (WHERE elsewhere) AS explained_elsewhere
    FROM cited
    GROUP BY user_id, reference
)

SELECT
    cited.user_id,
    cited.reference,
    CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
    cited.access_id,
    TRUE AS counts,
    CASE
        WHEN counted.changes > 0 THEN 'high'
        WHEN counted.to_the_case = 0 AND counted.explained_elsewhere = counted.accesses THEN 'medium'
        ELSE 'high'
    END AS level,
    CASE
        WHEN counted.changes > 0 THEN 42
        WHEN counted.to_the_case = 0 AND counted.explained_elsewhere = counted.accesses THEN 24
        ELSE 36
    END AS points,
    counted.case_kind,
    counted.own_role,
    counted.accesses,
    counted.subjects,
    counted.to_the_case,
    counted.changes,
    CASE
        WHEN counted.changes = 0 THEN 'nothing changed'
        ELSE concat(CAST(counted.changes AS VARCHAR), ' changes')
    END AS change_words,
    counted.explained,
    counted.explained_elsewhere
FROM cited
INNER JOIN counted ON cited.user_id = counted.user_id AND cited.reference = counted.reference
ORDER BY cited.user_id, cited.reference, cited.access_id
