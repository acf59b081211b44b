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
), matching AS (
  SELECT
    access.access_id,
    BOOL_OR(
      COALESCE(reason_code.valid, TRUE)
      AND (
        NOT COALESCE(reason_code.needs_reference, FALSE) OR NOT access.reference IS NULL
      )
    ) AS stands
  FROM access
  INNER JOIN reason_code
    ON access.reason_code = reason_code.code
    AND (
      reason_code.system IS NULL OR access.system = reason_code.system
    )
  GROUP BY
    access.access_id
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
  ON access.access_id = matching.access_id
WHERE
  NOT access.user_id IS NULL
