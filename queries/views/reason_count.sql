-- id = "reason_count"
-- title = "How often each user gives which reason, month by month"
-- description = "For each user, local month, system and reason: accesses. Reasons of more than two words or 24 letters count together."
-- reads = ["reason_quality"]
-- partition = ["user_id", "month"]
--
-- What says nothing is short. Texts that say something are nearly as many as accesses, so all that are `longer` count together, with
-- no reason; it is also NULL, and `longer` FALSE, where none is given.
WITH worded AS (
    SELECT
        user_id,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        system,
        code_stands,
        reason,
        coalesce(length(reason) > 24 OR array_length(string_split(reason, ' ')) > 2, FALSE) AS longer
    FROM reason_quality
)

SELECT
    user_id,
    month,
    system,
    code_stands,
    longer,
    CASE WHEN NOT longer THEN reason END AS reason,
    count(*) AS accesses
FROM worded
GROUP BY user_id, month, system, code_stands, longer, CASE WHEN NOT longer THEN reason END
