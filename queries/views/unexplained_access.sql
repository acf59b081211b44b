-- id = "unexplained_access"
-- title = "Accesses that nothing explains"
-- description = "Judgeable accesses without any explanation, full or weak."
-- reads = ["explanation", "judgeable_access"]
-- materialise = true
SELECT
    judgeable_access.access_id,
    judgeable_access.source,
    judgeable_access.system,
    judgeable_access.user_id,
    judgeable_access.operator_id,
    judgeable_access.account,
    judgeable_access.workstation,
    judgeable_access.occurred_at,
    judgeable_access.local_date,
    judgeable_access.local_hour,
    judgeable_access.iso_weekday,
    judgeable_access.occurred_epoch,
    judgeable_access.action,
    judgeable_access.actions,
    judgeable_access.subject_kind,
    judgeable_access.subject_id,
    judgeable_access.reason_code,
    judgeable_access.reason,
    judgeable_access.reference,
    judgeable_access.banner_accepted,
    judgeable_access.masked,
    judgeable_access.events,
    judgeable_access.load_id,
    judgeable_access.record_no
FROM judgeable_access
ANTI JOIN explanation ON judgeable_access.access_id = explanation.access_id
