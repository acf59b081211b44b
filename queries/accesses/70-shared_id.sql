-- id = "shared_id"
-- title = "Event ids that more than one source uses"
-- description = "One row for each such id."
-- reads = ["event"]
-- local = true
--
-- An event id is unique within its source only. Where two sources use one id, its accesses are told apart by the source.
WITH known AS (
    SELECT count(DISTINCT source) AS sources
    FROM event
)

SELECT event.event_id
FROM event
CROSS JOIN known
WHERE known.sources > 1
GROUP BY event.event_id
HAVING count(*) > 1
