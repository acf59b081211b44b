SELECT
  access_event.access_id,
  ROW_NUMBER() OVER (
    PARTITION BY access_event.access_id
    ORDER BY access_event.occurred_at NULLS LAST, access_event.event_id NULLS LAST, access_event.source NULLS LAST
  ) AS node,
  access_event.event_id
FROM cited
INNER JOIN access_event
  ON cited.access_id = access_event.access_id
ORDER BY
  access_event.access_id NULLS LAST,
  node NULLS LAST
