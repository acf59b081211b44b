-- id = "incident-referenced"
-- title = "Quotes an incident that holds the subject, and that is the user's or their unit's"
-- description = "The quoted reference exists, was open, holds the subject, and the user was ever assigned or the unit owns it."
-- strength = "full"
-- order = 20
-- reads = ["target_referenced"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
--
-- A quoted reference alone proves nothing: it must hold the subject, and the user or the user's unit must be on it.
SELECT
    access_id,
    reference
FROM target_referenced
WHERE
    NOT linked
    AND backed
    AND occurred_at >= opened_at - $lead_days * INTERVAL 1 DAY
    AND (closed_at IS NULL OR occurred_at < closed_at + $grace_days * INTERVAL 1 DAY)
