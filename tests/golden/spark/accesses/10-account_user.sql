WITH holder AS (
  SELECT
    event.source,
    event.event_id,
    account.user_id,
    CASE WHEN account.system IS NULL THEN 0 ELSE 1 END AS own_system
  FROM event
  INNER JOIN account
    ON event.account = account.account
    AND (
      account.system IS NULL OR event.system = account.system
    )
    AND (
      account.starts_at IS NULL OR event.occurred_at >= account.starts_at
    )
    AND (
      account.ends_at IS NULL OR event.occurred_at < account.ends_at
    )
  WHERE
    event.user_id IS NULL
    AND NOT ARRAY_CONTAINS(ARRAY_COMPACT(event.masked), 'user_id')
), nearest AS (
  SELECT
    source,
    event_id,
    MAX(own_system) AS own_system
  FROM holder
  GROUP BY
    source,
    event_id
)
SELECT
  holder.source,
  holder.event_id,
  MIN(holder.user_id) AS user_id
FROM holder
INNER JOIN nearest
  ON holder.source = nearest.source
  AND holder.event_id = nearest.event_id
  AND holder.own_system = nearest.own_system
GROUP BY
  holder.source,
  holder.event_id
HAVING
  COUNT(DISTINCT holder.user_id) = 1
