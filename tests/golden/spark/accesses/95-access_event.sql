SELECT
  CASE
    WHEN shared_id.event_id IS NULL
    THEN act.event_id
    ELSE act.source || ':' || act.event_id
  END AS access_id,
  act_node.source,
  act_node.event_id,
  act_node.user_id,
  act_node.occurred_at,
  act_node.load_id,
  act_node.record_no
FROM act_member
INNER JOIN act
  ON act_member.act = act.act
INNER JOIN act_node
  ON act_member.node = act_node.node
LEFT JOIN shared_id
  ON act.event_id = shared_id.event_id
