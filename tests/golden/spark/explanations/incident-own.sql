SELECT
  target_assigned.access_id,
  target_assigned.reference
FROM target_assigned
WHERE
  NOT target_assigned.linked
  AND target_assigned.occurred_at >= target_assigned.starts_at - :lead_days * INTERVAL '1' DAY
  AND (
    target_assigned.ends_at IS NULL
    OR target_assigned.occurred_at < target_assigned.ends_at + :grace_days * INTERVAL '1' DAY
  )
  AND EXISTS(
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
  AND NOT EXISTS(
    SELECT
      1
    FROM explanation
    WHERE
      explanation.access_id = target_assigned.access_id
      AND explanation.strength = 'full'
  )
