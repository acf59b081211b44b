-- id = "user_month"
-- title = "Users by local month, with unit and role"
-- description = "One row for each user and local month with an access: how many, on how many days, and the position held for most of it."
-- reads = ["access", "user_position"]
-- partition = ["user_id", "month"]
-- local = true
--
-- `month` is written 2024-03. The position is the one that covers most days between the user's first and last access of the
-- month; of several, the later, then the smaller name.
WITH active_day AS (
    SELECT
        user_id,
        local_date,
        count(*) AS accesses
    FROM access
    WHERE user_id IS NOT NULL
    GROUP BY user_id, local_date
),

active_month AS (
    SELECT
        user_id,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        min(local_date) AS first_date,
        max(local_date) AS last_date,
        CAST(sum(accesses) AS BIGINT) AS accesses,
        count(*) AS days
    FROM active_day
    GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7)
),

held AS (
    SELECT
        active_month.user_id,
        active_month.month,
        user_position.unit,
        user_position.role,
        user_position.starts_at,
        date_diff(
            'day',
            greatest(active_month.first_date, coalesce(CAST(user_position.starts_at AS DATE), active_month.first_date)),
            least(active_month.last_date, coalesce(CAST(user_position.ends_at AS DATE), active_month.last_date))
        ) AS held_days
    FROM active_month
    INNER JOIN user_position ON active_month.user_id = user_position.user_id
    WHERE
        (user_position.starts_at IS NULL OR CAST(user_position.starts_at AS DATE) <= active_month.last_date)
        AND (user_position.ends_at IS NULL OR CAST(user_position.ends_at AS DATE) >= active_month.first_date)
),

placed AS (
    SELECT
        user_id,
        month,
        unit,
        role,
        row_number() OVER (
            PARTITION BY user_id, month
            ORDER BY
                held_days DESC,
                coalesce(starts_at, TIMESTAMP '1970-01-01 00:00:00') DESC,
                coalesce(unit, '') ASC,
                coalesce(role, '') ASC
        ) AS place
    FROM held
)

SELECT
    active_month.user_id,
    active_month.month,
    active_month.first_date,
    active_month.last_date,
    active_month.accesses,
    active_month.days,
    placed.unit,
    placed.role
FROM active_month
LEFT JOIN placed
    ON active_month.user_id = placed.user_id AND active_month.month = placed.month AND placed.place = 1
