-- id = "daily_coverage"
-- title = "How much of each day is explained"
-- description = "One row for each system and local day: accesses by state, and first accesses by state."
-- reads = ["access", "explanation", "first_access", "horizon"]
-- partition = ["system", "local_date"]
WITH state AS (
    SELECT
        access.system,
        access.local_date,
        access.user_id IS NOT NULL
        AND access.subject_id IS NOT NULL
        AND horizon.judges
        AND (horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until) AS judged,
        coalesce(explanation.strength, 'none') AS strength,
        first_access.access_id IS NOT NULL AS is_first
    FROM access
    CROSS JOIN horizon
    LEFT JOIN explanation ON access.access_id = explanation.access_id
    LEFT JOIN first_access ON access.access_id = first_access.access_id
)

SELECT
    system,
    local_date,
    count(*) AS accesses,
    count(*) FILTER (WHERE judged AND strength = 'full') AS explained,
    count(*) FILTER (WHERE judged AND strength = 'weak') AS weak,
    count(*) FILTER (WHERE judged AND strength = 'none') AS unexplained,
    count(*) FILTER (WHERE NOT judged) AS unjudged,
    count(*) FILTER (WHERE is_first) AS first_accesses,
    count(*) FILTER (WHERE is_first AND judged AND strength = 'full') AS first_explained,
    count(*) FILTER (WHERE is_first AND judged AND strength = 'weak') AS first_weak
FROM state
GROUP BY system, local_date
