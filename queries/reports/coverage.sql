-- id = "coverage"
-- title = "How much is explained, by system and month"
-- description = "Accesses by state, and of first accesses of a user to a subject how many are explained."
-- reads = ["access", "explanation", "horizon"]
--
-- Of all accesses over 94 % were explained by joins to a hospital's own data; of first accesses far fewer (explanation-based
-- auditing, University of Michigan). So both are told.
WITH state AS (
    SELECT
        access.system,
        substr(CAST(access.local_date AS VARCHAR), 1, 7) AS month,
        access.user_id IS NOT NULL
        AND access.subject_id IS NOT NULL
        AND horizon.judges
        AND (horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until) AS judged,
        coalesce(explanation.strength, 'none') AS strength,
        access.user_id IS NOT NULL AND access.subject_id IS NOT NULL AS named,
        row_number() OVER (
            PARTITION BY access.user_id, access.subject_id
            ORDER BY access.occurred_at, access.access_id
        ) AS place
    FROM access
    CROSS JOIN horizon
    LEFT JOIN explanation ON access.access_id = explanation.access_id
)

SELECT
    system,
    month,
    count(*) AS accesses,
    count(*) FILTER (WHERE judged AND strength = 'full') AS explained,
    count(*) FILTER (WHERE judged AND strength = 'weak') AS weak,
    count(*) FILTER (WHERE judged AND strength = 'none') AS unexplained,
    count(*) FILTER (WHERE NOT judged) AS unjudged,
    count(*) FILTER (WHERE named AND place = 1) AS first_accesses,
    count(*) FILTER (WHERE named AND place = 1 AND judged AND strength = 'full') AS first_explained,
    count(*) FILTER (WHERE named AND place = 1 AND judged AND strength = 'weak') AS first_weak
FROM state
GROUP BY system, month
ORDER BY system, month
