SELECT
  CONCAT('unit=', COALESCE(unit, ''), ' role=', COALESCE(COALESCE(role, ''), '')) AS group_id,
  month,
  user_id
FROM user_month
WHERE
  NOT unit IS NULL
UNION ALL
SELECT
  CONCAT('role=', COALESCE(role, '')) AS group_id,
  month,
  user_id
FROM user_month
WHERE
  NOT role IS NULL
