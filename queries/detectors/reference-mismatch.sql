-- id = "reference-mismatch"
-- title = "Quoted reference that does not fit"
-- description = "A quoted reference does not exist, was not open then, or does not hold the subject or one linked to it."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "reference"]
-- points = 16
-- summary = "{user_id} quoted {reference} for {event_count} accesses that it does not fit: {missing} unknown, {not_open} not open, {not_holding} not on it"
-- reads = ["explanation", "incident", "incident_holds", "judgeable_access", "link"]
-- requires = ["incident"]
-- parameters.lead_days = 1
-- parameters.grace_days = 14
-- references = ["HMIC, PEEL: police legitimacy 2016: a stated reason is not proof of one"]
-- tags = ["reference", "reason"]
-- falsepositives = [
--     "A number typed wrongly, or cut by an old system to twelve characters.",
--     "Incidents of another force, which are not in the table.",
-- ]
-- blind_spots = ["A reference that exists and holds the subject, quoted by somebody with no part in it: see incident-quoted."]
-- triage = [
--     "Compare the reference with real ones a digit away.",
--     "One misquoted number is a slip; several made-up ones are a method.",
-- ]
--
-- A reference that is no reference is how a look-up is dressed. `missing`, `not_open` and `not_holding` tell the ways. An
-- access that is fully explained all the same is most likely a slip: when all are, the level falls to informational.
WITH quoted AS (
    SELECT
        judgeable_access.access_id,
        judgeable_access.user_id,
        judgeable_access.subject_id,
        judgeable_access.occurred_at,
        judgeable_access.reference,
        incident.reference IS NULL AS missing,
        incident_holds.reference IS NOT NULL AS holds,
        incident.reference IS NOT NULL AND (
            judgeable_access.occurred_at < incident.opened_at - $lead_days * INTERVAL 1 DAY
            OR coalesce(judgeable_access.occurred_at >= incident.closed_at + $grace_days * INTERVAL 1 DAY, FALSE)
        ) AS not_open
    FROM judgeable_access
    LEFT JOIN incident ON judgeable_access.reference = incident.reference
    LEFT JOIN incident_holds
        ON
            judgeable_access.reference = incident_holds.reference
            AND judgeable_access.subject_id = incident_holds.subject_id
    WHERE judgeable_access.reference IS NOT NULL
),

-- Links are asked only for the few that the incident does not hold itself.
doubtful AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        occurred_at,
        reference,
        missing,
        holds,
        not_open
    FROM quoted
    WHERE missing OR not_open OR NOT holds
),

held AS (
    SELECT DISTINCT doubtful.access_id
    FROM doubtful
    INNER JOIN link
        ON
            doubtful.subject_id = link.subject_id
            AND (link.starts_at IS NULL OR doubtful.occurred_at >= link.starts_at)
            AND (link.ends_at IS NULL OR doubtful.occurred_at < link.ends_at)
    INNER JOIN incident_holds
        ON doubtful.reference = incident_holds.reference AND link.linked_id = incident_holds.subject_id
    WHERE NOT doubtful.holds
),

mismatch AS (
    SELECT
        doubtful.access_id,
        doubtful.user_id,
        doubtful.subject_id,
        doubtful.reference,
        doubtful.missing,
        doubtful.not_open,
        NOT doubtful.missing AND NOT doubtful.holds AND held.access_id IS NULL AS not_holding,
        coalesce(explanation.strength = 'full', FALSE) AS explained
    FROM doubtful
    LEFT JOIN held ON doubtful.access_id = held.access_id
    LEFT JOIN explanation ON doubtful.access_id = explanation.access_id
    WHERE doubtful.missing OR doubtful.not_open OR (NOT doubtful.holds AND held.access_id IS NULL)
),

counted AS (
    SELECT
        user_id,
        reference,
        count(*) AS accesses,
        count(*) FILTER (WHERE missing) AS missing,
        count(*) FILTER (WHERE not_open) AS not_open,
        count(*) FILTER (WHERE not_holding) AS not_holding,
        count(*) FILTER (WHERE explained) AS explained,
        count(DISTINCT subject_id) AS subjects,
        min(subject_id) AS only_subject_id
    FROM mismatch
    GROUP BY user_id, reference
)

SELECT
    mismatch.user_id,
    mismatch.reference,
    CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
    mismatch.access_id,
    TRUE AS counts,
    CASE WHEN counted.explained = counted.accesses THEN 'informational' ELSE 'low' END AS level,
    CASE WHEN counted.explained = counted.accesses THEN 4 ELSE 16 END AS points,
    counted.accesses,
    counted.missing,
    counted.not_open,
    counted.not_holding,
    counted.explained,
    counted.subjects
FROM mismatch
INNER JOIN counted ON mismatch.user_id = counted.user_id AND mismatch.reference = counted.reference
ORDER BY mismatch.user_id, mismatch.reference, mismatch.access_id
