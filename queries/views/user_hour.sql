-- id = "user_hour"
-- title = "At which local hours each user works, month by month"
-- description = "For each user, local month and local hour: the accesses."
-- reads = ["access"]
-- partition = ["user_id", "month"]
-- local = true
SELECT
    user_id,
    substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
    local_hour,
    count(*) AS accesses
FROM access
WHERE user_id IS NOT NULL
GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7), local_hour
