WITH open_incident AS (
  SELECT
    unexplained_access.user_id,
    unexplained_access.subject_id,
    unexplained_access.access_id,
    unexplained_access.local_date,
    incident.reference,
    incident.unit,
    incident.kind,
    ARRAY_CONTAINS(
      ARRAY_COMPACT(CAST(:sensitive_kinds AS ARRAY<STRING>)),
      TRANSLATE(LOWER(incident.kind), ' -', '__')
    ) AS sensitive,
    BOOL_OR(posting.unit = incident.unit) AS own_unit
  FROM unexplained_access
  INNER JOIN incident_holds
    ON unexplained_access.subject_id = incident_holds.subject_id
  INNER JOIN incident
    ON incident_holds.reference = incident.reference
    AND unexplained_access.occurred_at >= incident.opened_at
    AND (
      incident.closed_at IS NULL OR unexplained_access.occurred_at < incident.closed_at
    )
  INNER JOIN posting
    ON unexplained_access.user_id = posting.user_id
    AND unexplained_access.occurred_at >= posting.starts_at
    AND (
      posting.ends_at IS NULL OR unexplained_access.occurred_at < posting.ends_at
    )
  WHERE
    NOT incident.unit IS NULL
  GROUP BY
    unexplained_access.user_id,
    unexplained_access.subject_id,
    unexplained_access.access_id,
    unexplained_access.local_date,
    incident.reference,
    incident.unit,
    incident.kind
), probed AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    local_date,
    reference,
    unit,
    kind,
    COALESCE(sensitive, FALSE) AS sensitive
  FROM open_incident
  WHERE
    NOT own_unit
), gravest AS (
  SELECT
    user_id,
    subject_id,
    reference,
    unit,
    kind,
    ROW_NUMBER() OVER (
      PARTITION BY user_id, subject_id
      ORDER BY CASE WHEN sensitive THEN 0 ELSE 1 END NULLS LAST, reference NULLS LAST
    ) AS place
  FROM probed
), counted AS (
  SELECT
    user_id,
    subject_id,
    COUNT(DISTINCT access_id) AS accesses,
    COUNT(DISTINCT reference) AS incidents,
    COUNT(DISTINCT local_date) AS days,
    COUNT(DISTINCT access_id) FILTER(WHERE
      sensitive) AS sensitive_accesses,
    COUNT(DISTINCT local_date) FILTER(WHERE
      sensitive) AS sensitive_days
  FROM probed
  GROUP BY
    user_id,
    subject_id
)
SELECT DISTINCT
  probed.user_id,
  probed.subject_id,
  probed.access_id,
  TRUE AS counts,
  CASE
    WHEN counted.sensitive_days >= 2
    THEN 'high'
    WHEN counted.sensitive_days = 1 OR counted.days >= 2
    THEN 'low'
    ELSE 'informational'
  END AS level,
  CASE
    WHEN counted.sensitive_days >= 2
    THEN 32
    WHEN counted.sensitive_days = 1 OR counted.days >= 2
    THEN 8
    ELSE 0
  END AS points,
  gravest.reference AS incident_reference,
  gravest.unit AS incident_unit,
  gravest.kind AS incident_kind,
  CASE WHEN gravest.reference = probed.subject_id THEN 'that ' ELSE 'the ' END || CASE
    WHEN gravest.kind = 'intelligence'
    THEN 'intelligence item'
    ELSE CONCAT_WS(' ', TRANSLATE(gravest.kind, '_', ' '), 'incident')
  END || CASE
    WHEN gravest.reference = probed.subject_id
    THEN ' open'
    ELSE ' ' || gravest.reference || ' open on that subject'
  END AS incident_words,
  counted.accesses,
  counted.incidents,
  counted.sensitive_accesses,
  counted.sensitive_days
FROM probed
INNER JOIN counted
  ON probed.user_id = counted.user_id AND probed.subject_id = counted.subject_id
INNER JOIN gravest
  ON probed.user_id = gravest.user_id
  AND probed.subject_id = gravest.subject_id
  AND gravest.place = 1
ORDER BY
  probed.user_id NULLS LAST,
  probed.subject_id NULLS LAST,
  probed.access_id NULLS LAST
