-- id = "workstation_day"
-- title = "Which workstations each account used, day by day"
-- description = "For each user, local day, account, system and workstation: how many accesses, and when the first and the last."
-- reads = ["access"]
-- partition = ["user_id", "local_date"]
-- local = true
--
-- Where the log names no account, the user's name is the account; a missing system is an empty text.
SELECT
    user_id,
    local_date,
    coalesce(account, user_id) AS account,
    coalesce(system, '') AS system,
    workstation,
    count(*) AS accesses,
    min(occurred_epoch) AS first_epoch,
    max(occurred_epoch) AS last_epoch
FROM access
WHERE coalesce(account, user_id) IS NOT NULL AND workstation IS NOT NULL
GROUP BY user_id, local_date, coalesce(account, user_id), coalesce(system, ''), workstation
