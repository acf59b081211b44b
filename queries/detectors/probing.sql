-- id = "probing"
-- title = "Unexplained access to a subject of another unit's open incident"
-- description = "An unexplained access to a subject while an incident of another unit than the user's holds that subject and is open."
-- level = "informational"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 0
-- summary = "{user_id} looked up {subject_id} {event_count} times while unit {incident_unit} had {incident_words}"
-- reads = ["incident", "incident_holds", "posting", "unexplained_access"]
-- requires = ["incident", "posting"]
-- parameters.sensitive_kinds = ["homicide", "murder", "attempted_murder", "major", "rape", "sexual_offence", "child_abuse", "kidnap", "firearms", "drugs", "organised_crime", "trafficking", "modern_slavery", "terrorism", "corruption", "professional_standards", "surveillance", "informant", "intelligence"]
-- references = [
--     "259 published cases: criminal associates 14 %; look-ups for somebody else, then told, are the commonest shape",
-- ]
-- tags = ["leak", "investigation", "associate"]
-- falsepositives = [
--     "Somebody known to many units, met on the street or at the desk without a new incident.",
--     "Mutual aid that was asked for by word of mouth and without the reference.",
--     "Curiosity about a case in the news: see subject-surge where many share it.",
-- ]
-- blind_spots = [
--     "Users whose unit at the time is not known, and incidents without a unit.",
--     "Probing through a car, telephone or address that the incident does not hold.",
--     "Members of the unit itself who have no part in the investigation: weakly explained.",
-- ]
-- triage = [
--     "Ask the incident's unit whether they spoke with this user, before the user is asked.",
--     "Compare the times with the investigation's steps: a look-up on the eve of an arrest weighs more than ten in a quiet month.",
--     "Look for disclosure, and for the user's links to the subject.",
-- ]
--
-- A friend asks: have you got anything on me? The answer lies with another unit. Most subjects of a police system are on some open
-- incident at some time, so for an everyday kind one look says nothing that unexplained-access does not say: informational, without
-- points of its own, and low from the second local day on. Where the incident is of a kind whose leak endangers people or an operation
-- (`sensitive_kinds`, compared in small letters with _ for space and hyphen), one day is low and a second is high: on one day the
-- honest and the curious look alike, and hardly anybody comes back by chance.
-- The access must lie between opening and closing, without margins.
WITH open_incident AS (
    SELECT
        unexplained_access.user_id,
        unexplained_access.subject_id,
        unexplained_access.access_id,
        unexplained_access.local_date,
        incident.reference,
        incident.unit,
        incident.kind,
        list_contains($sensitive_kinds, translate(lower(incident.kind), ' -', '__')) AS sensitive,
        bool_or(posting.unit = incident.unit) AS own_unit
    FROM unexplained_access
    INNER JOIN incident_holds ON unexplained_access.subject_id = incident_holds.subject_id
    INNER JOIN incident
        ON
            incident_holds.reference = incident.reference
            AND unexplained_access.occurred_at >= incident.opened_at
            AND (incident.closed_at IS NULL OR unexplained_access.occurred_at < incident.closed_at)
    INNER JOIN posting
        ON
            unexplained_access.user_id = posting.user_id
            AND unexplained_access.occurred_at >= posting.starts_at
            AND (posting.ends_at IS NULL OR unexplained_access.occurred_at < posting.ends_at)
    WHERE incident.unit IS NOT NULL
    GROUP BY
        unexplained_access.user_id,
        unexplained_access.subject_id,
        unexplained_access.access_id,
        unexplained_access.local_date,
        incident.reference,
        incident.unit,
        incident.kind
),

probed AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        local_date,
        reference,
        unit,
        kind,
        coalesce(sensitive, FALSE) AS sensitive
    FROM open_incident
    WHERE NOT own_unit
),

gravest AS (
    SELECT
        user_id,
        subject_id,
        reference,
        unit,
        kind,
        row_number() OVER (
            PARTITION BY user_id, subject_id
            ORDER BY CASE WHEN sensitive THEN 0 ELSE 1 END, reference
        ) AS place
    FROM probed
),

counted AS (
    SELECT
        user_id,
        subject_id,
        count(DISTINCT access_id) AS accesses,
        count(DISTINCT reference) AS incidents,
        count(DISTINCT local_date) AS days,
        count(DISTINCT access_id) FILTER (WHERE sensitive) AS sensitive_accesses,
        count(DISTINCT local_date) FILTER (WHERE sensitive) AS sensitive_days
    FROM probed
    GROUP BY user_id, subject_id
)

SELECT DISTINCT
    probed.user_id,
    probed.subject_id,
    probed.access_id,
    TRUE AS counts,
    CASE
        WHEN counted.sensitive_days >= 2 THEN 'high'
        WHEN counted.sensitive_days = 1 OR counted.days >= 2 THEN 'low'
        ELSE 'informational'
    END AS level,
    CASE
        WHEN counted.sensitive_days >= 2 THEN 32
        WHEN counted.sensitive_days = 1 OR counted.days >= 2 THEN 8
        ELSE 0
    END AS points,
    gravest.reference AS incident_reference,
    gravest.unit AS incident_unit,
    gravest.kind AS incident_kind,
    CASE WHEN gravest.reference = probed.subject_id THEN 'that ' ELSE 'the ' END
    || CASE
        WHEN gravest.kind = 'intelligence' THEN 'intelligence item'
        ELSE concat_ws(' ', translate(gravest.kind, '_', ' '), 'incident')
    END
    || CASE
        WHEN gravest.reference = probed.subject_id THEN ' open'
        ELSE ' ' || gravest.reference || ' open on that subject'
    END AS incident_words,
    counted.accesses,
    counted.incidents,
    counted.sensitive_accesses,
    counted.sensitive_days
FROM probed
INNER JOIN counted ON probed.user_id = counted.user_id AND probed.subject_id = counted.subject_id
INNER JOIN gravest
    ON probed.user_id = gravest.user_id AND probed.subject_id = gravest.subject_id AND gravest.place = 1
ORDER BY probed.user_id, probed.subject_id, probed.access_id
