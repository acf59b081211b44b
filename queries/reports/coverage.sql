-- id = "coverage"
-- title = "How much is explained, by system and month"
-- description = "Accesses by state, and of first accesses of a user to a subject how many are explained."
-- reads = ["access", "explanation", "horizon"]
--
-- Of all accesses over 94 % were explained by joins to a hospital's own data; of first accesses far fewer (explanation-based
-- auditing, University of Michigan). So both are told.
WITH first_time AS (
    SELECT
        user_id,
        subject_id,
        min(occurred_at) AS occurred_at
    FROM access
    WHERE user_id IS NOT NULL AND subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

first_access AS (
    SELECT min(access.access_id) AS access_id
    FROM access
    INNER JOIN first_time
        ON
            access.user_id = first_time.user_id
            AND access.subject_id = first_time.subject_id
            AND access.occurred_at = first_time.occurred_at
    GROUP BY access.user_id, access.subject_id
),

state AS (
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
),

daily AS (
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
),

monthly AS (
    SELECT
        system,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        accesses,
        explained,
        weak,
        unexplained,
        unjudged,
        first_accesses,
        first_explained,
        first_weak
    FROM daily
)

SELECT
    system,
    month,
    CAST(sum(accesses) AS BIGINT) AS accesses,
    CAST(sum(explained) AS BIGINT) AS explained,
    CAST(sum(weak) AS BIGINT) AS weak,
    CAST(sum(unexplained) AS BIGINT) AS unexplained,
    CAST(sum(unjudged) AS BIGINT) AS unjudged,
    CAST(sum(first_accesses) AS BIGINT) AS first_accesses,
    CAST(sum(first_explained) AS BIGINT) AS first_explained,
    CAST(sum(first_weak) AS BIGINT) AS first_weak
FROM monthly
GROUP BY system, month
ORDER BY system, month
