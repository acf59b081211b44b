-- id = "judged_access"
-- title = "Judged accesses and what explains them"
-- description = "Each judgeable access with its state: explained, weak or unexplained."
-- reads = ["explanation", "judgeable_access"]
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
    judgeable_access.record_no,
    CASE explanation.strength WHEN 'full' THEN 'explained' WHEN 'weak' THEN 'weak' ELSE 'unexplained' END AS state,
    explanation.explanation,
    explanation.reference AS explanation_reference
FROM judgeable_access
LEFT JOIN explanation ON judgeable_access.access_id = explanation.access_id
