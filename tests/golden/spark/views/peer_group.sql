WITH member_count AS (
  SELECT
    group_id,
    month,
    COUNT(*) AS members
  FROM peer_member
  GROUP BY
    group_id,
    month
), named AS (
  SELECT
    user_id,
    month,
    CONCAT('unit=', COALESCE(unit, ''), ' role=', COALESCE(COALESCE(role, ''), '')) AS unit_group,
    CONCAT('role=', COALESCE(role, '')) AS role_group,
    NOT unit IS NULL AS has_unit,
    NOT role IS NULL AS has_role
  FROM user_month
)
SELECT
  named.user_id,
  named.month,
  CASE
    WHEN named.has_unit AND (
      in_unit.members > :min_peers OR NOT named.has_role
    )
    THEN named.unit_group
    WHEN named.has_role
    THEN named.role_group
  END AS group_id,
  CASE
    WHEN named.has_unit AND (
      in_unit.members > :min_peers OR NOT named.has_role
    )
    THEN in_unit.members - 1
    WHEN named.has_role
    THEN in_role.members - 1
    ELSE 0
  END AS peers
FROM named
LEFT JOIN member_count AS in_unit
  ON named.has_unit
  AND named.unit_group = in_unit.group_id
  AND named.month = in_unit.month
LEFT JOIN member_count AS in_role
  ON named.has_role
  AND named.role_group = in_role.group_id
  AND named.month = in_role.month
