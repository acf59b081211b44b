-- id = "incident-own"
-- title = "On an incident that may have been opened to cover a look-up"
-- description = "As incident-assigned, but the user is alone on the incident and had looked the subject up before it opened."
-- strength = "weak"
-- order = 80
-- reads = ["explanation", "own_incident", "target_assigned"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
-- parameters.lookback_days = 30
--
-- The look-up before lies between lookback_days and lead_days before the opening. Honest cause: proactive work that led to
-- an incident. Whatever another full explanation holds for is explained in full: a run asks no further, `audit explain` does.
-- So who quotes the very incident that covers them escapes: incident-referenced holds for whoever was ever assigned to it.
SELECT
    target_assigned.access_id,
    target_assigned.reference
FROM target_assigned
WHERE
    NOT target_assigned.linked
    AND target_assigned.occurred_at >= target_assigned.starts_at - $lead_days * INTERVAL 1 DAY
    AND (
        target_assigned.ends_at IS NULL
        OR target_assigned.occurred_at < target_assigned.ends_at + $grace_days * INTERVAL 1 DAY
    )
    AND EXISTS (
        SELECT 1
        FROM own_incident
        WHERE
            own_incident.user_id = target_assigned.user_id
            AND own_incident.subject_id = target_assigned.subject_id
            AND own_incident.reference = target_assigned.reference
            AND own_incident.looked_up_at >= own_incident.opened_at - $lookback_days * INTERVAL 1 DAY
            AND own_incident.looked_up_at < own_incident.opened_at - $lead_days * INTERVAL 1 DAY
    )
    AND NOT EXISTS (
        SELECT 1
        FROM explanation
        WHERE explanation.access_id = target_assigned.access_id AND explanation.strength = 'full'
    )
