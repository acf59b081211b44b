WITH quoted AS (
  SELECT
    judgeable_access.access_id,
    judgeable_access.user_id,
    judgeable_access.subject_id,
    judgeable_access.occurred_at,
    judgeable_access.reference,
    incident.reference IS NULL AS missing,
    NOT incident_holds.reference IS NULL AS holds,
    NOT incident.reference IS NULL
    AND (
      judgeable_access.occurred_at < incident.opened_at - :lead_days * INTERVAL '1' DAY
      OR COALESCE(
        judgeable_access.occurred_at >= incident.closed_at + :grace_days * INTERVAL '1' DAY,
        FALSE
      )
    ) AS not_open
  FROM judgeable_access
  LEFT JOIN incident
    ON judgeable_access.reference = incident.reference
  LEFT JOIN incident_holds
    ON judgeable_access.reference = incident_holds.reference
    AND judgeable_access.subject_id = incident_holds.subject_id
  WHERE
    NOT judgeable_access.reference IS NULL
), doubtful AS (
  SELECT
    access_id,
    user_id,
    subject_id,
    occurred_at,
    reference,
    missing,
    holds,
    not_open
  FROM quoted
  WHERE
    missing OR not_open OR NOT holds
), held AS (
  SELECT DISTINCT
    doubtful.access_id
  FROM doubtful
  INNER JOIN link
    ON doubtful.subject_id = link.subject_id
    AND (
      link.starts_at IS NULL OR doubtful.occurred_at >= link.starts_at
    )
    AND (
      link.ends_at IS NULL OR doubtful.occurred_at < link.ends_at
    )
  INNER JOIN incident_holds
    ON doubtful.reference = incident_holds.reference
    AND link.linked_id = incident_holds.subject_id
  WHERE
    NOT doubtful.holds
), mismatch AS (
  SELECT
    doubtful.access_id,
    doubtful.user_id,
    doubtful.subject_id,
    doubtful.reference,
    doubtful.missing,
    doubtful.not_open,
    NOT doubtful.missing AND NOT doubtful.holds AND held.access_id IS NULL AS not_holding,
    COALESCE(explanation.strength = 'full', FALSE) AS explained
  FROM doubtful
  LEFT JOIN held
    ON doubtful.access_id = held.access_id
  LEFT JOIN explanation
    ON doubtful.access_id = explanation.access_id
  WHERE
    doubtful.missing
    OR doubtful.not_open
    OR (
      NOT doubtful.holds AND held.access_id IS NULL
    )
), counted AS (
  SELECT
    user_id,
    reference,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      missing) AS missing,
    COUNT(*) FILTER(WHERE
      not_open) AS not_open,
    COUNT(*) FILTER(WHERE
      not_holding) AS not_holding,
    COUNT(*) FILTER(WHERE
      explained) AS explained,
    COUNT(DISTINCT subject_id) AS subjects,
    MIN(subject_id) AS only_subject_id
  FROM mismatch
  GROUP BY
    user_id,
    reference
)
SELECT
  mismatch.user_id,
  mismatch.reference,
  CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
  mismatch.access_id,
  TRUE AS counts,
  CASE WHEN counted.explained = counted.accesses THEN 'informational' ELSE 'low' END AS level,
  CASE WHEN counted.explained = counted.accesses THEN 4 ELSE 16 END AS points,
  counted.accesses,
  counted.missing,
  counted.not_open,
  counted.not_holding,
  counted.explained,
  counted.subjects
FROM mismatch
INNER JOIN counted
  ON mismatch.user_id = counted.user_id AND mismatch.reference = counted.reference
ORDER BY
  mismatch.user_id NULLS LAST,
  mismatch.reference NULLS LAST,
  mismatch.access_id NULLS LAST
