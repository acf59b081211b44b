WITH known AS (
  SELECT
    COUNT(*) AS codes
  FROM reason_rule
), general AS (
  SELECT
    code,
    stands_quoting,
    stands_alone
  FROM reason_rule
  WHERE
    system IS NULL
), stated AS (
  SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.subject_id,
    access.local_date,
    NULLIF(LOWER(TRIM(REGEXP_REPLACE(access.reason, '[^\\p{L}\\p{M}\\p{N}]+', ' '))), '') AS reason,
    CASE
      WHEN access.reason_code IS NULL OR known.codes = 0
      THEN NULL
      WHEN access.system IS NULL
      THEN FALSE
      WHEN access.reference IS NULL
      AND NOT COALESCE(ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reference'), FALSE)
      THEN COALESCE(reason_rule.stands_alone, FALSE)
      OR COALESCE(general.stands_alone, FALSE)
      ELSE COALESCE(reason_rule.stands_quoting, FALSE)
      OR COALESCE(general.stands_quoting, FALSE)
    END AS code_stands,
    COALESCE(
      ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reason')
      OR ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reason_code'),
      FALSE
    ) AS hidden
  FROM access
  CROSS JOIN known
  LEFT JOIN reason_rule
    ON access.reason_code = reason_rule.code AND access.system = reason_rule.system
  LEFT JOIN general
    ON access.reason_code = general.code
  WHERE
    NOT access.user_id IS NULL
)
SELECT
  access_id,
  user_id,
  system,
  subject_id,
  local_date,
  reason,
  code_stands
FROM stated
WHERE
  NOT reason IS NULL OR NOT code_stands IS NULL OR NOT hidden
