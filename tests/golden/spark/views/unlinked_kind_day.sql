WITH subject_kind_held AS (
  SELECT DISTINCT
    incident_holds.subject_id,
    incident.kind AS incident_kind
  FROM incident_holds
  INNER JOIN incident
    ON incident_holds.reference = incident.reference
  WHERE
    NOT incident.kind IS NULL
)
SELECT
  unlinked_access.user_id,
  unlinked_access.local_date,
  subject_kind_held.incident_kind,
  COUNT(*) AS accesses
FROM unlinked_access
INNER JOIN subject_kind_held
  ON unlinked_access.subject_id = subject_kind_held.subject_id
GROUP BY
  unlinked_access.user_id,
  unlinked_access.local_date,
  subject_kind_held.incident_kind
