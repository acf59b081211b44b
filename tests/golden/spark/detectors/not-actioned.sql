WITH marked_incident AS (
  SELECT
    incident.reference,
    incident.kind,
    incident.opened_at,
    incident.closed_at,
    MIN(subject_marker.subject_id) AS subject_id,
    LISTAGG(DISTINCT subject_marker.marker, ', ') WITHIN GROUP (ORDER BY
      subject_marker.marker NULLS LAST) AS markers
  FROM incident
  INNER JOIN incident_subject
    ON incident.reference = incident_subject.reference
  INNER JOIN subject_marker
    ON incident_subject.subject_id = subject_marker.subject_id
  WHERE
    ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:markers AS ARRAY<STRING>)), subject_marker.marker)
  GROUP BY
    incident.reference,
    incident.kind,
    incident.opened_at,
    incident.closed_at
), log_begin AS (
  SELECT
    MIN(occurred_at) AS first_at
  FROM access
), on_incident AS (
  SELECT
    marked_incident.reference,
    access.access_id,
    access.user_id,
    access.occurred_at,
    access.actions,
    TRUE AS to_itself
  FROM marked_incident
  INNER JOIN access
    ON marked_incident.reference = access.subject_id
  UNION ALL
  SELECT
    marked_incident.reference,
    access.access_id,
    access.user_id,
    access.occurred_at,
    access.actions,
    FALSE AS to_itself
  FROM marked_incident
  INNER JOIN access
    ON marked_incident.reference = access.reference
  WHERE
    access.subject_id IS NULL OR access.subject_id <> marked_incident.reference
), acted AS (
  SELECT
    reference,
    access_id,
    user_id,
    occurred_at,
    to_itself,
    ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'disseminate')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assess')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'notify')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assign') AS is_action,
    ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'close') AS is_close
  FROM on_incident
), seen AS (
  SELECT
    marked_incident.reference,
    marked_incident.kind,
    marked_incident.subject_id,
    marked_incident.markers,
    marked_incident.closed_at,
    MIN(acted.occurred_at) AS seen_at
  FROM marked_incident
  CROSS JOIN log_begin
  INNER JOIN acted
    ON marked_incident.reference = acted.reference
  WHERE
    acted.to_itself
    AND acted.occurred_at >= marked_incident.opened_at
    AND (
      marked_incident.closed_at IS NULL
      OR acted.occurred_at < marked_incident.closed_at
    )
    AND marked_incident.opened_at >= log_begin.first_at
  GROUP BY
    marked_incident.reference,
    marked_incident.kind,
    marked_incident.subject_id,
    marked_incident.markers,
    marked_incident.closed_at
), closing AS (
  SELECT
    seen.reference,
    MIN(acted.occurred_at) AS closed_at
  FROM seen
  INNER JOIN acted
    ON seen.reference = acted.reference
  WHERE
    acted.is_close AND acted.occurred_at >= seen.seen_at
  GROUP BY
    seen.reference
), due AS (
  SELECT
    seen.reference,
    seen.kind,
    seen.subject_id,
    seen.markers,
    seen.seen_at,
    seen.seen_at + :hours_left * INTERVAL '1' HOUR AS left_at,
    COALESCE(LEAST(closing.closed_at, seen.closed_at), closing.closed_at, seen.closed_at) AS closed_at
  FROM seen
  LEFT JOIN closing
    ON seen.reference = closing.reference
), timed AS (
  SELECT
    due.reference,
    due.kind,
    due.subject_id,
    due.markers,
    due.seen_at,
    due.closed_at,
    CASE WHEN due.closed_at < due.left_at THEN due.closed_at ELSE due.left_at END AS due_at
  FROM due
), judged AS (
  SELECT
    timed.reference,
    timed.kind,
    timed.subject_id,
    timed.markers,
    timed.seen_at,
    timed.closed_at,
    timed.due_at,
    BOOL_OR(acted.is_action AND acted.occurred_at <= timed.due_at) AS actioned,
    BOOL_OR(
      acted.is_action
      AND (
        timed.closed_at IS NULL OR acted.occurred_at <= timed.closed_at
      )
    ) AS actioned_late,
    MIN(acted.occurred_at) FILTER(WHERE
      acted.is_action) AS first_action_at,
    COUNT(DISTINCT acted.user_id) FILTER(WHERE
      acted.to_itself AND acted.occurred_at <= timed.due_at) AS users
  FROM timed
  CROSS JOIN horizon
  INNER JOIN acted
    ON timed.reference = acted.reference
  WHERE
    timed.due_at <= horizon.newest_at
  GROUP BY
    timed.reference,
    timed.kind,
    timed.subject_id,
    timed.markers,
    timed.seen_at,
    timed.closed_at,
    timed.due_at
), usual AS (
  SELECT
    kind,
    COUNT(*) AS incidents,
    CAST(COUNT(*) FILTER(WHERE
      actioned) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS actioned_share
  FROM judged
  GROUP BY
    kind
)
SELECT
  judged.reference,
  CAST(NULL AS STRING) AS user_id,
  judged.subject_id,
  acted.access_id,
  TRUE AS counts,
  CASE
    WHEN judged.actioned_late
    OR (
      usual.incidents > 1 AND usual.actioned_share < :usual_share
    )
    THEN 'low'
    ELSE 'medium'
  END AS level,
  CASE
    WHEN judged.actioned_late
    OR (
      usual.incidents > 1 AND usual.actioned_share < :usual_share
    )
    THEN 16
    ELSE 40
  END AS points,
  judged.kind AS incident_kind,
  judged.markers,
  CASE
    WHEN judged.closed_at IS NULL OR judged.actioned_late
    THEN 'left'
    ELSE 'closed'
  END AS outcome,
  judged.users,
  judged.seen_at,
  judged.due_at,
  judged.closed_at,
  judged.first_action_at,
  CAST(CAST(FLOOR(
    (
      FLOOR(UNIX_TIMESTAMP(judged.due_at)) - FLOOR(UNIX_TIMESTAMP(judged.seen_at))
    ) / 3600
  ) AS DOUBLE) AS BIGINT) AS hours_seen,
  usual.incidents AS such_incidents,
  CAST(ROUND(CAST(usual.actioned_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS actioned_share
FROM judged
INNER JOIN usual
  ON COALESCE(judged.kind, '') = COALESCE(usual.kind, '')
INNER JOIN acted
  ON judged.reference = acted.reference
WHERE
  NOT judged.actioned
  AND judged.users >= 1
  AND acted.to_itself
  AND acted.occurred_at <= judged.due_at
ORDER BY
  judged.reference NULLS LAST,
  acted.access_id NULLS LAST
