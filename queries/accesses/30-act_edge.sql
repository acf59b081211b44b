-- id = "act_edge"
-- title = "Pairs of events that belong to one act"
-- description = "An event and the earlier event whose act it joins."
-- reads = ["link", "person_event"]
-- local = true
-- parameters.chain_seconds = 5
--
-- One vehicle query fires the keeper query and a name query seconds later: three rows, one act. An event joins the act
-- of the same user's event before it (at the same workstation, where both are known) when it follows within
-- $chain_seconds and both are on the same or linked subjects, or one of them names none; or when it names a member of
-- the act, by the same user, as its parent.
--
-- Few events follow another that soon. They are picked out by their users' times first, which is cheap, so that only they are
-- put in order with all that tells them apart.
WITH timed AS (
    SELECT
        source,
        event_id,
        user_id,
        workstation,
        subject_id,
        occurred_at,
        lag(occurred_at) OVER user_time AS time_before,
        lead(occurred_at) OVER user_time AS time_after
    FROM person_event
    WHERE user_id IS NOT NULL
    WINDOW user_time AS (PARTITION BY user_id ORDER BY occurred_at)
),

close_by AS (
    SELECT
        source,
        event_id,
        user_id,
        workstation,
        subject_id,
        occurred_at
    FROM timed
    WHERE
        time_before >= occurred_at - $chain_seconds * INTERVAL 1 SECOND
        OR time_after <= occurred_at + $chain_seconds * INTERVAL 1 SECOND
),

ordered AS (
    SELECT
        source,
        event_id,
        user_id,
        workstation,
        subject_id,
        occurred_at,
        lag(source) OVER user_order AS earlier_source,
        lag(event_id) OVER user_order AS earlier_event_id,
        lag(workstation) OVER user_order AS earlier_workstation,
        lag(subject_id) OVER user_order AS earlier_subject_id,
        lag(occurred_at) OVER user_order AS earlier_at
    FROM close_by
    WINDOW user_order AS (PARTITION BY user_id ORDER BY occurred_at, event_id, source)
),

near AS (
    SELECT *
    FROM ordered
    WHERE earlier_at >= occurred_at - $chain_seconds * INTERVAL 1 SECOND
),

-- The event before it was at another workstation: look further back for one at its own.
elsewhere AS (
    SELECT
        near.source,
        near.event_id,
        near.subject_id,
        near.occurred_at,
        earlier.source AS earlier_source,
        earlier.event_id AS earlier_event_id,
        earlier.subject_id AS earlier_subject_id,
        earlier.occurred_at AS earlier_at,
        row_number() OVER (
            PARTITION BY near.source, near.event_id
            ORDER BY earlier.occurred_at DESC, earlier.event_id DESC, earlier.source DESC
        ) AS place
    FROM near
    INNER JOIN close_by AS earlier
        ON
            near.user_id = earlier.user_id
            AND earlier.occurred_at >= near.occurred_at - $chain_seconds * INTERVAL 1 SECOND
            AND (
                earlier.occurred_at < near.occurred_at
                OR (
                    earlier.occurred_at = near.occurred_at
                    AND (
                        earlier.event_id < near.event_id
                        OR (earlier.event_id = near.event_id AND earlier.source < near.source)
                    )
                )
            )
            AND (earlier.workstation IS NULL OR earlier.workstation = near.workstation)
    WHERE near.workstation <> near.earlier_workstation
),

before_it AS (
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
    WHERE workstation IS NULL OR earlier_workstation IS NULL OR workstation = earlier_workstation
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
    WHERE place = 1
)

SELECT
    source,
    event_id,
    occurred_at,
    earlier_source,
    earlier_event_id,
    earlier_at
FROM before_it
WHERE subject_id IS NULL OR earlier_subject_id IS NULL OR subject_id = earlier_subject_id
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
    ON
        before_it.subject_id = link.subject_id
        AND before_it.earlier_subject_id = link.linked_id
        AND (link.starts_at IS NULL OR before_it.occurred_at >= link.starts_at)
        AND (link.ends_at IS NULL OR before_it.occurred_at < link.ends_at)
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
    ON
        child.source = parent.source
        AND child.parent_event_id = parent.event_id
        AND child.user_id = parent.user_id
WHERE child.parent_event_id <> child.event_id
