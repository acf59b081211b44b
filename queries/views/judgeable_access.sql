-- id = "judgeable_access"
-- title = "Accesses that can be judged"
-- description = "Accesses with a user and a subject, not later than the incident feed reaches."
-- reads = ["access", "horizon"]
--
-- A masked user or subject is NULL here. Without an incident table nothing can be judged, and where the feed of
-- incidents failed for a night the accesses after its newest incident wait for the next.
SELECT
    access.access_id,
    access.source,
    access.system,
    access.user_id,
    access.operator_id,
    access.account,
    access.workstation,
    access.occurred_at,
    access.local_date,
    access.local_hour,
    access.iso_weekday,
    access.occurred_epoch,
    access.action,
    access.actions,
    access.subject_kind,
    access.subject_id,
    access.reason_code,
    access.reason,
    access.reference,
    access.banner_accepted,
    access.masked,
    access.events,
    access.load_id,
    access.record_no
FROM access
CROSS JOIN horizon
WHERE
    horizon.judges
    AND access.user_id IS NOT NULL
    AND access.subject_id IS NOT NULL
    AND (horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until)
