WITH alone AS (
  SELECT
    reference,
    MIN(user_id) AS user_id
  FROM incident_staff
  GROUP BY
    reference
  HAVING
    COUNT(DISTINCT user_id) = 1
)
SELECT
  alone.user_id,
  incident_holds.subject_id,
  incident.reference,
  incident.opened_at,
  access.occurred_at AS looked_up_at
FROM alone
INNER JOIN incident
  ON alone.reference = incident.reference
INNER JOIN incident_holds
  ON alone.reference = incident_holds.reference
INNER JOIN access
  ON alone.user_id = access.user_id
  AND incident_holds.subject_id = access.subject_id
  AND access.occurred_at < incident.opened_at
