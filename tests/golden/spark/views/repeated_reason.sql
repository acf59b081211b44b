WITH often AS (
  SELECT
    user_id,
    subject_id,
    system
  FROM access
  WHERE
    NOT user_id IS NULL
    AND NOT subject_id IS NULL
    AND NOT system IS NULL
    AND NOT reason IS NULL
  GROUP BY
    user_id,
    subject_id,
    system
  HAVING
    COUNT(*) >= 2
), worded AS (
  SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.subject_id,
    NULLIF(LOWER(TRIM(REGEXP_REPLACE(access.reason, '[^\\p{L}\\p{M}\\p{N}]+', ' '))), '') AS reason
  FROM access
  SEMI JOIN often
    ON access.user_id = often.user_id
    AND access.subject_id = often.subject_id
    AND access.system = often.system
), fully AS (
  SELECT
    access_id
  FROM explanation
  WHERE
    strength = 'full'
), counted AS (
  SELECT
    worded.access_id,
    worded.user_id,
    worded.system,
    worded.subject_id,
    worded.reason,
    COUNT(*) OVER (PARTITION BY worded.user_id, worded.subject_id, worded.system, worded.reason) AS accesses
  FROM worded
  ANTI JOIN fully
    ON worded.access_id = fully.access_id
  WHERE
    NOT worded.reason IS NULL
)
SELECT
  access_id,
  user_id,
  system,
  subject_id,
  reason,
  accesses
FROM counted
WHERE
  accesses >= 2
