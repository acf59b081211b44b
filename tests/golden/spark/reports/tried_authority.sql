WITH compared AS (
  SELECT
    open_access.access_id,
    authorised_user.authority_id,
    CASE
      WHEN authorised_user.system <> open_access.system
      THEN 'system ' || authorised_user.system
    END AS other_system,
    CASE
      WHEN authorised_user.action <> COALESCE(open_access.action, '')
      THEN 'action ' || authorised_user.action
    END AS other_action,
    CASE
      WHEN authorised_user.subject_kind <> COALESCE(open_access.subject_kind, '')
      THEN 'subjects of kind ' || authorised_user.subject_kind
    END AS other_kind,
    CASE
      WHEN open_access.occurred_at < authorised_user.starts_at
      THEN CAST(FLOOR(UNIX_TIMESTAMP(authorised_user.starts_at)) AS DOUBLE) - CAST(FLOOR(UNIX_TIMESTAMP(open_access.occurred_at)) AS DOUBLE)
    END AS until_start,
    CASE
      WHEN open_access.occurred_at >= authorised_user.ends_at
      THEN CAST(FLOOR(UNIX_TIMESTAMP(open_access.occurred_at)) AS DOUBLE) - CAST(FLOOR(UNIX_TIMESTAMP(authorised_user.ends_at)) AS DOUBLE)
    END AS since_end
  FROM open_access
  INNER JOIN authorised_user
    ON open_access.user_id = authorised_user.user_id
  WHERE
    authorised_user.starts_at IS NULL
    OR authorised_user.ends_at IS NULL
    OR authorised_user.starts_at < authorised_user.ends_at
), near AS (
  SELECT
    access_id,
    authority_id,
    COALESCE(other_system, other_action, other_kind) AS other,
    until_start,
    COALESCE(until_start, since_end) AS seconds
  FROM compared
  WHERE
    CASE WHEN other_system IS NULL THEN 0 ELSE 1 END + CASE WHEN other_action IS NULL THEN 0 ELSE 1 END + CASE WHEN other_kind IS NULL THEN 0 ELSE 1 END + CASE WHEN until_start IS NULL AND since_end IS NULL THEN 0 ELSE 1 END = 1
), nearest AS (
  SELECT
    access_id,
    authority_id,
    other,
    until_start,
    seconds,
    ROW_NUMBER() OVER (
      PARTITION BY access_id
      ORDER BY COALESCE(seconds, 1000000000004) NULLS LAST, authority_id NULLS LAST, other NULLS LAST, until_start NULLS LAST
    ) AS place
  FROM near
)
SELECT
  access_id,
  CAST(COALESCE(seconds, 1000000000004) AS BIGINT) AS miss,
  'authority ' || authority_id || CASE
    WHEN NOT other IS NULL
    THEN ' is for ' || other
    WHEN until_start IS NULL
    THEN ' stopped covering the user'
    ELSE ' began to cover the user'
  END AS words,
  CAST(seconds AS BIGINT) AS seconds,
  CASE
    WHEN NOT other IS NULL
    THEN NULL
    WHEN until_start IS NULL
    THEN 'before'
    ELSE 'after'
  END AS side
FROM nearest
WHERE
  place = 1
UNION ALL
SELECT
  open_access.access_id,
  1000000000005 AS miss,
  'no authority covers it' AS words,
  CAST(NULL AS BIGINT) AS seconds,
  CAST(NULL AS STRING) AS side
FROM open_access
ANTI JOIN near
  ON open_access.access_id = near.access_id
