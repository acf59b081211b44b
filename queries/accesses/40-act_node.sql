-- id = "act_node"
-- title = "Events that share their act with others, numbered by time"
-- description = "One row for each event of act_edge, with all that is known of it; the number orders them by time, then event id."
-- reads = ["act_edge", "person_event"]
-- local = true
--
-- They are numbered before they are filled in: to put whole rows in order costs several times as much.
WITH member AS (
    SELECT
        source,
        event_id,
        occurred_at
    FROM act_edge
    UNION
    SELECT
        earlier_source AS source,
        earlier_event_id AS event_id,
        earlier_at AS occurred_at
    FROM act_edge
),

numbered AS (
    SELECT
        source,
        event_id,
        row_number() OVER (ORDER BY occurred_at, event_id, source) AS node
    FROM member
)

SELECT
    numbered.node,
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
    person_event.subject_kind,
    person_event.subject_id,
    person_event.reason_code,
    person_event.reason,
    person_event.reference,
    person_event.banner_accepted,
    person_event.masked,
    person_event.load_id,
    person_event.record_no
FROM numbered
INNER JOIN person_event
    ON numbered.source = person_event.source AND numbered.event_id = person_event.event_id
