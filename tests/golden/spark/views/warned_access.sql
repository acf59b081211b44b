WITH scope_subject AS (
  SELECT
    warning_id,
    subject_id,
    CAST(NULL AS TIMESTAMP_NTZ) AS starts_at,
    CAST(NULL AS TIMESTAMP_NTZ) AS ends_at
  FROM warning
  WHERE
    NOT subject_id IS NULL
  UNION
  SELECT
    warning.warning_id,
    link_direction.linked_id AS subject_id,
    link_direction.starts_at,
    link_direction.ends_at
  FROM warning
  INNER JOIN link_direction
    ON warning.subject_id = link_direction.subject_id
), in_scope AS (
  SELECT
    warning.warning_id,
    unexplained_access.access_id,
    unexplained_access.subject_id,
    unexplained_access.subject_kind,
    unexplained_access.action,
    unexplained_access.local_date,
    unexplained_access.occurred_at
  FROM warning
  INNER JOIN unexplained_access
    ON warning.user_id = unexplained_access.user_id
    AND (
      warning.system IS NULL OR warning.system = unexplained_access.system
    )
  WHERE
    warning.subject_id IS NULL
  UNION
  SELECT
    warning.warning_id,
    unexplained_access.access_id,
    unexplained_access.subject_id,
    unexplained_access.subject_kind,
    unexplained_access.action,
    unexplained_access.local_date,
    unexplained_access.occurred_at
  FROM warning
  INNER JOIN scope_subject
    ON warning.warning_id = scope_subject.warning_id
  INNER JOIN unexplained_access
    ON warning.user_id = unexplained_access.user_id
    AND (
      warning.system IS NULL OR warning.system = unexplained_access.system
    )
    AND scope_subject.subject_id = unexplained_access.subject_id
    AND (
      scope_subject.starts_at IS NULL
      OR unexplained_access.occurred_at >= scope_subject.starts_at
    )
    AND (
      scope_subject.ends_at IS NULL
      OR unexplained_access.occurred_at < scope_subject.ends_at
    )
  UNION
  SELECT
    warning.warning_id,
    access.access_id,
    access.subject_id,
    access.subject_kind,
    access.action,
    access.local_date,
    access.occurred_at
  FROM warning
  INNER JOIN access
    ON warning.user_id = access.user_id AND warning.subject_id = access.subject_id
)
SELECT
  warning.warning_id,
  warning.user_id,
  in_scope.access_id,
  in_scope.subject_id,
  in_scope.subject_kind,
  in_scope.action,
  in_scope.local_date,
  in_scope.occurred_at,
  in_scope.occurred_at >= warning.issued_at AS after_warning,
  NOT explanation.access_id IS NULL AS explained,
  horizon.judges
  AND (
    horizon.judged_until IS NULL OR in_scope.occurred_at <= horizon.judged_until
  ) AS judged
FROM in_scope
INNER JOIN warning
  ON in_scope.warning_id = warning.warning_id
LEFT JOIN explanation
  ON in_scope.access_id = explanation.access_id
CROSS JOIN horizon
WHERE
  warning.expires_at IS NULL OR in_scope.occurred_at < warning.expires_at
