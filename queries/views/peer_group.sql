-- id = "peer_group"
-- title = "The peers of each user in each month"
-- description = "One row for each user and month: the group whose other members are the peers. Same unit and role, else same role."
-- reads = ["peer_member", "user_month"]
-- materialise = true
-- parameters.min_peers = 3
--
-- Fewer than three peers in the unit say nothing, so then the whole role is taken. A user is never their own peer: `peers` counts the
-- others, and whoever reckons with the group leaves its own row out. `peers` may still be below three.
WITH member_count AS (
    SELECT
        group_id,
        month,
        count(*) AS members
    FROM peer_member
    GROUP BY group_id, month
),

named AS (
    SELECT
        user_id,
        month,
        concat('unit=', unit, ' role=', coalesce(role, '')) AS unit_group,
        concat('role=', role) AS role_group,
        unit IS NOT NULL AS has_unit,
        role IS NOT NULL AS has_role
    FROM user_month
)

SELECT
    named.user_id,
    named.month,
    CASE
        WHEN named.has_unit AND (in_unit.members > $min_peers OR NOT named.has_role) THEN named.unit_group
        WHEN named.has_role THEN named.role_group
    END AS group_id,
    CASE
        WHEN named.has_unit AND (in_unit.members > $min_peers OR NOT named.has_role) THEN in_unit.members - 1
        WHEN named.has_role THEN in_role.members - 1
        ELSE 0
    END AS peers
FROM named
LEFT JOIN member_count AS in_unit
    ON named.has_unit AND named.unit_group = in_unit.group_id AND named.month = in_unit.month
LEFT JOIN member_count AS in_role
    ON named.has_role AND named.role_group = in_role.group_id AND named.month = in_role.month
