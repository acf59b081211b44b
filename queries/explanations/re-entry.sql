-- id = "re-entry"
-- title = "Soon after an explained access to the same subject"
-- description = "The same user had a fully explained access to the same subject within the last hours."
-- strength = "weak"
-- order = 90
-- reads = ["access", "explanation", "open_access"]
-- local = true
-- parameters.hours = 24
--
-- Somebody who closes a record and opens it again has not a second reason.
SELECT
    open_access.access_id,
    explanation.reference
FROM open_access
INNER JOIN access
    ON
        open_access.user_id = access.user_id
        AND open_access.subject_id = access.subject_id
        AND access.occurred_at < open_access.occurred_at
        AND access.occurred_at >= open_access.occurred_at - $hours * INTERVAL 1 HOUR
INNER JOIN explanation ON access.access_id = explanation.access_id
WHERE explanation.strength = 'full'
