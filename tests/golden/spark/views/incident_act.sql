SELECT
  user_id,
  subject_id,
  reference,
  occurred_at,
  ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'disseminate')
  OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assess')
  OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'notify')
  OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assign') AS is_action,
  ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'close') AS is_close
FROM access
WHERE
  (
    NOT subject_id IS NULL OR NOT reference IS NULL
  )
  AND (
    ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'disseminate')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assess')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'notify')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'assign')
    OR ARRAY_CONTAINS(ARRAY_COMPACT(actions), 'close')
  )
