-- id = "access_event"
-- title = "The events of each access that has more than one"
-- description = "One row for each event of an act of several, with its record."
-- reads = ["access", "act_member", "act_node", "event"]
WITH first_event AS (
    SELECT
        act_node.node AS act,
        access.access_id
    FROM act_node
    INNER JOIN access
        ON
            act_node.source = access.source
            AND (act_node.event_id = access.access_id OR act_node.source || ':' || act_node.event_id = access.access_id)
    WHERE access.events > 1
)

SELECT
    first_event.access_id,
    act_node.node,
    event.source,
    event.event_id,
    event.load_id,
    event.record_no
FROM act_member
INNER JOIN first_event ON act_member.act = first_event.act
INNER JOIN act_node ON act_member.node = act_node.node
INNER JOIN event ON act_node.source = event.source AND act_node.event_id = event.event_id
