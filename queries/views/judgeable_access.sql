-- id = "judgeable_access"
-- title = "Accesses that can be judged"
-- description = "Accesses with a user and a subject, not later than the incident feed reaches."
-- reads = ["access", "horizon"]
--
-- A masked user or subject is NULL here. Without an incident table nothing can be judged, and where the feed of
-- incidents failed for a night the accesses after its newest incident wait for the next.
SELECT access.*
FROM access
CROSS JOIN horizon
WHERE
    horizon.judges
    AND access.user_id IS NOT NULL
    AND access.subject_id IS NOT NULL
    AND (horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until)
