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
    judgeable_access.user_id,
    judgeable_access.subject_id,
    judgeable_access.access_id,
    judgeable_access.occurred_at,
    explanation.reference
  FROM judgeable_access
  INNER JOIN candidate
    ON judgeable_access.user_id = candidate.user_id
    AND judgeable_access.subject_id = candidate.subject_id
  INNER JOIN explanation
    ON judgeable_access.access_id = explanation.access_id
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
    assigned_subject.reference
  FROM explained
  INNER JOIN assigned_subject
    ON explained.user_id = assigned_subject.user_id
    AND explained.subject_id = assigned_subject.subject_id
    AND explained.occurred_at >= assigned_subject.starts_at
    AND (
      assigned_subject.ends_at IS NULL
      OR explained.occurred_at < assigned_subject.ends_at
    )
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
