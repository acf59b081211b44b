-- id = "not_fully_explained_access"
-- title = "Accesses that no full explanation covers"
-- description = "Judgeable accesses that are unexplained or only weakly explained; `weak` tells which."
-- reads = ["judged_access"]
-- materialise = true
SELECT
    judged_access.access_id,
    judged_access.source,
    judged_access.system,
    judged_access.user_id,
    judged_access.operator_id,
    judged_access.account,
    judged_access.workstation,
    judged_access.occurred_at,
    judged_access.local_date,
    judged_access.local_hour,
    judged_access.iso_weekday,
    judged_access.occurred_epoch,
    judged_access.action,
    judged_access.actions,
    judged_access.subject_kind,
    judged_access.subject_id,
    judged_access.reason_code,
    judged_access.reason,
    judged_access.reference,
    judged_access.banner_accepted,
    judged_access.masked,
    judged_access.events,
    judged_access.load_id,
    judged_access.record_no,
    judged_access.state,
    judged_access.explanation,
    judged_access.explanation_reference,
    judged_access.state = 'weak' AS weak
FROM judged_access
WHERE judged_access.state <> 'explained'
