WITH member AS (
  SELECT
    act_member.act,
    act_member.node,
    person_event.*,
    CASE person_event.action
      WHEN 'delete'
      THEN 1
      WHEN 'amend'
      THEN 2
      WHEN 'create'
      THEN 3
      WHEN 'disclose'
      THEN 4
      WHEN 'export'
      THEN 5
      WHEN 'print'
      THEN 6
      ELSE 7
    END AS gravity
  FROM act_member
  INNER JOIN act_node
    ON act_member.node = act_node.node
  INNER JOIN person_event
    ON act_node.source = person_event.source
    AND act_node.event_id = person_event.event_id
), gravest AS (
  SELECT
    act,
    MIN(gravity) AS gravity
  FROM member
  GROUP BY
    act
), act AS (
  SELECT
    member.act,
    MIN_BY(member.event_id, CASE WHEN NOT member.event_id IS NULL THEN member.node END) AS event_id,
    MIN_BY(member.source, CASE WHEN NOT member.source IS NULL THEN member.node END) AS source,
    MIN_BY(member.system, CASE WHEN NOT member.system IS NULL THEN member.node END) AS system,
    MIN_BY(member.user_id, CASE WHEN NOT member.user_id IS NULL THEN member.node END) AS user_id,
    MIN_BY(member.operator_id, CASE WHEN NOT member.operator_id IS NULL THEN member.node END) FILTER(WHERE
      NOT member.operator_id IS NULL) AS operator_id,
    MIN_BY(member.account, CASE WHEN NOT member.account IS NULL THEN member.node END) FILTER(WHERE
      NOT member.account IS NULL) AS account,
    MIN_BY(member.workstation, CASE WHEN NOT member.workstation IS NULL THEN member.node END) FILTER(WHERE
      NOT member.workstation IS NULL) AS workstation,
    MIN_BY(member.occurred_at, CASE WHEN NOT member.occurred_at IS NULL THEN member.node END) AS occurred_at,
    MIN_BY(member.local_date, CASE WHEN NOT member.local_date IS NULL THEN member.node END) AS local_date,
    MIN_BY(member.local_hour, CASE WHEN NOT member.local_hour IS NULL THEN member.node END) AS local_hour,
    MIN_BY(member.iso_weekday, CASE WHEN NOT member.iso_weekday IS NULL THEN member.node END) AS iso_weekday,
    MIN_BY(
      member.occurred_epoch,
      CASE WHEN NOT member.occurred_epoch IS NULL THEN member.node END
    ) AS occurred_epoch,
    MIN_BY(member.action, CASE WHEN NOT member.action IS NULL THEN member.node END) FILTER(WHERE
      member.gravity = gravest.gravity) AS action,
    ARRAY_SORT(COLLECT_LIST(DISTINCT member.action) FILTER(WHERE
      NOT member.action IS NULL)) AS actions,
    NULLIF(
      MIN_BY(
        COALESCE(member.subject_kind, ''),
        CASE WHEN NOT COALESCE(member.subject_kind, '') IS NULL THEN member.node END
      ) FILTER(WHERE
        NOT member.subject_id IS NULL),
      ''
    ) AS subject_kind,
    MIN_BY(member.subject_id, CASE WHEN NOT member.subject_id IS NULL THEN member.node END) FILTER(WHERE
      NOT member.subject_id IS NULL) AS subject_id,
    MIN_BY(member.reason_code, CASE WHEN NOT member.reason_code IS NULL THEN member.node END) FILTER(WHERE
      NOT member.reason_code IS NULL) AS reason_code,
    MIN_BY(member.reason, CASE WHEN NOT member.reason IS NULL THEN member.node END) FILTER(WHERE
      NOT member.reason IS NULL) AS reason,
    MIN_BY(member.reference, CASE WHEN NOT member.reference IS NULL THEN member.node END) FILTER(WHERE
      NOT member.reference IS NULL) AS reference,
    BOOL_OR(member.banner_accepted) AS banner_accepted,
    MIN_BY(member.masked, CASE WHEN NOT member.masked IS NULL THEN member.node END) AS masked,
    COUNT(*) AS events,
    MIN_BY(member.load_id, CASE WHEN NOT member.load_id IS NULL THEN member.node END) AS load_id,
    MIN_BY(member.record_no, CASE WHEN NOT member.record_no IS NULL THEN member.node END) AS record_no
  FROM member
  INNER JOIN gravest
    ON member.act = gravest.act
  GROUP BY
    member.act
)
SELECT
  act,
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
