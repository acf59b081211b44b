-- id = "incident-unit"
-- title = "On an incident of the user's unit"
-- description = "The user's unit at the time owns an incident that holds the subject, in time."
-- strength = "weak"
-- order = 50
-- reads = ["target_unit"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
--
-- Colleagues cover for each other; but a unit's incidents are also where curiosity begins.
SELECT
    access_id,
    reference
FROM target_unit
WHERE
    NOT linked
    AND occurred_at >= opened_at - $lead_days * INTERVAL 1 DAY
    AND (closed_at IS NULL OR occurred_at < closed_at + $grace_days * INTERVAL 1 DAY)
