-- id = "act_node"
-- title = "Events that share their act with others, numbered by time"
-- description = "One row for each event of act_edge; the number orders them by time, then event id."
-- reads = ["act_edge", "person_event"]
-- local = true
WITH member AS (
    SELECT
        source,
        event_id
    FROM act_edge
    UNION
    SELECT
        earlier_source AS source,
        earlier_event_id AS event_id
    FROM act_edge
)

SELECT
    member.source,
    member.event_id,
    row_number() OVER (ORDER BY person_event.occurred_at, person_event.event_id, person_event.source) AS node
FROM member
INNER JOIN person_event
    ON member.source = person_event.source AND member.event_id = person_event.event_id
