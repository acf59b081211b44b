-- id = "user_position"
-- title = "Unit and role of each user over time"
-- description = "One row for each posting, and for each time without one: the role is the posting's, else the staff record's."
-- reads = ["posting", "staff"]
-- materialise = true
-- local = true
WITH covered AS (
    SELECT
        user_id,
        starts_at,
        max(coalesce(ends_at, TIMESTAMP '9999-12-31 00:00:00')) OVER (
            PARTITION BY user_id
            ORDER BY starts_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS covered_until
    FROM posting
),

gap AS (
    SELECT
        user_id,
        covered_until AS starts_at,
        lead(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at) AS ends_at
    FROM covered
),

first_posting AS (
    SELECT
        user_id,
        min(starts_at) AS starts_at
    FROM posting
    GROUP BY user_id
),

without_posting AS (
    SELECT
        staff.user_id,
        staff.role,
        CAST(NULL AS TIMESTAMP) AS starts_at,
        first_posting.starts_at AS ends_at
    FROM staff
    LEFT JOIN first_posting ON staff.user_id = first_posting.user_id
    UNION ALL
    SELECT
        gap.user_id,
        staff.role,
        gap.starts_at,
        gap.ends_at
    FROM gap
    INNER JOIN staff ON gap.user_id = staff.user_id
    WHERE
        gap.starts_at < TIMESTAMP '9999-12-31 00:00:00'
        AND (gap.ends_at IS NULL OR gap.starts_at < gap.ends_at)
)

SELECT
    posting.user_id,
    posting.unit,
    coalesce(posting.role, staff.role) AS role,
    posting.supervisor_id,
    posting.starts_at,
    posting.ends_at
FROM posting
LEFT JOIN staff ON posting.user_id = staff.user_id
UNION ALL
SELECT
    user_id,
    CAST(NULL AS VARCHAR) AS unit,
    role,
    CAST(NULL AS VARCHAR) AS supervisor_id,
    starts_at,
    ends_at
FROM without_posting
