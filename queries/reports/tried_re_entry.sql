-- id = "tried_re_entry"
-- title = "The user's last fully explained access to the subject before"
-- description = "One row for each access that the same user had a fully explained one to the same subject before."
-- reads = ["access", "explanation", "open_access"]
-- local = true
--
-- Somebody who dealt with a subject lawfully and comes back months later is another story than somebody who never did.
WITH pair AS (
    SELECT DISTINCT
        user_id,
        subject_id
    FROM open_access
),

fully_explained AS (
    SELECT
        access.access_id,
        access.user_id,
        access.subject_id,
        access.occurred_at
    FROM access
    INNER JOIN pair ON access.user_id = pair.user_id AND access.subject_id = pair.subject_id
    INNER JOIN explanation ON access.access_id = explanation.access_id
    WHERE explanation.strength = 'full'
),

-- Of two at one moment the fully explained one stands last: it was not before.
in_turn AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        occurred_at,
        0 AS turn,
        CAST(NULL AS TIMESTAMP) AS explained_at
    FROM open_access
    UNION ALL
    SELECT
        access_id,
        user_id,
        subject_id,
        occurred_at,
        1 AS turn,
        occurred_at AS explained_at
    FROM fully_explained
),

preceded AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        occurred_at,
        turn,
        max(explained_at) OVER (
            PARTITION BY user_id, subject_id
            ORDER BY occurred_at, turn, access_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS explained_at
    FROM in_turn
)

SELECT
    preceded.access_id,
    CAST(
        min(floor(epoch(preceded.occurred_at)) - floor(epoch(preceded.explained_at))) AS BIGINT
    ) AS miss,
    'the last fully explained access to the subject, ' || min(fully_explained.access_id) || ', was' AS words,
    CAST(
        min(floor(epoch(preceded.occurred_at)) - floor(epoch(preceded.explained_at))) AS BIGINT
    ) AS seconds,
    'before' AS side
FROM preceded
INNER JOIN fully_explained
    ON
        preceded.user_id = fully_explained.user_id
        AND preceded.subject_id = fully_explained.subject_id
        AND preceded.explained_at = fully_explained.occurred_at
WHERE preceded.turn = 0
GROUP BY preceded.access_id
