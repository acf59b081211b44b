-- id = "user_count"
-- title = "Accesses of each user, and their latest position"
-- description = "One row for each user with an access: accesses, unexplained, unjudged, unit and role at the newest event."
-- reads = ["access", "horizon", "judgeable_access", "unexplained_access", "user_position"]
--
-- A position that lasts comes before one that began later and is over, such as a secondment; of those over, the last.
WITH counted AS (
    SELECT
        user_id,
        count(*) AS accesses
    FROM access
    WHERE user_id IS NOT NULL
    GROUP BY user_id
),

judged AS (
    SELECT
        user_id,
        count(*) AS judged
    FROM judgeable_access
    GROUP BY user_id
),

unexplained AS (
    SELECT
        user_id,
        count(*) AS unexplained
    FROM unexplained_access
    GROUP BY user_id
),

latest AS (
    SELECT
        user_position.user_id,
        user_position.unit,
        user_position.role,
        row_number() OVER (
            PARTITION BY user_position.user_id
            ORDER BY
                CASE
                    WHEN user_position.ends_at IS NULL OR user_position.ends_at > horizon.newest_at THEN 0 ELSE 1
                END,
                coalesce(user_position.starts_at, TIMESTAMP '1970-01-01 00:00:00') DESC,
                user_position.unit
        ) AS place
    FROM user_position
    CROSS JOIN horizon
    WHERE user_position.starts_at IS NULL OR user_position.starts_at <= horizon.newest_at
)

SELECT
    counted.user_id,
    counted.accesses,
    coalesce(unexplained.unexplained, 0) AS unexplained,
    counted.accesses - coalesce(judged.judged, 0) AS unjudged,
    latest.unit,
    latest.role
FROM counted
LEFT JOIN judged ON counted.user_id = judged.user_id
LEFT JOIN unexplained ON counted.user_id = unexplained.user_id
LEFT JOIN latest ON counted.user_id = latest.user_id AND latest.place = 1
ORDER BY counted.user_id
