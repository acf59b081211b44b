-- id = "tried"
-- title = "What was tried for a cited access, and why it failed"
-- description = "One row for each cited access that is not fully explained: the nearest explanations, in words."
-- reads = ["access", "assigned_subject", "cited", "explanation", "horizon", "incident", "incident_holds", "incident_staff", "posting"]
-- parameters.lead_days = 1
-- parameters.grace_days = 14
--
-- It saves the reviewer the look-up: a reference closed some days too early is late paperwork; a subject that no incident
-- holds is something else.
WITH asked AS (
    SELECT
        access.access_id,
        access.user_id,
        access.subject_id,
        access.occurred_at,
        access.reference
    FROM cited
    INNER JOIN access ON cited.access_id = access.access_id
    LEFT JOIN explanation ON access.access_id = explanation.access_id
    CROSS JOIN horizon
    WHERE
        coalesce(explanation.strength, 'none') <> 'full'
        AND horizon.judges
        AND access.user_id IS NOT NULL
        AND access.subject_id IS NOT NULL
),

own_staff AS (
    SELECT DISTINCT
        reference,
        user_id
    FROM incident_staff
),

quoted AS (
    SELECT
        asked.access_id,
        CASE
            WHEN incident.reference IS NULL THEN 'reference ' || asked.reference || ' does not exist'
            WHEN incident_holds.subject_id IS NULL
                THEN 'reference ' || asked.reference || ' does not hold the subject'
            WHEN asked.occurred_at >= incident.closed_at + $grace_days * INTERVAL 1 DAY
                THEN
                    'reference ' || asked.reference || ' closed '
                    || CAST(
                        date_diff('day', CAST(incident.closed_at AS DATE), CAST(asked.occurred_at AS DATE)) AS VARCHAR
                    ) || ' days before'
            WHEN asked.occurred_at < incident.opened_at - $lead_days * INTERVAL 1 DAY
                THEN
                    'reference ' || asked.reference || ' opened '
                    || CAST(
                        date_diff('day', CAST(asked.occurred_at AS DATE), CAST(incident.opened_at AS DATE)) AS VARCHAR
                    ) || ' days after'
            ELSE 'reference ' || asked.reference || ' is neither the user''s nor their unit''s'
        END AS words
    FROM asked
    LEFT JOIN incident ON asked.reference = incident.reference
    LEFT JOIN incident_holds
        ON asked.reference = incident_holds.reference AND asked.subject_id = incident_holds.subject_id
    WHERE asked.reference IS NOT NULL
),

assigned_span AS (
    SELECT
        asked.access_id,
        assigned_subject.reference,
        CASE
            WHEN asked.occurred_at >= assigned_subject.ends_at + $grace_days * INTERVAL 1 DAY
                THEN date_diff('day', CAST(assigned_subject.ends_at AS DATE), CAST(asked.occurred_at AS DATE))
            WHEN asked.occurred_at < assigned_subject.starts_at - $lead_days * INTERVAL 1 DAY
                THEN date_diff('day', CAST(asked.occurred_at AS DATE), CAST(assigned_subject.starts_at AS DATE))
            ELSE 0
        END AS days,
        asked.occurred_at < assigned_subject.starts_at AS before_it
    FROM asked
    INNER JOIN assigned_subject
        ON asked.user_id = assigned_subject.user_id AND asked.subject_id = assigned_subject.subject_id
),

assigned_place AS (
    SELECT
        access_id,
        reference,
        days,
        before_it,
        row_number() OVER (PARTITION BY access_id ORDER BY days, reference) AS place
    FROM assigned_span
),

assigned AS (
    SELECT
        access_id,
        CASE
            WHEN days = 0 THEN 'assigned alone to ' || reference || ', opened after an earlier look-up'
            WHEN before_it THEN 'assigned to ' || reference || ' only ' || CAST(days AS VARCHAR) || ' days after'
            ELSE 'assignment to ' || reference || ' ended ' || CAST(days AS VARCHAR) || ' days before'
        END AS words
    FROM assigned_place
    WHERE place = 1
),

holding AS (
    SELECT
        asked.access_id,
        count(DISTINCT incident_holds.reference) AS incidents,
        count(DISTINCT CASE WHEN own_staff.user_id IS NOT NULL THEN incident_holds.reference END) AS own_incidents,
        count(DISTINCT CASE WHEN posting.user_id IS NOT NULL THEN incident_holds.reference END) AS unit_incidents
    FROM asked
    INNER JOIN incident_holds ON asked.subject_id = incident_holds.subject_id
    INNER JOIN incident ON incident_holds.reference = incident.reference
    LEFT JOIN own_staff ON incident_holds.reference = own_staff.reference AND asked.user_id = own_staff.user_id
    LEFT JOIN posting
        ON
            asked.user_id = posting.user_id
            AND incident.unit = posting.unit
            AND asked.occurred_at >= posting.starts_at
            AND (posting.ends_at IS NULL OR asked.occurred_at < posting.ends_at)
    GROUP BY asked.access_id
)

SELECT
    asked.access_id,
    concat_ws(
        '; ',
        CASE WHEN asked.reference IS NULL THEN 'no reference quoted' ELSE quoted.words END,
        assigned.words,
        CASE
            WHEN holding.incidents IS NULL THEN 'no incident holds the subject'
            WHEN holding.own_incidents = 0 AND holding.unit_incidents = 0
                THEN
                    'incidents that hold the subject: ' || CAST(holding.incidents AS VARCHAR)
                    || ', none with the user or their unit on it'
            WHEN holding.own_incidents = 0
                THEN 'incidents of the user''s unit that hold the subject: ' || CAST(holding.unit_incidents AS VARCHAR)
        END,
        'no authority covers it'
    ) AS tried
FROM asked
LEFT JOIN quoted ON asked.access_id = quoted.access_id
LEFT JOIN assigned ON asked.access_id = assigned.access_id
LEFT JOIN holding ON asked.access_id = holding.access_id
ORDER BY asked.access_id
