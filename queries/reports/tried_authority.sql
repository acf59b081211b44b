-- id = "tried_authority"
-- title = "The authority that comes nearest to covering an access"
-- description = "One row for each access: an authority of the user that had ended or not begun, or is for something else."
-- reads = ["authorised_user", "open_access"]
-- local = true
--
-- An authority comes near when one thing alone is amiss: the time, the system, the action or the kind of subject. It covers
-- a user for as long as it runs and the user holds the role or unit that it is for.
WITH compared AS (
    SELECT
        open_access.access_id,
        authorised_user.authority_id,
        CASE
            WHEN authorised_user.system <> open_access.system THEN 'system ' || authorised_user.system
        END AS other_system,
        CASE
            WHEN authorised_user.action <> coalesce(open_access.action, '') THEN 'action ' || authorised_user.action
        END AS other_action,
        CASE
            WHEN authorised_user.subject_kind <> coalesce(open_access.subject_kind, '')
                THEN 'subjects of kind ' || authorised_user.subject_kind
        END AS other_kind,
        CASE
            WHEN open_access.occurred_at < authorised_user.starts_at
                THEN floor(epoch(authorised_user.starts_at)) - floor(epoch(open_access.occurred_at))
        END AS until_start,
        CASE
            WHEN open_access.occurred_at >= authorised_user.ends_at
                THEN floor(epoch(open_access.occurred_at)) - floor(epoch(authorised_user.ends_at))
        END AS since_end
    FROM open_access
    INNER JOIN authorised_user ON open_access.user_id = authorised_user.user_id
    WHERE
        authorised_user.starts_at IS NULL
        OR authorised_user.ends_at IS NULL
        OR authorised_user.starts_at < authorised_user.ends_at
),

near AS (
    SELECT
        access_id,
        authority_id,
        coalesce(other_system, other_action, other_kind) AS other,
        until_start,
        coalesce(until_start, since_end) AS seconds
    FROM compared
    WHERE
        CASE WHEN other_system IS NULL THEN 0 ELSE 1 END
        + CASE WHEN other_action IS NULL THEN 0 ELSE 1 END
        + CASE WHEN other_kind IS NULL THEN 0 ELSE 1 END
        + CASE WHEN until_start IS NULL AND since_end IS NULL THEN 0 ELSE 1 END
        = 1
),

nearest AS (
    SELECT
        access_id,
        authority_id,
        other,
        until_start,
        seconds,
        row_number() OVER (
            PARTITION BY access_id ORDER BY coalesce(seconds, 1000000000004), authority_id, other, until_start
        ) AS place
    FROM near
)

SELECT
    access_id,
    CAST(coalesce(seconds, 1000000000004) AS BIGINT) AS miss,
    'authority ' || authority_id
    || CASE
        WHEN other IS NOT NULL THEN ' is for ' || other
        WHEN until_start IS NULL THEN ' stopped covering the user'
        ELSE ' began to cover the user'
    END AS words,
    CAST(seconds AS BIGINT) AS seconds,
    CASE WHEN other IS NOT NULL THEN NULL WHEN until_start IS NULL THEN 'before' ELSE 'after' END AS side
FROM nearest
WHERE place = 1
UNION ALL
SELECT
    open_access.access_id,
    1000000000005 AS miss,
    'no authority covers it' AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM open_access
ANTI JOIN near ON open_access.access_id = near.access_id
