WITH marked_subject AS (
  SELECT
    incident_subject.reference,
    subject_marker.subject_id,
    subject_marker.marker
  FROM incident_subject
  INNER JOIN subject_marker
    ON incident_subject.subject_id = subject_marker.subject_id
  WHERE
    ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:markers AS ARRAY<STRING>)), subject_marker.marker)
), log_begin AS (
  SELECT
    MIN(occurred_at) AS first_at
  FROM access
), marked_incident AS (
  SELECT
    incident.reference,
    incident.kind,
    incident.opened_at,
    incident.closed_at,
    incident.opened_at < log_begin.first_at AS before_log
  FROM incident
  CROSS JOIN log_begin
  SEMI JOIN marked_subject
    ON incident.reference = marked_subject.reference
  WHERE
    incident.opened_at >= log_begin.first_at - :hours_left * INTERVAL '1' HOUR
), act AS (
  SELECT
    marked_incident.reference,
    incident_act.occurred_at,
    incident_act.is_action,
    incident_act.is_close
  FROM marked_incident
  INNER JOIN incident_act
    ON marked_incident.reference = incident_act.subject_id
  UNION ALL
  SELECT
    marked_incident.reference,
    incident_act.occurred_at,
    incident_act.is_action,
    incident_act.is_close
  FROM marked_incident
  INNER JOIN incident_act
    ON marked_incident.reference = incident_act.reference
  WHERE
    incident_act.subject_id IS NULL
    OR incident_act.subject_id <> marked_incident.reference
), seen AS (
  SELECT
    marked_incident.reference,
    marked_incident.kind,
    marked_incident.closed_at,
    marked_incident.before_log,
    MIN(access.occurred_at) AS seen_at
  FROM marked_incident
  INNER JOIN access
    ON marked_incident.reference = access.subject_id
  WHERE
    access.occurred_at >= marked_incident.opened_at
    AND (
      marked_incident.closed_at IS NULL
      OR access.occurred_at < marked_incident.closed_at
    )
  GROUP BY
    marked_incident.reference,
    marked_incident.kind,
    marked_incident.closed_at,
    marked_incident.before_log
), closing AS (
  SELECT
    seen.reference,
    MIN(act.occurred_at) AS closed_at
  FROM seen
  INNER JOIN act
    ON seen.reference = act.reference
  WHERE
    act.is_close AND act.occurred_at >= seen.seen_at
  GROUP BY
    seen.reference
), due AS (
  SELECT
    seen.reference,
    seen.kind,
    seen.before_log,
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
    due.before_log,
    due.seen_at,
    due.closed_at,
    CASE WHEN due.closed_at < due.left_at THEN due.closed_at ELSE due.left_at END AS due_at
  FROM due
), done AS (
  SELECT
    timed.reference,
    BOOL_OR(act.occurred_at <= timed.due_at) AS actioned,
    BOOL_OR(timed.closed_at IS NULL OR act.occurred_at <= timed.closed_at) AS actioned_late,
    MIN(act.occurred_at) AS first_action_at
  FROM timed
  INNER JOIN act
    ON timed.reference = act.reference
  WHERE
    act.is_action
  GROUP BY
    timed.reference
), judged AS (
  SELECT
    timed.reference,
    timed.kind,
    timed.before_log,
    timed.seen_at,
    timed.closed_at,
    timed.due_at,
    COALESCE(done.actioned, FALSE) AS actioned,
    COALESCE(done.actioned_late, FALSE) AS actioned_late,
    done.first_action_at
  FROM timed
  CROSS JOIN horizon
  LEFT JOIN done
    ON timed.reference = done.reference
  WHERE
    timed.due_at <= horizon.newest_at
), itself AS (
  SELECT
    judged.reference,
    access.access_id,
    access.user_id
  FROM judged
  INNER JOIN access
    ON judged.reference = access.subject_id
  WHERE
    NOT judged.actioned AND access.occurred_at <= judged.due_at
), seeing AS (
  SELECT
    reference,
    COUNT(DISTINCT user_id) AS users
  FROM itself
  GROUP BY
    reference
), at_risk AS (
  SELECT
    marked_subject.reference,
    MIN(marked_subject.subject_id) AS subject_id,
    LISTAGG(DISTINCT marked_subject.marker, ', ') WITHIN GROUP (ORDER BY
      marked_subject.marker NULLS LAST) AS markers
  FROM marked_subject
  SEMI JOIN seeing
    ON marked_subject.reference = seeing.reference
  GROUP BY
    marked_subject.reference
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
  at_risk.subject_id,
  itself.access_id,
  TRUE AS counts,
  CASE
    WHEN judged.actioned_late
    OR judged.before_log
    OR (
      usual.incidents > 1 AND usual.actioned_share < :usual_share
    )
    THEN 'low'
    ELSE 'medium'
  END AS level,
  CASE
    WHEN judged.actioned_late
    OR judged.before_log
    OR (
      usual.incidents > 1 AND usual.actioned_share < :usual_share
    )
    THEN 16
    ELSE 40
  END AS points,
  judged.kind AS incident_kind,
  at_risk.markers,
  CASE
    WHEN judged.closed_at IS NULL OR judged.actioned_late
    THEN 'left'
    ELSE 'closed'
  END AS outcome,
  seeing.users,
  judged.seen_at,
  judged.due_at,
  judged.closed_at,
  judged.first_action_at,
  CAST(CAST(FLOOR(
    (
      FLOOR(UNIX_TIMESTAMP(judged.due_at)) - FLOOR(UNIX_TIMESTAMP(judged.seen_at))
    ) / 3600
  ) AS DOUBLE) AS BIGINT) AS hours_seen,
  CONCAT_WS(
    '; ',
    TRANSLATE(judged.kind, '_', ' '),
    CONCAT('somebody on it is marked ', COALESCE(TRANSLATE(at_risk.markers, '_', ' '), '')),
    CASE WHEN judged.before_log THEN 'opened before the log begins' END
  ) AS marked_words,
  CASE
    WHEN judged.due_at < judged.closed_at AND NOT judged.actioned_late
    THEN CONCAT('left for ', COALESCE(CAST(:hours_left AS STRING), ''), ' hours, then closed')
    WHEN judged.closed_at IS NULL OR judged.actioned_late
    THEN CONCAT('left for ', COALESCE(CAST(:hours_left AS STRING), ''), ' hours')
    WHEN CAST(FLOOR(UNIX_TIMESTAMP(judged.due_at)) AS DOUBLE) - CAST(FLOOR(UNIX_TIMESTAMP(judged.seen_at)) AS DOUBLE) < 3600
    THEN 'closed within the hour'
    ELSE CONCAT(
      'closed after ',
      COALESCE(
        CAST(CAST(CAST(FLOOR(
          (
            FLOOR(UNIX_TIMESTAMP(judged.due_at)) - FLOOR(UNIX_TIMESTAMP(judged.seen_at))
          ) / 3600
        ) AS DOUBLE) AS BIGINT) AS STRING),
        ''
      ),
      ' hours'
    )
  END AS outcome_words,
  usual.incidents AS such_incidents,
  CAST(ROUND(CAST(usual.actioned_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS actioned_share
FROM judged
INNER JOIN seeing
  ON judged.reference = seeing.reference
INNER JOIN usual
  ON COALESCE(judged.kind, '') = COALESCE(usual.kind, '')
INNER JOIN at_risk
  ON judged.reference = at_risk.reference
INNER JOIN itself
  ON judged.reference = itself.reference
WHERE
  seeing.users >= 1
ORDER BY
  judged.reference NULLS LAST,
  itself.access_id NULLS LAST
