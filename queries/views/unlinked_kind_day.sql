-- id = "unlinked_kind_day"
-- title = "Accesses without an incident of one's own, by kind of incident and day"
-- description = "For each user, local day and kind of incident: accesses to such incidents, or to subjects on them, that no incident explains."
-- reads = ["incident", "incident_holds", "unlinked_access"]
-- partition = ["user_id", "local_date"]
-- local = true
--
-- A subject on incidents of several kinds counts for each.
WITH subject_kind_held AS (
    SELECT DISTINCT
        incident_holds.subject_id,
        incident.kind AS incident_kind
    FROM incident_holds
    INNER JOIN incident ON incident_holds.reference = incident.reference
    WHERE incident.kind IS NOT NULL
)

SELECT
    unlinked_access.user_id,
    unlinked_access.local_date,
    subject_kind_held.incident_kind,
    count(*) AS accesses
FROM unlinked_access
INNER JOIN subject_kind_held ON unlinked_access.subject_id = subject_kind_held.subject_id
GROUP BY unlinked_access.user_id, unlinked_access.local_date, subject_kind_held.incident_kind
