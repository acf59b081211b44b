-- id = "peer_member"
-- title = "Who could be whose peer, month by month"
-- description = "Each user of a month stands in the group of the same unit and role, and in the group of the same role in any unit."
-- reads = ["user_month"]
-- materialise = true
--
-- Groups instead of pairs: pairs grow with the square of a force. Which of the two groups a user is compared with says peer_group.
SELECT
    concat('unit=', unit, ' role=', coalesce(role, '')) AS group_id,
    month,
    user_id
FROM user_month
WHERE unit IS NOT NULL
UNION ALL
SELECT
    concat('role=', role) AS group_id,
    month,
    user_id
FROM user_month
WHERE role IS NOT NULL
