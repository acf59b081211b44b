-- id = "first_access"
-- title = "The first access of each user to each subject"
-- description = "One row for each user and subject: the earliest access, the smallest id where two are of one time."
-- reads = ["access"]
-- partition = ["user_id", "subject_id"]
WITH numbered AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        system,
        local_date,
        row_number() OVER (PARTITION BY user_id, subject_id ORDER BY occurred_at, access_id) AS place,
        count(*) OVER (PARTITION BY user_id, subject_id) AS accesses
    FROM access
    WHERE user_id IS NOT NULL AND subject_id IS NOT NULL
)

SELECT
    access_id,
    user_id,
    subject_id,
    system,
    local_date,
    accesses
FROM numbered
WHERE place = 1
