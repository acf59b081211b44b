SELECT
  event.source,
  event.event_id,
  event.occurred_at,
  event.system,
  COALESCE(event.user_id, account_user.user_id) AS user_id,
  event.operator_id,
  event.account,
  event.workstation,
  event.parent_event_id,
  event.action,
  event.subject_kind,
  event.subject_id,
  event.reason_code,
  event.reason,
  event.reference,
  event.banner_accepted,
  event.masked,
  event.local_date,
  event.local_hour,
  event.iso_weekday,
  event.occurred_epoch,
  event.load_id,
  event.record_no
FROM event
LEFT JOIN account_user
  ON event.source = account_user.source AND event.event_id = account_user.event_id
WHERE
  COALESCE(event.origin, 'person') <> 'machine'
