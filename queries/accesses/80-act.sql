-- id = "act"
-- title = "Acts of several events, each collapsed into one row"
-- description = "One row for each act of two or more events; `act` is the number of its first event in act_node."
-- reads = ["act_member", "act_node"]
-- local = true
--
-- The act's id and time are its first event's; its subject, reason and reference the first that is not NULL; its action
-- the gravest, and `actions` lists all. Its kind of subject is the one of that subject; where none is named, as behind a mask, the first
-- that is not NULL.
--
-- arg_min passes over NULL in DuckDB and not in Spark: so a kind that is not known stands as '' until the first is found.
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
        -- The gravest action counts, and of two such the first: one number for both.
        CASE act_node.action
            WHEN 'delete' THEN 1
            WHEN 'amend' THEN 2
            WHEN 'create' THEN 3
            WHEN 'disclose' THEN 4
            WHEN 'export' THEN 5
            WHEN 'print' THEN 6
            ELSE 7
        END * 1000000000000 + act_member.node AS gravity
    FROM act_member
    INNER JOIN act_node ON act_member.node = act_node.node
),

gathered AS (
    SELECT
        act,
        arg_min(operator_id, node) FILTER (WHERE operator_id IS NOT NULL) AS operator_id,
        arg_min(account, node) FILTER (WHERE account IS NOT NULL) AS account,
        arg_min(workstation, node) FILTER (WHERE workstation IS NOT NULL) AS workstation,
        arg_min(action, gravity) AS action,
        list_sort(list(DISTINCT action) FILTER (WHERE action IS NOT NULL)) AS actions,
        CASE
            WHEN count(subject_id) = 0 THEN arg_min(subject_kind, node) FILTER (WHERE subject_kind IS NOT NULL)
            ELSE nullif(arg_min(coalesce(subject_kind, ''), node) FILTER (WHERE subject_id IS NOT NULL), '')
        END AS subject_kind,
        arg_min(subject_id, node) FILTER (WHERE subject_id IS NOT NULL) AS subject_id,
        arg_min(reason_code, node) FILTER (WHERE reason_code IS NOT NULL) AS reason_code,
        arg_min(reason, node) FILTER (WHERE reason IS NOT NULL) AS reason,
        arg_min(reference, node) FILTER (WHERE reference IS NOT NULL) AS reference,
        bool_or(banner_accepted) AS banner_accepted,
        count(*) AS events
    FROM member
    GROUP BY act
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
INNER JOIN act_node ON gathered.act = act_node.node
