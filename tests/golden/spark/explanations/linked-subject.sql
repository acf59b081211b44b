SELECT
  target_assigned.access_id,
  target_assigned.reference
FROM target_assigned
WHERE
  target_assigned.linked
  AND target_assigned.occurred_at >= target_assigned.starts_at - :lead_days * INTERVAL '1' DAY
  AND (
    target_assigned.ends_at IS NULL
    OR target_assigned.occurred_at < target_assigned.ends_at + :grace_days * INTERVAL '1' DAY
  )
  AND NOT EXISTS(
    SELECT
      1
    FROM own_incident
    WHERE
      own_incident.user_id = target_assigned.user_id
      AND own_incident.subject_id = target_assigned.subject_id
      AND own_incident.reference = target_assigned.reference
      AND own_incident.looked_up_at >= own_incident.opened_at - :lookback_days * INTERVAL '1' DAY
      AND own_incident.looked_up_at < own_incident.opened_at - :lead_days * INTERVAL '1' DAY
  )
UNION ALL
SELECT
  access_id,
  reference
FROM target_referenced
WHERE
  linked
  AND backed
  AND occurred_at >= opened_at - :lead_days * INTERVAL '1' DAY
  AND (
    closed_at IS NULL OR occurred_at < closed_at + :grace_days * INTERVAL '1' DAY
  )
UNION ALL
SELECT
  access_id,
  authority_id AS reference
FROM target_authorised
WHERE
  linked
