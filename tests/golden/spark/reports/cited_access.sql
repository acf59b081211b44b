WITH cited_explanation AS (
  SELECT
    cited.access_id,
    MAX(explanation.explanation) AS explanation,
    MAX(explanation.strength) AS strength
  FROM cited
  LEFT JOIN explanation
    ON cited.access_id = explanation.access_id
  GROUP BY
    cited.access_id
), marked AS (
  SELECT
    subject_id
  FROM subject
  WHERE
    COALESCE(markers, '') <> ''
), near AS (
  SELECT
    user_id,
    subject_id,
    MIN(distance) AS distance
  FROM related_subject
  GROUP BY
    user_id,
    subject_id
), asking AS (
  SELECT DISTINCT
    system
  FROM reason_count
  WHERE
    longer OR NOT reason IS NULL OR NOT code_stands IS NULL
), warned AS (
  SELECT DISTINCT
    access.access_id
  FROM cited
  INNER JOIN access
    ON cited.access_id = access.access_id
  INNER JOIN warning
    ON access.user_id = warning.user_id
    AND access.occurred_at >= warning.issued_at
    AND (
      warning.expires_at IS NULL OR access.occurred_at < warning.expires_at
    )
)
SELECT
  access.access_id,
  access.occurred_at,
  access.local_date,
  access.system,
  access.action,
  access.user_id,
  access.subject_kind,
  access.subject_id,
  access.reason,
  access.reference,
  access.events,
  cited_explanation.explanation,
  cited_explanation.strength,
  NOT marked.subject_id IS NULL AS marked,
  near.distance,
  NOT warned.access_id IS NULL AS after_warning,
  NOT asking.system IS NULL
  AND access.reason_code IS NULL
  AND TRIM(COALESCE(access.reason, '')) = ''
  AND NOT COALESCE(ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reason'), FALSE) AS reason_blank,
  access.source,
  access.load_id,
  access.record_no
FROM cited_explanation
INNER JOIN access
  ON cited_explanation.access_id = access.access_id
LEFT JOIN marked
  ON access.subject_id = marked.subject_id
LEFT JOIN near
  ON access.user_id = near.user_id AND access.subject_id = near.subject_id
LEFT JOIN warned
  ON access.access_id = warned.access_id
LEFT JOIN asking
  ON access.system = asking.system
