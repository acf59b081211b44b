WITH candidate AS (
  SELECT
    user_id,
    subject_id
  FROM unexplained_access
  GROUP BY
    user_id,
    subject_id
  HAVING
    COUNT(*) >= :min_accesses
), explained AS (
  SELECT
    other_access.user_id,
    other_access.subject_id,
    other_access.access_id,
    other_access.occurred_at,
    other_access.explanation_reference AS reference
  FROM other_access
  SEMI JOIN candidate
    ON other_access.user_id = candidate.user_id
    AND other_access.subject_id = candidate.subject_id
  WHERE
    other_access.explained
  UNION ALL
  SELECT
    not_fully_explained_access.user_id,
    not_fully_explained_access.subject_id,
    not_fully_explained_access.access_id,
    not_fully_explained_access.occurred_at,
    not_fully_explained_access.explanation_reference AS reference
  FROM not_fully_explained_access
  SEMI JOIN candidate
    ON not_fully_explained_access.user_id = candidate.user_id
    AND not_fully_explained_access.subject_id = candidate.subject_id
  WHERE
    not_fully_explained_access.weak
), explaining AS (
  SELECT
    user_id,
    subject_id,
    reference
  FROM explained
  UNION
  SELECT
    explained.user_id,
    explained.subject_id,
    incident.reference
  FROM explained
  INNER JOIN incident_holds
    ON explained.subject_id = incident_holds.subject_id
  INNER JOIN incident_staff
    ON explained.user_id = incident_staff.user_id
    AND incident_holds.reference = incident_staff.reference
  INNER JOIN incident
    ON incident_staff.reference = incident.reference
    AND explained.occurred_at >= COALESCE(incident_staff.starts_at, incident.opened_at)
  WHERE
    COALESCE(incident_staff.ends_at, incident.closed_at) IS NULL
    OR explained.occurred_at < COALESCE(incident_staff.ends_at, incident.closed_at)
), ending AS (
  SELECT
    explaining.user_id,
    explaining.subject_id,
    incident.reference,
    incident.kind AS incident_kind,
    incident.closed_at,
    ROW_NUMBER() OVER (
      PARTITION BY explaining.user_id, explaining.subject_id
      ORDER BY COALESCE(incident.closed_at, CAST('9999-12-31 00:00:00' AS TIMESTAMP_NTZ)) DESC, incident.reference ASC NULLS LAST
    ) AS place
  FROM explaining
  INNER JOIN incident
    ON explaining.reference = incident.reference
), ended AS (
  SELECT
    user_id,
    subject_id,
    reference,
    incident_kind,
    closed_at AS ended_at
  FROM ending
  WHERE
    place = 1 AND NOT closed_at IS NULL
), after_end AS (
  SELECT
    unexplained_access.user_id,
    unexplained_access.subject_id,
    unexplained_access.access_id,
    unexplained_access.occurred_epoch
  FROM unexplained_access
  INNER JOIN ended
    ON unexplained_access.user_id = ended.user_id
    AND unexplained_access.subject_id = ended.subject_id
  WHERE
    unexplained_access.occurred_at >= ended.ended_at + :grace_days * INTERVAL '1' DAY
), returned AS (
  SELECT
    user_id,
    subject_id,
    COUNT(*) AS accesses,
    MIN(occurred_epoch) AS first_epoch
  FROM after_end
  GROUP BY
    user_id,
    subject_id
  HAVING
    COUNT(*) >= :min_accesses
), before_end AS (
  SELECT
    explained.user_id,
    explained.subject_id,
    COUNT(*) AS explained_accesses
  FROM explained
  GROUP BY
    explained.user_id,
    explained.subject_id
), cited AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    TRUE AS counts
  FROM after_end
  UNION ALL
  SELECT
    user_id,
    subject_id,
    access_id,
    FALSE AS counts
  FROM explained
)
SELECT
  cited.user_id,
  cited.subject_id,
  cited.access_id,
  cited.counts,
  ended.reference,
  ended.incident_kind,
  ended.ended_at,
  returned.accesses,
  before_end.explained_accesses,
  CAST(CAST(FLOOR((
    returned.first_epoch - FLOOR(UNIX_TIMESTAMP(ended.ended_at))
  ) / 86400) AS DOUBLE) AS BIGINT) AS days_to_first
FROM cited
INNER JOIN returned
  ON cited.user_id = returned.user_id AND cited.subject_id = returned.subject_id
INNER JOIN ended
  ON cited.user_id = ended.user_id AND cited.subject_id = ended.subject_id
INNER JOIN before_end
  ON cited.user_id = before_end.user_id AND cited.subject_id = before_end.subject_id
ORDER BY
  cited.user_id NULLS LAST,
  cited.subject_id NULLS LAST,
  cited.access_id NULLS LAST
