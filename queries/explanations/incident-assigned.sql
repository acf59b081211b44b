-- id = "incident-assigned"
-- title = "Assigned to an incident that the subject is on"
-- description = "The user was assigned to an incident that holds the subject, from lead_days before to grace_days after."
-- strength = "full"
-- order = 10
-- reads = ["own_incident", "target_assigned"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
-- parameters.lookback_days = 30
--
-- The margins follow the exemption windows that hospitals publish for the same question (Salem Health: 30 days around an
-- encounter, 7 days re-entry), kept tighter here. An incident on which the user is alone, and whose subject they had looked
-- up before it was opened, counts as incident-own instead.
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
    AND NOT EXISTS (
        SELECT 1
        FROM own_incident
        WHERE
            own_incident.user_id = target_assigned.user_id
            AND own_incident.subject_id = target_assigned.subject_id
            AND own_incident.reference = target_assigned.reference
            AND own_incident.looked_up_at >= own_incident.opened_at - $lookback_days * INTERVAL 1 DAY
            AND own_incident.looked_up_at < own_incident.opened_at - $lead_days * INTERVAL 1 DAY
    )
