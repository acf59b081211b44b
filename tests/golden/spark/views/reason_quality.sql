WITH known AS (
  SELECT
    COUNT(*) AS codes
  FROM reason_code
), text AS (
  SELECT
    reason,
    NULLIF(LOWER(TRIM(REGEXP_REPLACE(reason, '[^\\p{L}\\p{M}\\p{N}]+', ' '))), '') AS words
  FROM access
  WHERE
    NOT reason IS NULL
  GROUP BY
    reason
), given AS (
  SELECT DISTINCT
    reason_code,
    system,
    NOT reference IS NULL AS has_reference
  FROM access
  WHERE
    NOT reason_code IS NULL
), matching AS (
  SELECT
    given.reason_code,
    given.system,
    given.has_reference,
    BOOL_OR(
      COALESCE(reason_code.valid, TRUE)
      AND (
        NOT COALESCE(reason_code.needs_reference, FALSE) OR given.has_reference
      )
    ) AS stands
  FROM given
  INNER JOIN reason_code
    ON given.reason_code = reason_code.code
    AND (
      reason_code.system IS NULL OR given.system = reason_code.system
    )
  GROUP BY
    given.reason_code,
    given.system,
    given.has_reference
)
SELECT
  access.access_id,
  access.user_id,
  access.system,
  access.subject_id,
  access.local_date,
  text.words AS reason,
  CASE
    WHEN access.reason_code IS NULL OR known.codes = 0
    THEN NULL
    ELSE COALESCE(matching.stands, FALSE)
  END AS code_stands
FROM access
CROSS JOIN known
LEFT JOIN text
  ON access.reason = text.reason
LEFT JOIN matching
  ON access.reason_code = matching.reason_code
  AND access.system = matching.system
  AND (
    NOT access.reference IS NULL
  ) = matching.has_reference
WHERE
  NOT access.user_id IS NULL
