-- id = "first_access"
-- title = "The first access of each user to each subject"
-- description = "One row for each user and subject: the earliest access, the smallest id where two are of one time."
-- reads = ["access"]
-- partition = ["user_id", "subject_id"]
WITH first_time AS (
    SELECT
        user_id,
        subject_id,
        min(occurred_at) AS occurred_at,
        count(*) AS accesses
    FROM access
    WHERE user_id IS NOT NULL AND subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

first_id AS (
    SELECT
        min(access.access_id) AS access_id,
        max(first_time.accesses) AS accesses
    FROM access
    INNER JOIN first_time
        ON
            access.user_id = first_time.user_id
            AND access.subject_id = first_time.subject_id
            AND access.occurred_at = first_time.occurred_at
    GROUP BY access.user_id, access.subject_id
)

SELECT
    access.access_id,
    access.user_id,
    access.subject_id,
    access.system,
    access.local_date,
    first_id.accesses
FROM first_id
INNER JOIN access ON first_id.access_id = access.access_id
