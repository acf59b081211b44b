WITH own AS (
  SELECT DISTINCT
    user_id,
    subject_id
  FROM related_subject
  WHERE
    distance = 0 AND steps = 0
), own_incident AS (
  SELECT
    own.user_id,
    incident.reference,
    incident.opened_at,
    MIN(incident_subject.role) AS own_role
  FROM own
  INNER JOIN incident_subject
    ON own.subject_id = incident_subject.subject_id
  INNER JOIN incident
    ON incident_subject.reference = incident.reference
  GROUP BY
    own.user_id,
    incident.reference,
    incident.opened_at
), ordered_complaint AS (
  SELECT
    user_id,
    subject_id,
    complaint_id,
    received_at,
    ROW_NUMBER() OVER (
      PARTITION BY user_id, subject_id
      ORDER BY received_at NULLS LAST, complaint_id NULLS LAST
    ) AS place
  FROM complaint
  WHERE
    NOT subject_id IS NULL
), concern AS (
  SELECT
    own_incident.user_id,
    own_incident.reference,
    'incident' AS case_kind,
    own_incident.own_role,
    own_incident.opened_at AS since,
    incident_holds.subject_id
  FROM own_incident
  INNER JOIN incident_holds
    ON own_incident.reference = incident_holds.reference
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
  WHERE
    place = 1
), cited AS (
  SELECT
    concern.user_id,
    concern.reference,
    concern.case_kind,
    concern.own_role,
    personal_access.access_id,
    personal_access.subject_id,
    personal_access.subject_id = concern.reference AS itself,
    personal_access.action IN ('create', 'amend', 'delete', 'merge', 'close') AS changed,
    COALESCE(personal_access.strength = 'full', FALSE) AS explained,
    COALESCE(
      personal_access.strength = 'full'
      AND personal_access.explanation_reference <> concern.reference,
      FALSE
    ) AS elsewhere
  FROM concern
  INNER JOIN personal_access
    ON concern.user_id = personal_access.user_id
    AND concern.subject_id = personal_access.subject_id
    AND personal_access.occurred_at >= concern.since
), counted AS (
  SELECT
    user_id,
    reference,
    MIN(case_kind) AS case_kind,
    MIN(own_role) AS own_role,
    COUNT(*) AS accesses,
    COUNT(DISTINCT subject_id) AS subjects,
    MIN(subject_id) AS only_subject_id,
    COUNT(*) FILTER(WHERE
      itself) AS to_the_case,
    COUNT(*) FILTER(WHERE
      changed) AS changes,
    COUNT(*) FILTER(WHERE
      explained) AS explained,
    COUNT(*) FILTER(WHERE
      elsewhere) AS explained_elsewhere
  FROM cited
  GROUP BY
    user_id,
    reference
)
SELECT
  cited.user_id,
  cited.reference,
  CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
  cited.access_id,
  TRUE AS counts,
  CASE
    WHEN counted.changes > 0
    THEN 'high'
    WHEN counted.to_the_case = 0 AND counted.explained_elsewhere = counted.accesses
    THEN 'medium'
    ELSE 'high'
  END AS level,
  CASE
    WHEN counted.changes > 0
    THEN 42
    WHEN counted.to_the_case = 0 AND counted.explained_elsewhere = counted.accesses
    THEN 24
    ELSE 36
  END AS points,
  counted.case_kind,
  counted.own_role,
  counted.accesses,
  counted.subjects,
  counted.to_the_case,
  counted.changes,
  CASE
    WHEN counted.changes = 0
    THEN 'nothing changed'
    ELSE CONCAT(COALESCE(CAST(counted.changes AS STRING), ''), ' changes')
  END AS change_words,
  counted.explained,
  counted.explained_elsewhere
FROM cited
INNER JOIN counted
  ON cited.user_id = counted.user_id AND cited.reference = counted.reference
ORDER BY
  cited.user_id NULLS LAST,
  cited.reference NULLS LAST,
  cited.access_id NULLS LAST
