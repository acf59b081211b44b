SELECT
  user_position.user_id,
  authority.authority_id,
  authority.system,
  authority.action,
  authority.subject_kind,
  GREATEST(authority.starts_at, user_position.starts_at) AS starts_at,
  LEAST(authority.ends_at, user_position.ends_at) AS ends_at
FROM authority
INNER JOIN user_position
  ON (
    authority.user_id IS NULL OR authority.user_id = user_position.user_id
  )
  AND (
    authority.role IS NULL OR authority.role = user_position.role
  )
  AND (
    authority.unit IS NULL OR authority.unit = user_position.unit
  )
WHERE
  NOT authority.role IS NULL OR NOT authority.unit IS NULL
UNION ALL
SELECT
  user_id,
  authority_id,
  system,
  action,
  subject_kind,
  starts_at,
  ends_at
FROM authority
WHERE
  NOT user_id IS NULL AND role IS NULL AND unit IS NULL
