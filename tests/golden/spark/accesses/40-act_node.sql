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
  ROW_NUMBER() OVER (
    ORDER BY person_event.occurred_at NULLS LAST, person_event.event_id NULLS LAST, person_event.source NULLS LAST
  ) AS node
FROM member
INNER JOIN person_event
  ON member.source = person_event.source AND member.event_id = person_event.event_id
