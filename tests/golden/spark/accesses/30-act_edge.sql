WITH timed AS (
  SELECT
    source,
    event_id,
    user_id,
    workstation,
    subject_id,
    occurred_at,
    LAG(occurred_at) OVER user_time AS time_before,
    LEAD(occurred_at) OVER user_time AS time_after
  FROM person_event
  WHERE
    NOT user_id IS NULL
  WINDOW user_time AS (PARTITION BY user_id ORDER BY occurred_at NULLS LAST)
), close_by AS (
  SELECT
    source,
    event_id,
    user_id,
    workstation,
    subject_id,
    occurred_at
  FROM timed
  WHERE
    time_before >= occurred_at - :chain_seconds * INTERVAL '1' SECOND
    OR time_after <= occurred_at + :chain_seconds * INTERVAL '1' SECOND
), ordered AS (
  SELECT
    source,
    event_id,
    user_id,
    workstation,
    subject_id,
    occurred_at,
    LAG(source) OVER user_order AS earlier_source,
    LAG(event_id) OVER user_order AS earlier_event_id,
    LAG(workstation) OVER user_order AS earlier_workstation,
    LAG(subject_id) OVER user_order AS earlier_subject_id,
    LAG(occurred_at) OVER user_order AS earlier_at
  FROM close_by
  WINDOW user_order AS (
    PARTITION BY user_id
    ORDER BY occurred_at NULLS LAST, event_id NULLS LAST, source NULLS LAST
  )
), near AS (
  SELECT
    *
  FROM ordered
  WHERE
    earlier_at >= occurred_at - :chain_seconds * INTERVAL '1' SECOND
), elsewhere AS (
  SELECT
    near.source,
    near.event_id,
    near.subject_id,
    near.occurred_at,
    earlier.source AS earlier_source,
    earlier.event_id AS earlier_event_id,
    earlier.subject_id AS earlier_subject_id,
    earlier.occurred_at AS earlier_at,
    ROW_NUMBER() OVER (
      PARTITION BY near.source, near.event_id
      ORDER BY earlier.occurred_at DESC, earlier.event_id DESC, earlier.source DESC
    ) AS place
  FROM near
  INNER JOIN close_by AS earlier
    ON near.user_id = earlier.user_id
    AND earlier.occurred_at >= near.occurred_at - :chain_seconds * INTERVAL '1' SECOND
    AND (
      earlier.occurred_at < near.occurred_at
      OR (
        earlier.occurred_at = near.occurred_at
        AND (
          earlier.event_id < near.event_id
          OR (
            earlier.event_id = near.event_id AND earlier.source < near.source
          )
        )
      )
    )
    AND (
      earlier.workstation IS NULL OR earlier.workstation = near.workstation
    )
  WHERE
    near.workstation <> near.earlier_workstation
), before_it AS (
  SELECT
    source,
    event_id,
    subject_id,
    occurred_at,
    earlier_source,
    earlier_event_id,
    earlier_subject_id,
    earlier_at
  FROM near
  WHERE
    workstation IS NULL
    OR earlier_workstation IS NULL
    OR workstation = earlier_workstation
  UNION ALL
  SELECT
    source,
    event_id,
    subject_id,
    occurred_at,
    earlier_source,
    earlier_event_id,
    earlier_subject_id,
    earlier_at
  FROM elsewhere
  WHERE
    place = 1
)
SELECT
  source,
  event_id,
  occurred_at,
  earlier_source,
  earlier_event_id,
  earlier_at
FROM before_it
WHERE
  subject_id IS NULL
  OR earlier_subject_id IS NULL
  OR subject_id = earlier_subject_id
UNION ALL
SELECT
  before_it.source,
  before_it.event_id,
  before_it.occurred_at,
  before_it.earlier_source,
  before_it.earlier_event_id,
  before_it.earlier_at
FROM before_it
INNER JOIN link
  ON before_it.subject_id = link.subject_id
  AND before_it.earlier_subject_id = link.linked_id
  AND (
    link.starts_at IS NULL OR before_it.occurred_at >= link.starts_at
  )
  AND (
    link.ends_at IS NULL OR before_it.occurred_at < link.ends_at
  )
UNION ALL
SELECT
  child.source,
  child.event_id,
  child.occurred_at,
  parent.source AS earlier_source,
  parent.event_id AS earlier_event_id,
  parent.occurred_at AS earlier_at
FROM person_event AS child
INNER JOIN person_event AS parent
  ON child.source = parent.source
  AND child.parent_event_id = parent.event_id
  AND child.user_id = parent.user_id
WHERE
  child.parent_event_id <> child.event_id
