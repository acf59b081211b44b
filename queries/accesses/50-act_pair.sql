-- id = "act_pair"
-- title = "Pairs of numbered events, in both directions"
-- description = "act_edge by the numbers of act_node; each event with itself, so that none is lost."
-- reads = ["act_edge", "act_node"]
-- local = true
WITH pair AS (
    SELECT
        later.node,
        earlier.node AS other
    FROM act_edge
    INNER JOIN act_node AS later
        ON act_edge.source = later.source AND act_edge.event_id = later.event_id
    INNER JOIN act_node AS earlier
        ON act_edge.earlier_source = earlier.source AND act_edge.earlier_event_id = earlier.event_id
)

SELECT
    node,
    other
FROM pair
UNION ALL
SELECT
    other AS node,
    node AS other
FROM pair
UNION ALL
SELECT
    node,
    node AS other
FROM act_node
