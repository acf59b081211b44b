WITH granted AS (
  SELECT
    role,
    system,
    COALESCE(subject_kind, '') AS subject_kind,
    BOOL_OR(allowed) AS allowed
  FROM permission
  GROUP BY
    role,
    system,
    COALESCE(subject_kind, '')
), governed AS (
  SELECT DISTINCT
    role,
    system
  FROM granted
), asked AS (
  SELECT DISTINCT
    system,
    COALESCE(subject_kind, '') AS subject_kind
  FROM access
  WHERE
    NOT user_id IS NULL
), ruled AS (
  SELECT
    governed.role,
    asked.system,
    asked.subject_kind,
    COALESCE(exact.allowed, general.allowed) AS allowed
  FROM asked
  INNER JOIN governed
    ON asked.system = governed.system
  LEFT JOIN granted AS exact
    ON governed.role = exact.role
    AND asked.system = exact.system
    AND asked.subject_kind = exact.subject_kind
  LEFT JOIN granted AS general
    ON governed.role = general.role
    AND asked.system = general.system
    AND general.subject_kind = ''
  WHERE
    NOT COALESCE(exact.allowed, general.allowed) IS NULL
), denied AS (
  SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.subject_kind,
    access.subject_id,
    access.occurred_at,
    access.local_date,
    user_position.role
  FROM user_position
  INNER JOIN ruled
    ON user_position.role = ruled.role AND NOT ruled.allowed
  INNER JOIN access
    ON user_position.user_id = access.user_id
    AND ruled.system = access.system
    AND ruled.subject_kind = COALESCE(access.subject_kind, '')
    AND (
      user_position.starts_at IS NULL OR access.occurred_at >= user_position.starts_at
    )
    AND (
      user_position.ends_at IS NULL OR access.occurred_at < user_position.ends_at
    )
), let_in AS (
  SELECT
    denied.access_id
  FROM denied
  INNER JOIN user_position
    ON denied.user_id = user_position.user_id
    AND (
      user_position.starts_at IS NULL OR denied.occurred_at >= user_position.starts_at
    )
    AND (
      user_position.ends_at IS NULL OR denied.occurred_at < user_position.ends_at
    )
  LEFT JOIN ruled
    ON user_position.role = ruled.role
    AND denied.system = ruled.system
    AND COALESCE(denied.subject_kind, '') = ruled.subject_kind
  WHERE
    COALESCE(ruled.allowed, TRUE)
)
SELECT
  denied.user_id,
  denied.local_date,
  denied.system,
  denied.subject_kind,
  denied.access_id,
  MIN(denied.subject_id) AS subject_id,
  MIN(denied.role) AS role,
  BOOL_OR(COALESCE(explanation.strength = 'full', FALSE)) AS explained
FROM denied
ANTI JOIN let_in
  ON denied.access_id = let_in.access_id
LEFT JOIN explanation
  ON denied.access_id = explanation.access_id
GROUP BY
  denied.user_id,
  denied.local_date,
  denied.system,
  denied.subject_kind,
  denied.access_id
