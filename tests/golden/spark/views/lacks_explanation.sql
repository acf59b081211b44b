SELECT
  access_id,
  user_id,
  subject_id,
  occurred_at,
  local_date,
  local_hour
FROM not_fully_explained_access
