-- id = "tried_reference"
-- title = "What became of the reference that an access quotes"
-- description = "One row for each access: its reference is unknown, holds another subject, was not open, or is somebody else's."
-- reads = ["incident", "incident_staff", "open_access", "posting", "target_referenced"]
-- local = true
-- parameters.lead_days = 1
-- parameters.grace_days = 14
--
-- The margins are those of incident-referenced; they choose what is said, and what is said is true whatever they are.
WITH quoted_reference AS (
    SELECT DISTINCT reference
    FROM open_access
    WHERE reference IS NOT NULL
),

staffed AS (
    SELECT
        incident_staff.reference,
        min(incident_staff.user_id) AS user_id,
        count(DISTINCT incident_staff.user_id) AS users
    FROM incident_staff
    INNER JOIN quoted_reference ON incident_staff.reference = quoted_reference.reference
    GROUP BY incident_staff.reference
),

assigned AS (
    SELECT DISTINCT
        incident_staff.reference,
        incident_staff.user_id
    FROM incident_staff
    INNER JOIN quoted_reference ON incident_staff.reference = quoted_reference.reference
),

of_unit AS (
    SELECT DISTINCT open_access.access_id
    FROM open_access
    INNER JOIN incident ON open_access.reference = incident.reference
    INNER JOIN posting
        ON
            open_access.user_id = posting.user_id
            AND incident.unit = posting.unit
            AND open_access.occurred_at >= posting.starts_at
            AND (posting.ends_at IS NULL OR open_access.occurred_at < posting.ends_at)
),

-- The subject itself where the incident holds it, else the first of those linked to it then.
target AS (
    SELECT
        access_id,
        linked,
        subject_id,
        row_number() OVER (PARTITION BY access_id ORDER BY linked, subject_id) AS place
    FROM target_referenced
),

quoted AS (
    SELECT
        open_access.access_id,
        incident.reference IS NOT NULL AS known,
        assigned.user_id IS NOT NULL OR of_unit.access_id IS NOT NULL AS backed,
        target.access_id IS NOT NULL AS holds,
        'reference ' || open_access.reference
        || CASE
            WHEN target.linked THEN ' does not hold the subject but ' || target.subject_id || ', linked to it, and'
            ELSE ''
        END AS words,
        CASE
            WHEN assigned.user_id IS NOT NULL THEN 'the user''s'
            WHEN of_unit.access_id IS NOT NULL THEN 'the user''s unit''s'
            WHEN incident.unit IS NOT NULL THEN 'unit ' || incident.unit || '''s'
            WHEN staffed.users > 1 THEN staffed.user_id || '''s and others'''
            WHEN staffed.users = 1 THEN staffed.user_id || '''s'
            ELSE 'nobody''s'
        END AS whose,
        CASE
            WHEN open_access.occurred_at < incident.opened_at - $lead_days * INTERVAL 1 DAY THEN 'opened'
            WHEN open_access.occurred_at >= incident.closed_at + $grace_days * INTERVAL 1 DAY THEN 'closed'
            ELSE 'open'
        END AS state,
        floor(epoch(incident.opened_at)) - floor(epoch(open_access.occurred_at)) AS until_opened,
        floor(epoch(open_access.occurred_at)) - floor(epoch(incident.closed_at)) AS since_closed
    FROM open_access
    LEFT JOIN incident ON open_access.reference = incident.reference
    LEFT JOIN assigned
        ON open_access.reference = assigned.reference AND open_access.user_id = assigned.user_id
    LEFT JOIN of_unit ON open_access.access_id = of_unit.access_id
    LEFT JOIN staffed ON open_access.reference = staffed.reference
    LEFT JOIN target ON open_access.access_id = target.access_id AND target.place = 1
    WHERE open_access.reference IS NOT NULL
)

SELECT
    access_id,
    1000000000001 AS miss,
    words || ' does not exist' AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM quoted
WHERE NOT known
UNION ALL
SELECT
    access_id,
    1000000000000 AS miss,
    words || ' does not hold the subject and is ' || whose AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM quoted
WHERE known AND NOT holds
UNION ALL
SELECT
    access_id,
    CAST(CASE state WHEN 'opened' THEN until_opened ELSE since_closed END AS BIGINT) AS miss,
    words || ' ' || state AS words,
    CAST(CASE state WHEN 'opened' THEN until_opened ELSE since_closed END AS BIGINT) AS seconds,
    CASE state WHEN 'opened' THEN 'after' ELSE 'before' END
    || CASE WHEN backed THEN '' ELSE ' and is ' || whose END AS side
FROM quoted
WHERE holds AND state <> 'open'
UNION ALL
SELECT
    access_id,
    0 AS miss,
    words || ' is neither the user''s nor their unit''s but ' || whose AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM quoted
WHERE holds AND state = 'open' AND NOT backed
UNION ALL
SELECT
    access_id,
    1000000000002 AS miss,
    'no reference quoted' AS words,
    CAST(NULL AS BIGINT) AS seconds,
    CAST(NULL AS VARCHAR) AS side
FROM open_access
WHERE reference IS NULL
