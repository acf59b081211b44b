-- id = "tried_incident"
-- title = "The nearest incident of the user or their unit that holds the subject, or one linked to it"
-- description = "One row each for the nearest assignment, the nearest incident of the unit and the nearest on a linked subject."
-- reads = ["incident", "incident_holds", "incident_staff", "open_access", "own_incident", "target_assigned", "target_unit"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
-- parameters.lookback_days = 30
--
-- The margins are those of incident-assigned; they choose what is said, and what is said is true whatever they are. A unit's
-- incident on which the user was too is told of as the user's; one that the access quotes is told of by tried_reference.
WITH assigned AS (
    SELECT DISTINCT
        reference,
        user_id
    FROM incident_staff
),

candidate AS (
    SELECT
        access_id,
        linked,
        user_id,
        subject_id,
        occurred_at,
        reference,
        TRUE AS assigned,
        starts_at,
        ends_at
    FROM target_assigned
    UNION
    SELECT
        target_unit.access_id,
        target_unit.linked,
        target_unit.user_id,
        target_unit.subject_id,
        target_unit.occurred_at,
        target_unit.reference,
        FALSE AS assigned,
        target_unit.opened_at AS starts_at,
        target_unit.closed_at AS ends_at
    FROM target_unit
    ANTI JOIN assigned ON target_unit.reference = assigned.reference AND target_unit.user_id = assigned.user_id
),

direct AS (
    SELECT DISTINCT
        access_id,
        reference
    FROM candidate
    WHERE NOT linked
),

-- The incident on which the user is alone, and their latest look-up of the subject in the weeks before it opened.
own AS (
    SELECT
        user_id,
        subject_id,
        reference,
        min(opened_at) AS opened_at,
        max(looked_up_at) AS looked_up_at
    FROM own_incident
    WHERE
        looked_up_at >= opened_at - $lookback_days * INTERVAL 1 DAY
        AND looked_up_at < opened_at - $lead_days * INTERVAL 1 DAY
    GROUP BY user_id, subject_id, reference
),

timed AS (
    SELECT
        candidate.access_id,
        candidate.reference,
        candidate.subject_id,
        candidate.assigned,
        CASE WHEN candidate.linked THEN 'linked' WHEN candidate.assigned THEN 'assigned' ELSE 'unit' END AS manner,
        CASE WHEN candidate.linked THEN ' (through linked ' || candidate.subject_id || ')' ELSE '' END AS through,
        CASE WHEN candidate.linked THEN candidate.subject_id ELSE 'the subject' END AS whom,
        CASE
            WHEN candidate.occurred_at < candidate.starts_at - $lead_days * INTERVAL 1 DAY THEN 'early'
            WHEN candidate.occurred_at >= candidate.ends_at + $grace_days * INTERVAL 1 DAY THEN 'late'
            ELSE 'in time'
        END AS timing,
        floor(epoch(candidate.starts_at)) - floor(epoch(candidate.occurred_at)) AS until_start,
        floor(epoch(candidate.occurred_at)) - floor(epoch(candidate.ends_at)) AS since_end,
        floor(epoch(own.opened_at)) - floor(epoch(own.looked_up_at)) AS looked_before
    FROM candidate
    INNER JOIN open_access ON candidate.access_id = open_access.access_id
    LEFT JOIN own
        ON
            candidate.assigned
            AND candidate.user_id = own.user_id
            AND candidate.subject_id = own.subject_id
            AND candidate.reference = own.reference
    LEFT JOIN direct
        ON candidate.linked AND candidate.access_id = direct.access_id AND candidate.reference = direct.reference
    WHERE
        direct.access_id IS NULL
        AND (candidate.assigned OR open_access.reference IS NULL OR open_access.reference <> candidate.reference)
),

told AS (
    SELECT
        access_id,
        reference,
        manner,
        CASE
            WHEN assigned AND timing = 'early' THEN 'assignment to ' || reference || through || ' began'
            WHEN assigned AND timing = 'late' THEN 'assignment to ' || reference || through || ' ended'
            WHEN assigned THEN 'alone on ' || reference || through || ', which opened'
            WHEN timing = 'early' THEN reference || ' of the user''s unit' || through || ' opened'
            WHEN timing = 'late' THEN reference || ' of the user''s unit' || through || ' closed'
            ELSE reference || ' of the user''s unit' || through || ' is in time, but the user was never on it'
        END AS words,
        CASE timing WHEN 'early' THEN until_start WHEN 'late' THEN since_end ELSE 0 END AS miss,
        CASE
            WHEN timing = 'early' THEN until_start
            WHEN timing = 'late' THEN since_end
            WHEN assigned THEN looked_before
        END AS seconds,
        CASE
            WHEN timing = 'early' THEN 'after'
            WHEN timing = 'late' THEN 'before'
            WHEN assigned THEN 'after an earlier look-up of ' || whom
        END AS side
    FROM timed
    WHERE NOT assigned OR timing <> 'in time' OR looked_before IS NOT NULL
),

nearest AS (
    SELECT
        access_id,
        words,
        miss,
        seconds,
        side,
        row_number() OVER (PARTITION BY access_id, manner ORDER BY miss, reference, words, side) AS place
    FROM told
),

asked_subject AS (
    SELECT DISTINCT subject_id
    FROM open_access
),

held AS (
    SELECT
        incident_holds.subject_id,
        count(*) AS incidents
    FROM incident_holds
    INNER JOIN asked_subject ON incident_holds.subject_id = asked_subject.subject_id
    INNER JOIN incident ON incident_holds.reference = incident.reference
    GROUP BY incident_holds.subject_id
)

SELECT
    access_id,
    CAST(miss AS BIGINT) AS miss,
    words,
    CAST(seconds AS BIGINT) AS seconds,
    side
FROM nearest
WHERE place = 1
UNION ALL
SELECT
    open_access.access_id,
    1000000000003 AS miss,
    CASE
        WHEN held.incidents IS NULL THEN 'no incident holds the subject'
        ELSE
            'incidents that hold the subject: ' || CAST(held.incidents AS VARCHAR)
            || ', none with the user or their unit on it'
    END AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM open_access
ANTI JOIN direct ON open_access.access_id = direct.access_id
LEFT JOIN held ON open_access.subject_id = held.subject_id
