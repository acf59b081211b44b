-- id = "latest_position"
-- title = "Unit and role of each user at the newest event"
-- description = "One row for each user of whom a position is known that had begun by then."
-- reads = ["horizon", "user_position"]
--
-- A position that lasts comes before one that began later and is over, such as a secondment; of those over, the last.
WITH numbered AS (
    SELECT
        user_position.user_id,
        user_position.unit,
        user_position.role,
        row_number() OVER (
            PARTITION BY user_position.user_id
            ORDER BY
                CASE
                    WHEN user_position.ends_at IS NULL OR user_position.ends_at > horizon.newest_at THEN 0 ELSE 1
                END ASC,
                coalesce(user_position.starts_at, TIMESTAMP '1970-01-01 00:00:00') DESC,
                user_position.unit ASC,
                user_position.role ASC
        ) AS place
    FROM user_position
    CROSS JOIN horizon
    WHERE user_position.starts_at IS NULL OR user_position.starts_at <= horizon.newest_at
)

SELECT
    user_id,
    unit,
    role
FROM numbered
WHERE place = 1
