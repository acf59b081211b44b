-- id = "user_hour"
-- title = "At which local hours each user works, month by month"
-- description = "For each user, local month and local hour: the accesses, those that name no subject, and the days on which they were."
-- reads = ["access"]
-- partition = ["user_id", "month"]
-- local = true
WITH daily AS (
    SELECT
        user_id,
        local_date,
        local_hour,
        count(*) AS accesses,
        count(*) - count(subject_id) AS without_subject
    FROM access
    WHERE user_id IS NOT NULL
    GROUP BY user_id, local_date, local_hour
)

SELECT
    user_id,
    substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
    local_hour,
    CAST(sum(accesses) AS BIGINT) AS accesses,
    CAST(sum(without_subject) AS BIGINT) AS without_subject,
    list_sort(list(local_date) FILTER (WHERE local_date IS NOT NULL)) AS local_dates
FROM daily
GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7), local_hour
