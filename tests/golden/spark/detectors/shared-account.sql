WITH known AS (
  SELECT
    access_id,
    COALESCE(account, user_id) AS account,
    user_id,
    COALESCE(system, '') AS system,
    workstation,
    local_date,
    occurred_epoch
  FROM access
  WHERE
    NOT COALESCE(account, user_id) IS NULL AND NOT workstation IS NULL
), at_workstation AS (
  SELECT
    account,
    system,
    workstation,
    ROW_NUMBER() OVER (PARTITION BY account, system ORDER BY COUNT(*) DESC, workstation ASC NULLS LAST) AS place
  FROM known
  GROUP BY
    account,
    system,
    workstation
), elsewhere AS (
  SELECT
    known.account,
    known.system,
    known.occurred_epoch
  FROM known
  INNER JOIN at_workstation
    ON known.account = at_workstation.account
    AND known.system = at_workstation.system
    AND known.workstation = at_workstation.workstation
  WHERE
    at_workstation.place > 1
), near_elsewhere AS (
  SELECT
    account,
    system,
    (
      occurred_epoch - :seconds
    ) DIV 86400 AS day_number
  FROM elsewhere
  UNION
  SELECT
    account,
    system,
    occurred_epoch DIV 86400 AS day_number
  FROM elsewhere
  UNION
  SELECT
    account,
    system,
    (
      occurred_epoch + :seconds
    ) DIV 86400 AS day_number
  FROM elsewhere
), used AS (
  SELECT
    known.access_id,
    known.account,
    known.user_id,
    known.workstation,
    known.local_date,
    known.occurred_epoch,
    LAG(known.workstation) OVER (
      PARTITION BY known.account, known.system
      ORDER BY known.occurred_epoch NULLS LAST, known.access_id NULLS LAST
    ) AS workstation_before,
    LAG(known.occurred_epoch) OVER (
      PARTITION BY known.account, known.system
      ORDER BY known.occurred_epoch NULLS LAST, known.access_id NULLS LAST
    ) AS epoch_before,
    LAG(known.access_id) OVER (
      PARTITION BY known.account, known.system
      ORDER BY known.occurred_epoch NULLS LAST, known.access_id NULLS LAST
    ) AS access_before,
    LAG(known.user_id) OVER (
      PARTITION BY known.account, known.system
      ORDER BY known.occurred_epoch NULLS LAST, known.access_id NULLS LAST
    ) AS user_before
  FROM known
  INNER JOIN near_elsewhere
    ON known.account = near_elsewhere.account
    AND known.system = near_elsewhere.system
    AND known.occurred_epoch DIV 86400 = near_elsewhere.day_number
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
