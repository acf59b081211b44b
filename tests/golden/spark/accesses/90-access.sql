WITH alone AS (
  SELECT
    person_event.event_id,
    person_event.source,
    person_event.system,
    person_event.user_id,
    person_event.operator_id,
    person_event.account,
    person_event.workstation,
    person_event.occurred_at,
    person_event.local_date,
    person_event.local_hour,
    person_event.iso_weekday,
    person_event.occurred_epoch,
    person_event.action,
    ARRAY(person_event.action) AS actions,
    person_event.subject_kind,
    person_event.subject_id,
    person_event.reason_code,
    person_event.reason,
    person_event.reference,
    person_event.banner_accepted,
    person_event.masked,
    1 AS events,
    person_event.load_id,
    person_event.record_no
  FROM person_event
  ANTI JOIN act_node
    ON person_event.source = act_node.source
    AND person_event.event_id = act_node.event_id
), joined AS (
  SELECT
    event_id,
    source,
    system,
    user_id,
    operator_id,
    account,
    workstation,
    occurred_at,
    local_date,
    local_hour,
    iso_weekday,
    occurred_epoch,
    action,
    actions,
    subject_kind,
    subject_id,
    reason_code,
    reason,
    reference,
    banner_accepted,
    masked,
    events,
    load_id,
    record_no
  FROM act
  UNION ALL
  SELECT
    event_id,
    source,
    system,
    user_id,
    operator_id,
    account,
    workstation,
    occurred_at,
    local_date,
    local_hour,
    iso_weekday,
    occurred_epoch,
    action,
    actions,
    subject_kind,
    subject_id,
    reason_code,
    reason,
    reference,
    banner_accepted,
    masked,
    events,
    load_id,
    record_no
  FROM alone
)
SELECT
  CASE
    WHEN shared_id.event_id IS NULL
    THEN joined.event_id
    ELSE joined.source || ':' || joined.event_id
  END AS access_id,
  joined.source,
  joined.system,
  joined.user_id,
  joined.operator_id,
  joined.account,
  joined.workstation,
  joined.occurred_at,
  joined.local_date,
  joined.local_hour,
  joined.iso_weekday,
  joined.occurred_epoch,
  joined.action,
  joined.actions,
  joined.subject_kind,
  joined.subject_id,
  joined.reason_code,
  joined.reason,
  joined.reference,
  joined.banner_accepted,
  joined.masked,
  joined.events,
  joined.load_id,
  joined.record_no
FROM joined
LEFT JOIN shared_id
  ON joined.event_id = shared_id.event_id
