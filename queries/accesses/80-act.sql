-- id = "act"
-- title = "Acts of several events, each collapsed into one row"
-- description = "One row for each act of two or more events; `act` is the number of its first event in act_node."
-- reads = ["act_member", "act_node", "person_event"]
-- local = true
--
-- The act's id and time are its first event's; its subject, reason and reference the first that is not NULL; its action
-- the gravest, and `actions` lists all.
--
-- arg_min passes over NULL in DuckDB and not in Spark: so a kind that is not known stands as '' until the first is found.
WITH member AS (
    SELECT
        act_member.act,
        act_member.node,
        person_event.*,
        CASE person_event.action
            WHEN 'delete' THEN 1
            WHEN 'amend' THEN 2
            WHEN 'create' THEN 3
            WHEN 'disclose' THEN 4
            WHEN 'export' THEN 5
            WHEN 'print' THEN 6
            ELSE 7
        END AS gravity
    FROM act_member
    INNER JOIN act_node ON act_member.node = act_node.node
    INNER JOIN person_event
        ON act_node.source = person_event.source AND act_node.event_id = person_event.event_id
),

gravest AS (
    SELECT
        act,
        min(gravity) AS gravity
    FROM member
    GROUP BY act
),

act AS (
    SELECT
        member.act,
        arg_min(member.event_id, member.node) AS event_id,
        arg_min(member.source, member.node) AS source,
        arg_min(member.system, member.node) AS system,
        arg_min(member.user_id, member.node) AS user_id,
        arg_min(member.operator_id, member.node) FILTER (WHERE member.operator_id IS NOT NULL) AS operator_id,
        arg_min(member.account, member.node) FILTER (WHERE member.account IS NOT NULL) AS account,
        arg_min(member.workstation, member.node) FILTER (WHERE member.workstation IS NOT NULL) AS workstation,
        arg_min(member.occurred_at, member.node) AS occurred_at,
        arg_min(member.local_date, member.node) AS local_date,
        arg_min(member.local_hour, member.node) AS local_hour,
        arg_min(member.iso_weekday, member.node) AS iso_weekday,
        arg_min(member.occurred_epoch, member.node) AS occurred_epoch,
        arg_min(member.action, member.node) FILTER (WHERE member.gravity = gravest.gravity) AS action,
        list_sort(list(DISTINCT member.action) FILTER (WHERE member.action IS NOT NULL)) AS actions,
        nullif(
            arg_min(coalesce(member.subject_kind, ''), member.node) FILTER (WHERE member.subject_id IS NOT NULL), ''
        ) AS subject_kind,
        arg_min(member.subject_id, member.node) FILTER (WHERE member.subject_id IS NOT NULL) AS subject_id,
        arg_min(member.reason_code, member.node) FILTER (WHERE member.reason_code IS NOT NULL) AS reason_code,
        arg_min(member.reason, member.node) FILTER (WHERE member.reason IS NOT NULL) AS reason,
        arg_min(member.reference, member.node) FILTER (WHERE member.reference IS NOT NULL) AS reference,
        bool_or(member.banner_accepted) AS banner_accepted,
        arg_min(member.masked, member.node) AS masked,
        count(*) AS events,
        arg_min(member.load_id, member.node) AS load_id,
        arg_min(member.record_no, member.node) AS record_no
    FROM member
    INNER JOIN gravest ON member.act = gravest.act
    GROUP BY member.act
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
