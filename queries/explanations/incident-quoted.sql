-- id = "incident-quoted"
-- title = "Quotes an incident that holds the subject, but that is not the user's"
-- description = "The quoted reference exists, was open and holds the subject, but neither the user nor the unit is on it."
-- strength = "weak"
-- order = 60
-- reads = ["target_referenced"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
--
-- Anybody who saw the incident can quote it.
SELECT
    access_id,
    reference
FROM target_referenced
WHERE
    NOT linked
    AND NOT backed
    AND occurred_at >= opened_at - $lead_days * INTERVAL 1 DAY
    AND (closed_at IS NULL OR occurred_at < closed_at + $grace_days * INTERVAL 1 DAY)
