WITH at_workstation AS (
  SELECT
    account,
    system,
    workstation,
    ROW_NUMBER() OVER (
      PARTITION BY account, system
      ORDER BY SUM(accesses) DESC, workstation ASC NULLS LAST
    ) AS place
  FROM workstation_day
  GROUP BY
    account,
    system,
    workstation
), elsewhere AS (
  SELECT
    workstation_day.account,
    workstation_day.system,
    workstation_day.workstation,
    workstation_day.local_date,
    workstation_day.first_epoch,
    workstation_day.last_epoch
  FROM workstation_day
  SEMI JOIN at_workstation
    ON workstation_day.account = at_workstation.account
    AND workstation_day.system = at_workstation.system
    AND workstation_day.workstation = at_workstation.workstation
    AND at_workstation.place > 1
), elsewhere_about AS (
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
    CAST(local_date - INTERVAL '1' DAY AS DATE) AS local_date,
    first_epoch,
    last_epoch
  FROM elsewhere
  UNION ALL
  SELECT
    account,
    system,
    workstation,
    CAST(local_date + INTERVAL '1' DAY AS DATE) AS local_date,
    first_epoch,
    last_epoch
  FROM elsewhere
), close_use AS (
  SELECT
    workstation_day.account,
    workstation_day.system,
    workstation_day.first_epoch,
    workstation_day.last_epoch
  FROM workstation_day
  SEMI JOIN elsewhere_about
    ON workstation_day.account = elsewhere_about.account
    AND workstation_day.system = elsewhere_about.system
    AND workstation_day.local_date = elsewhere_about.local_date
    AND workstation_day.workstation <> elsewhere_about.workstation
    AND workstation_day.first_epoch <= elsewhere_about.last_epoch + :seconds
    AND workstation_day.last_epoch >= elsewhere_about.first_epoch - :seconds
), near_elsewhere AS (
  SELECT
    account,
    system,
    (
      first_epoch - :seconds
    ) DIV 86400 AS day_number
  FROM close_use
  UNION
  SELECT
    account,
    system,
    first_epoch DIV 86400 AS day_number
  FROM close_use
  UNION
  SELECT
    account,
    system,
    last_epoch DIV 86400 AS day_number
  FROM close_use
  UNION
  SELECT
    account,
    system,
    (
      last_epoch + :seconds
    ) DIV 86400 AS day_number
  FROM close_use
), near_date AS (
  SELECT
    CAST(CAST('1970-01-01' AS DATE) + day_number * INTERVAL '1' DAY AS DATE) AS local_date
  FROM near_elsewhere
  UNION
  SELECT
    CAST(CAST('1970-01-01' AS DATE) + (
      day_number - 1
    ) * INTERVAL '1' DAY AS DATE) AS local_date
  FROM near_elsewhere
  UNION
  SELECT
    CAST(CAST('1970-01-01' AS DATE) + (
      day_number + 1
    ) * INTERVAL '1' DAY AS DATE) AS local_date
  FROM near_elsewhere
), dated_access AS (
  SELECT
    access.access_id,
    COALESCE(access.account, access.user_id) AS account,
    access.user_id,
    COALESCE(access.system, '') AS system,
    access.workstation,
    access.local_date,
    access.occurred_epoch
  FROM access
  SEMI JOIN near_date
    ON access.local_date = near_date.local_date
  WHERE
    NOT access.workstation IS NULL
), near_access AS (
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
    ON dated_access.occurred_epoch DIV 86400 = near_elsewhere.day_number
    AND dated_access.account = near_elsewhere.account
    AND dated_access.system = near_elsewhere.system
), used AS (
  SELECT
    access_id,
    account,
    user_id,
    workstation,
    local_date,
    occurred_epoch,
    LAG(workstation) OVER (
      PARTITION BY account, system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS workstation_before,
    LAG(occurred_epoch) OVER (
      PARTITION BY account, system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS epoch_before,
    LAG(access_id) OVER (
      PARTITION BY account, system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS access_before,
    LAG(user_id) OVER (
      PARTITION BY account, system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS user_before
  FROM near_access
), changed AS (
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
  WHERE
    workstation <> workstation_before AND occurred_epoch - epoch_before <= :seconds
), cited AS (
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
), change_count AS (
  SELECT
    account,
    local_date,
    COUNT(*) AS times
  FROM changed
  GROUP BY
    account,
    local_date
  HAVING
    COUNT(*) >= :min_times
), cited_count AS (
  SELECT
    account,
    local_date,
    COUNT(*) AS accesses,
    COUNT(DISTINCT workstation) AS workstations,
    COUNT(DISTINCT user_id) AS users,
    CASE
      WHEN COUNT(DISTINCT user_id) = 1 AND COUNT(user_id) = COUNT(*)
      THEN MAX(user_id)
    END AS only_user
  FROM cited
  GROUP BY
    account,
    local_date
)
SELECT
  cited.account,
  CAST(cited.local_date AS STRING) AS local_day,
  cited_count.only_user AS user_id,
  CAST(NULL AS STRING) AS subject_id,
  cited.access_id,
  TRUE AS counts,
  CASE WHEN cited_count.workstations > change_count.times THEN 'low' ELSE 'medium' END AS level,
  CASE WHEN cited_count.workstations > change_count.times THEN 6 ELSE 16 END AS points,
  cited_count.accesses,
  change_count.times,
  cited_count.workstations,
  cited_count.users
FROM cited
INNER JOIN change_count
  ON cited.account = change_count.account
  AND cited.local_date = change_count.local_date
INNER JOIN cited_count
  ON cited.account = cited_count.account AND cited.local_date = cited_count.local_date
ORDER BY
  cited.account NULLS LAST,
  cited.local_date NULLS LAST,
  cited.access_id NULLS LAST
