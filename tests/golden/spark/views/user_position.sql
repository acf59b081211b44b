WITH covered AS (
  SELECT
    user_id,
    starts_at,
    MAX(COALESCE(ends_at, CAST('9999-12-31 00:00:00' AS TIMESTAMP_NTZ))) OVER (
      PARTITION BY user_id
      ORDER BY starts_at NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS covered_until
  FROM posting
), gap AS (
  SELECT
    user_id,
    covered_until AS starts_at,
    LEAD(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS ends_at
  FROM covered
), first_posting AS (
  SELECT
    user_id,
    MIN(starts_at) AS starts_at
  FROM posting
  GROUP BY
    user_id
), without_posting AS (
  SELECT
    staff.user_id,
    staff.role,
    CAST(NULL AS TIMESTAMP_NTZ) AS starts_at,
    first_posting.starts_at AS ends_at
  FROM staff
  LEFT JOIN first_posting
    ON staff.user_id = first_posting.user_id
  UNION ALL
  SELECT
    gap.user_id,
    staff.role,
    gap.starts_at,
    gap.ends_at
  FROM gap
  INNER JOIN staff
    ON gap.user_id = staff.user_id
  WHERE
    gap.starts_at < CAST('9999-12-31 00:00:00' AS TIMESTAMP_NTZ)
    AND (
      gap.ends_at IS NULL OR gap.starts_at < gap.ends_at
    )
)
SELECT
  posting.user_id,
  posting.unit,
  COALESCE(posting.role, staff.role) AS role,
  posting.supervisor_id,
  posting.starts_at,
  posting.ends_at
FROM posting
LEFT JOIN staff
  ON posting.user_id = staff.user_id
UNION ALL
SELECT
  user_id,
  CAST(NULL AS STRING) AS unit,
  role,
  CAST(NULL AS STRING) AS supervisor_id,
  starts_at,
  ends_at
FROM without_posting
