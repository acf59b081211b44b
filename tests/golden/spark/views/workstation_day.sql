SELECT
  user_id,
  local_date,
  COALESCE(account, user_id) AS account,
  COALESCE(system, '') AS system,
  workstation,
  COUNT(*) AS accesses,
  MIN(occurred_epoch) AS first_epoch,
  MAX(occurred_epoch) AS last_epoch
FROM access
WHERE
  NOT COALESCE(account, user_id) IS NULL AND NOT workstation IS NULL
GROUP BY
  user_id,
  local_date,
  COALESCE(account, user_id),
  COALESCE(system, ''),
  workstation
