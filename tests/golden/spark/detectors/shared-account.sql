WITH used AS (
  SELECT
    access_id,
    COALESCE(account, user_id) AS account,
    user_id,
    system,
    workstation,
    local_date,
    occurred_epoch,
    LAG(workstation) OVER (
      PARTITION BY COALESCE(account, user_id), system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS workstation_before,
    LAG(occurred_epoch) OVER (
      PARTITION BY COALESCE(account, user_id), system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS epoch_before,
    LAG(access_id) OVER (
      PARTITION BY COALESCE(account, user_id), system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS access_before,
    LAG(user_id) OVER (
      PARTITION BY COALESCE(account, user_id), system
      ORDER BY occurred_epoch NULLS LAST, access_id NULLS LAST
    ) AS user_before
  FROM access
  WHERE
    NOT COALESCE(account, user_id) IS NULL AND NOT workstation IS NULL
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
