SELECT
  access_target.access_id,
  access_target.linked,
  authorised_user.authority_id
FROM access_target
INNER JOIN authorised_user
  ON access_target.user_id = authorised_user.user_id
  AND (
    authorised_user.system IS NULL OR access_target.system = authorised_user.system
  )
  AND (
    authorised_user.action IS NULL OR access_target.action = authorised_user.action
  )
  AND (
    authorised_user.subject_kind IS NULL
    OR access_target.subject_kind = authorised_user.subject_kind
  )
  AND (
    authorised_user.starts_at IS NULL
    OR access_target.occurred_at >= authorised_user.starts_at
  )
  AND (
    authorised_user.ends_at IS NULL
    OR access_target.occurred_at < authorised_user.ends_at
  )
