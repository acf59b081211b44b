WITH own_right AS (
  SELECT
    authorised_user.user_id,
    authorised_user.system,
    authorised_user.action,
    authorised_user.subject_kind,
    authorised_user.starts_at,
    authorised_user.ends_at
  FROM authorised_user
  INNER JOIN authority
    ON authorised_user.authority_id = authority.authority_id
  WHERE
    NOT authority.user_id IS NULL
)
SELECT
  judgeable_access.access_id,
  judgeable_access.user_id,
  judgeable_access.subject_id,
  judgeable_access.local_date,
  explanation.explanation IS NULL AS unexplained
FROM judgeable_access
LEFT JOIN explanation
  ON judgeable_access.access_id = explanation.access_id
ANTI JOIN own_right
  ON judgeable_access.user_id = own_right.user_id
  AND (
    own_right.system IS NULL OR judgeable_access.system = own_right.system
  )
  AND (
    own_right.action IS NULL OR judgeable_access.action = own_right.action
  )
  AND (
    own_right.subject_kind IS NULL
    OR judgeable_access.subject_kind = own_right.subject_kind
  )
  AND (
    own_right.starts_at IS NULL
    OR judgeable_access.occurred_at >= own_right.starts_at
  )
  AND (
    own_right.ends_at IS NULL OR judgeable_access.occurred_at < own_right.ends_at
  )
WHERE
  explanation.explanation IS NULL OR explanation.explanation = 'standing-authority'
