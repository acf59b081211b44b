WITH known AS (
  SELECT
    COUNT(DISTINCT source) AS sources
  FROM event
)
SELECT
  event.event_id
FROM event
CROSS JOIN known
WHERE
  known.sources > 1
GROUP BY
  event.event_id
HAVING
  COUNT(*) > 1
