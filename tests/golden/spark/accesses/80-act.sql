WITH member AS (
  SELECT
    act_member.act,
    act_member.node,
    act_node.operator_id,
    act_node.account,
    act_node.workstation,
    act_node.action,
    act_node.subject_kind,
    act_node.subject_id,
    act_node.reason_code,
    act_node.reason,
    act_node.reference,
    act_node.banner_accepted,
    CASE act_node.action
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
    END * 1000000000000 + act_member.node AS gravity
  FROM act_member
  INNER JOIN act_node
    ON act_member.node = act_node.node
), gathered AS (
  SELECT
    act,
    MIN_BY(operator_id, CASE WHEN NOT operator_id IS NULL THEN node END) FILTER(WHERE
      NOT operator_id IS NULL) AS operator_id,
    MIN_BY(account, CASE WHEN NOT account IS NULL THEN node END) FILTER(WHERE
      NOT account IS NULL) AS account,
    MIN_BY(workstation, CASE WHEN NOT workstation IS NULL THEN node END) FILTER(WHERE
      NOT workstation IS NULL) AS workstation,
    MIN_BY(action, CASE WHEN NOT action IS NULL THEN gravity END) AS action,
    ARRAY_SORT(COLLECT_LIST(DISTINCT action) FILTER(WHERE
      NOT action IS NULL)) AS actions,
    CASE
      WHEN COUNT(subject_id) = 0
      THEN MIN_BY(subject_kind, CASE WHEN NOT subject_kind IS NULL THEN node END) FILTER(WHERE
        NOT subject_kind IS NULL)
      ELSE NULLIF(
        MIN_BY(
          COALESCE(subject_kind, ''),
          CASE WHEN NOT COALESCE(subject_kind, '') IS NULL THEN node END
        ) FILTER(WHERE
          NOT subject_id IS NULL),
        ''
      )
    END AS subject_kind,
    MIN_BY(subject_id, CASE WHEN NOT subject_id IS NULL THEN node END) FILTER(WHERE
      NOT subject_id IS NULL) AS subject_id,
    MIN_BY(reason_code, CASE WHEN NOT reason_code IS NULL THEN node END) FILTER(WHERE
      NOT reason_code IS NULL) AS reason_code,
    MIN_BY(reason, CASE WHEN NOT reason IS NULL THEN node END) FILTER(WHERE
      NOT reason IS NULL) AS reason,
    MIN_BY(reference, CASE WHEN NOT reference IS NULL THEN node END) FILTER(WHERE
      NOT reference IS NULL) AS reference,
    BOOL_OR(banner_accepted) AS banner_accepted,
    COUNT(*) AS events
  FROM member
  GROUP BY
    act
)
SELECT
  gathered.act,
  act_node.event_id,
  act_node.source,
  act_node.system,
  act_node.user_id,
  gathered.operator_id,
  gathered.account,
  gathered.workstation,
  act_node.occurred_at,
  act_node.local_date,
  act_node.local_hour,
  act_node.iso_weekday,
  act_node.occurred_epoch,
  gathered.action,
  gathered.actions,
  gathered.subject_kind,
  gathered.subject_id,
  gathered.reason_code,
  gathered.reason,
  gathered.reference,
  gathered.banner_accepted,
  act_node.masked,
  gathered.events,
  act_node.load_id,
  act_node.record_no
FROM gathered
INNER JOIN act_node
  ON gathered.act = act_node.node
