-- id = "user_count"
-- title = "Accesses of each user, and their latest position"
-- description = "One row for each user with an access: accesses, unexplained, unjudged, unit and role at the newest event."
-- reads = ["access", "judgeable_access", "latest_position", "unexplained_access"]
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
)

SELECT
    counted.user_id,
    counted.accesses,
    coalesce(unexplained.unexplained, 0) AS unexplained,
    counted.accesses - coalesce(judged.judged, 0) AS unjudged,
    latest_position.unit,
    latest_position.role
FROM counted
LEFT JOIN judged ON counted.user_id = judged.user_id
LEFT JOIN unexplained ON counted.user_id = unexplained.user_id
LEFT JOIN latest_position ON counted.user_id = latest_position.user_id
ORDER BY counted.user_id
