-- id = "own_incident"
-- title = "Incidents on which the user is alone, after having looked the subject up before"
-- description = "One row for each such incident, subject and earlier look-up by its only member of staff."
-- reads = ["access", "incident", "incident_holds", "incident_staff"]
-- materialise = true
-- local = true
--
-- An incident may be opened to cover a look-up that came before it.
WITH alone AS (
    SELECT
        reference,
        min(user_id) AS user_id
    FROM incident_staff
    GROUP BY reference
    HAVING count(DISTINCT user_id) = 1
)

SELECT
    alone.user_id,
    incident_holds.subject_id,
    incident.reference,
    incident.opened_at,
    access.occurred_at AS looked_up_at
FROM alone
INNER JOIN incident ON alone.reference = incident.reference
INNER JOIN incident_holds ON alone.reference = incident_holds.reference
INNER JOIN access
    ON
        alone.user_id = access.user_id
        AND incident_holds.subject_id = access.subject_id
        AND access.occurred_at < incident.opened_at
