-- id = "coverage"
-- title = "How much is explained, by system and month"
-- description = "Accesses by state, and of first accesses of a user to a subject how many are explained."
-- reads = ["daily_coverage"]
--
-- Of all accesses over 94 % were explained by joins to a hospital's own data; of first accesses far fewer (explanation-based
-- auditing, University of Michigan). So both are told.
WITH monthly AS (
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
    FROM daily_coverage
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
