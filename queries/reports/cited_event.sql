-- id = "cited_event"
-- title = "The events behind each cited access that has more than one"
-- description = "One row for each event; `node` orders them by time."
-- reads = ["access_event", "cited"]
SELECT
    access_event.access_id,
    row_number() OVER (
        PARTITION BY access_event.access_id
        ORDER BY access_event.occurred_at, access_event.event_id, access_event.source
    ) AS node,
    access_event.event_id
FROM cited
INNER JOIN access_event ON cited.access_id = access_event.access_id
ORDER BY access_event.access_id, node
