WITH near AS (
  SELECT DISTINCT
    user_id,
    subject_id
  FROM related_subject
  WHERE
    distance <= 1
), after_warning AS (
  SELECT
    warned_access.warning_id,
    warned_access.access_id,
    warned_access.subject_kind,
    warned_access.action,
    NOT near.user_id IS NULL AS near,
    CONCAT(';', COALESCE(COALESCE(subject.markers, ''), ''), ';') AS markers
  FROM warned_access
  LEFT JOIN near
    ON warned_access.user_id = near.user_id
    AND warned_access.subject_id = near.subject_id
  LEFT JOIN subject
    ON warned_access.subject_id = subject.subject_id
  WHERE
    warned_access.after_warning
)
SELECT
  warning_topic.warning_id,
  COUNT(
    DISTINCT CASE
      WHEN (
        warning_topic.topic = 'subject_kind'
        AND warning_topic.value = after_warning.subject_kind
      )
      OR (
        warning_topic.topic = 'action' AND warning_topic.value = after_warning.action
      )
      OR (
        warning_topic.topic = 'relation' AND after_warning.near
      )
      OR (
        warning_topic.topic = 'marker'
        AND LOCATE(CONCAT(';', COALESCE(warning_topic.value, ''), ';'), after_warning.markers) > 0
      )
      THEN after_warning.access_id
    END
  ) AS on_topic
FROM warning_topic
LEFT JOIN after_warning
  ON warning_topic.warning_id = after_warning.warning_id
GROUP BY
  warning_topic.warning_id
