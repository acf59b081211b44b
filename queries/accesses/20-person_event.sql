-- id = "person_event"
-- title = "Events that a person caused"
-- description = "The event log without machine rows, with the user by account where the log names none."
-- reads = ["account_user", "event"]
-- local = true
--
-- A hotlist that queries one plate 964 times makes no access: nobody looked.
SELECT
    event.source,
    event.event_id,
    event.occurred_at,
    event.system,
    coalesce(event.user_id, account_user.user_id) AS user_id,
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
WHERE coalesce(event.origin, 'person') <> 'machine'
