SELECT
  access_id,
  reference
FROM target_referenced
WHERE
  NOT linked
  AND backed
  AND occurred_at >= opened_at - :lead_days * INTERVAL '1' DAY
  AND (
    closed_at IS NULL OR occurred_at < closed_at + :grace_days * INTERVAL '1' DAY
  )
