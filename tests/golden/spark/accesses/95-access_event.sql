SELECT
  CASE
    WHEN shared_id.event_id IS NULL
    THEN act.event_id
    ELSE act.source || ':' || act.event_id
  END AS access_id,
  person_event.source,
  person_event.event_id,
  person_event.user_id,
  person_event.occurred_at,
  person_event.load_id,
  person_event.record_no
FROM act_member
INNER JOIN act
  ON act_member.act = act.act
INNER JOIN act_node
  ON act_member.node = act_node.node
INNER JOIN person_event
  ON act_node.source = person_event.source
  AND act_node.event_id = person_event.event_id
LEFT JOIN shared_id
  ON act.event_id = shared_id.event_id
