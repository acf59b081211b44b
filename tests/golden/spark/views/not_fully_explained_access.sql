SELECT
  judged_access.*,
  judged_access.state = 'weak' AS weak
FROM judged_access
WHERE
  judged_access.state <> 'explained'
