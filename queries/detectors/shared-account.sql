-- id = "shared-account"
-- title = "One account at two workstations within minutes"
-- description = "An account that is used at another workstation within the seconds allowed, at least min_times on one local day."
-- level = "medium"
-- status = "stable"
-- family = "pattern"
-- key = ["account", "local_day"]
-- points = 16
-- summary = "account {account} changed between {workstations} workstations {times} times within minutes on {local_day}"
-- reads = ["access", "workstation_day"]
-- requires = []
-- parameters.seconds = 300
-- parameters.min_times = 3
-- references = ["Access rules of every force: an account is one person's, and who lends it lends the excuse"]
-- tags = ["account", "log-only"]
-- falsepositives = [
--     "One who uses the terminal in the car and the handheld in turn.",
--     "A pool of virtual desktops, each session under another name: every workstation is then seen once, and the level is low.",
--     "Two clocks that differ by minutes.",
-- ]
-- blind_spots = [
--     "Two who take turns at one workstation, or hours apart.",
--     "Logs without a workstation, and a password told to somebody who uses it at the owner's own desk.",
-- ]
-- triage = [
--     "Ask where the owner was that day: duty, radio, building entry.",
--     "Every finding on accesses of that day may be against the wrong person until this is settled.",
-- ]
--
-- Log-only. Findings against a person rest on the account being that person's. Where two use one, neither can be held to
-- account, and an honest owner may answer for another's look-ups. A change counts when the same account on the same
-- system is used at another workstation within the seconds allowed; where the log names no account, the user's name is the account. The
-- user is named only where all accesses of the changes are one user's.
-- Nearly every access is made where the account's others are. Of each change, one of the two was made elsewhere: so only
-- what lies near such a one is put in order. Which workstation counts as usual changes nothing of what is found.
WITH at_workstation AS (
    SELECT
        account,
        system,
        workstation,
        row_number() OVER (PARTITION BY account, system ORDER BY sum(accesses) DESC, workstation ASC) AS place
    FROM workstation_day
    GROUP BY account, system, workstation
),

elsewhere AS (
    SELECT
        workstation_day.account,
        workstation_day.system,
        workstation_day.workstation,
        workstation_day.local_date,
        workstation_day.first_epoch,
        workstation_day.last_epoch
    FROM workstation_day
    SEMI JOIN at_workstation
        ON
            workstation_day.account = at_workstation.account
            AND workstation_day.system = at_workstation.system
            AND workstation_day.workstation = at_workstation.workstation
            AND at_workstation.place > 1
),

-- A change may lie across midnight.
elsewhere_about AS (
    SELECT
        account,
        system,
        workstation,
        local_date,
        first_epoch,
        last_epoch
    FROM elsewhere
    UNION ALL
    SELECT
        account,
        system,
        workstation,
        CAST(local_date - INTERVAL 1 DAY AS DATE) AS local_date,
        first_epoch,
        last_epoch
    FROM elsewhere
    UNION ALL
    SELECT
        account,
        system,
        workstation,
        CAST(local_date + INTERVAL 1 DAY AS DATE) AS local_date,
        first_epoch,
        last_epoch
    FROM elsewhere
),

close_use AS (
    SELECT
        workstation_day.account,
        workstation_day.system,
        workstation_day.first_epoch,
        workstation_day.last_epoch
    FROM workstation_day
    SEMI JOIN elsewhere_about
        ON
            workstation_day.account = elsewhere_about.account
            AND workstation_day.system = elsewhere_about.system
            AND workstation_day.local_date = elsewhere_about.local_date
            AND workstation_day.workstation <> elsewhere_about.workstation
            AND workstation_day.first_epoch <= elsewhere_about.last_epoch + $seconds
            AND workstation_day.last_epoch >= elsewhere_about.first_epoch - $seconds
),

near_elsewhere AS (
    SELECT
        account,
        system,
        (first_epoch - $seconds) // 86400 AS day_number
    FROM close_use
    UNION
    SELECT
        account,
        system,
        first_epoch // 86400 AS day_number
    FROM close_use
    UNION
    SELECT
        account,
        system,
        last_epoch // 86400 AS day_number
    FROM close_use
    UNION
    SELECT
        account,
        system,
        (last_epoch + $seconds) // 86400 AS day_number
    FROM close_use
),

-- Their days by the local calendar, which runs ahead of or behind UTC by less than a day: the log lies by these, so that the rest of
-- it is passed over.
near_date AS (
    SELECT CAST(DATE '1970-01-01' + day_number * INTERVAL 1 DAY AS DATE) AS local_date
    FROM near_elsewhere
    UNION
    SELECT CAST(DATE '1970-01-01' + (day_number - 1) * INTERVAL 1 DAY AS DATE) AS local_date
    FROM near_elsewhere
    UNION
    SELECT CAST(DATE '1970-01-01' + (day_number + 1) * INTERVAL 1 DAY AS DATE) AS local_date
    FROM near_elsewhere
),

dated_access AS (
    SELECT
        access.access_id,
        coalesce(access.account, access.user_id) AS account,
        access.user_id,
        coalesce(access.system, '') AS system,
        access.workstation,
        access.local_date,
        access.occurred_epoch
    FROM access
    SEMI JOIN near_date ON access.local_date = near_date.local_date
    WHERE access.workstation IS NOT NULL
),

near_access AS (
    SELECT
        dated_access.access_id,
        dated_access.account,
        dated_access.user_id,
        dated_access.system,
        dated_access.workstation,
        dated_access.local_date,
        dated_access.occurred_epoch
    FROM dated_access
    SEMI JOIN near_elsewhere
        ON
            dated_access.occurred_epoch // 86400 = near_elsewhere.day_number
            AND dated_access.account = near_elsewhere.account
            AND dated_access.system = near_elsewhere.system
),

used AS (
    SELECT
        access_id,
        account,
        user_id,
        workstation,
        local_date,
        occurred_epoch,
        lag(workstation) OVER (PARTITION BY account, system ORDER BY occurred_epoch, access_id) AS workstation_before,
        lag(occurred_epoch) OVER (PARTITION BY account, system ORDER BY occurred_epoch, access_id) AS epoch_before,
        lag(access_id) OVER (PARTITION BY account, system ORDER BY occurred_epoch, access_id) AS access_before,
        lag(user_id) OVER (PARTITION BY account, system ORDER BY occurred_epoch, access_id) AS user_before
    FROM near_access
),

changed AS (
    SELECT
        access_id,
        account,
        user_id,
        workstation,
        local_date,
        workstation_before,
        access_before,
        user_before
    FROM used
    WHERE workstation <> workstation_before AND occurred_epoch - epoch_before <= $seconds
),

-- Each change names two accesses: the one before it and the one after.
cited AS (
    SELECT
        account,
        local_date,
        access_id,
        user_id,
        workstation
    FROM changed
    UNION
    SELECT
        account,
        local_date,
        access_before AS access_id,
        user_before AS user_id,
        workstation_before AS workstation
    FROM changed
),

change_count AS (
    SELECT
        account,
        local_date,
        count(*) AS times
    FROM changed
    GROUP BY account, local_date
    HAVING count(*) >= $min_times
),

cited_count AS (
    SELECT
        account,
        local_date,
        count(*) AS accesses,
        count(DISTINCT workstation) AS workstations,
        count(DISTINCT user_id) AS users,
        CASE WHEN count(DISTINCT user_id) = 1 AND count(user_id) = count(*) THEN max(user_id) END AS only_user
    FROM cited
    GROUP BY account, local_date
)

SELECT
    cited.account,
    CAST(cited.local_date AS VARCHAR) AS local_day,
    cited_count.only_user AS user_id,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    TRUE AS counts,
    CASE WHEN cited_count.workstations > change_count.times THEN 'low' ELSE 'medium' END AS level,
    CASE WHEN cited_count.workstations > change_count.times THEN 6 ELSE 16 END AS points,
    cited_count.accesses,
    change_count.times,
    cited_count.workstations,
    cited_count.users
FROM cited
INNER JOIN change_count ON cited.account = change_count.account AND cited.local_date = change_count.local_date
INNER JOIN cited_count ON cited.account = cited_count.account AND cited.local_date = cited_count.local_date
ORDER BY cited.account, cited.local_date, cited.access_id
