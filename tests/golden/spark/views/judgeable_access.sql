SELECT
  access.*
FROM access
CROSS JOIN horizon
WHERE
  horizon.judges
  AND NOT access.user_id IS NULL
  AND NOT access.subject_id IS NULL
  AND (
    horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until
  )
