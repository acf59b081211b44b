-- id = "self-and-family"
-- title = "Access to one's own record, or to somebody near"
-- description = "Any access to the own record or a related subject, or one not fully explained to a subject linked to those."
-- level = "high"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 38
-- summary = "{user_id} looked up {subject_id}, {near_words}, {event_count} times"
-- reads = ["lacks_explanation", "personal_access", "related_subject"]
-- requires = ["relationship or staff"]
-- references = [
--     "IPCC/ACPO 2012, The abuse of police powers to perpetrate sexual violence, case three",
--     "259 published cases: 31 % concern a former or present partner, that partner's other partners, or someone wanted as one",
-- ]
-- tags = ["relation", "partner", "self"]
-- falsepositives = [
--     "Training on a test record.",
--     "A relation that is out of date, or entered for the wrong person.",
--     "A duty that fell to the only officer there, declared to a supervisor.",
-- ]
-- blind_spots = [
--     "Relations that the force does not know: most of them.",
--     "Look-ups of a relative's friends more than two links away.",
-- ]
-- triage = [
--     "Ask whether the relation was declared, and whether a supervisor knew.",
--     "One look-up of a former partner weighs more than many of strangers.",
-- ]
--
-- Nobody may police their own affairs, so an explanation does not help an access to the own record or a relation: distance 0
-- and 1. What is linked to them (the ex-partner's new partner, their car) is at distance 2 or 3, counts only where no full
-- explanation holds, and weighs less the further it is. `relation` is as the force entered it, be it over or not.
WITH near AS (
    SELECT
        personal_access.user_id,
        personal_access.subject_id,
        personal_access.access_id,
        related_subject.distance,
        related_subject.relation,
        coalesce(personal_access.strength = 'full', FALSE) AS explained
    FROM personal_access
    INNER JOIN related_subject
        ON
            personal_access.user_id = related_subject.user_id
            AND personal_access.subject_id = related_subject.subject_id
    WHERE related_subject.steps = 0
),

linked AS (
    SELECT
        lacks_explanation.user_id,
        lacks_explanation.subject_id,
        lacks_explanation.access_id,
        related_subject.distance,
        related_subject.relation,
        FALSE AS explained
    FROM lacks_explanation
    INNER JOIN related_subject
        ON
            lacks_explanation.user_id = related_subject.user_id
            AND lacks_explanation.subject_id = related_subject.subject_id
    WHERE
        related_subject.steps > 0
        AND (related_subject.starts_at IS NULL OR lacks_explanation.occurred_at >= related_subject.starts_at)
        AND (related_subject.ends_at IS NULL OR lacks_explanation.occurred_at < related_subject.ends_at)
),

cited AS (
    SELECT * FROM near
    UNION
    SELECT * FROM linked
),

nearest AS (
    SELECT
        user_id,
        subject_id,
        min(distance) AS distance,
        count(DISTINCT access_id) AS accesses,
        count(DISTINCT access_id) FILTER (WHERE explained) AS explained
    FROM cited
    GROUP BY user_id, subject_id
),

named AS (
    SELECT
        cited.user_id,
        cited.subject_id,
        min(cited.relation) AS relation
    FROM cited
    INNER JOIN nearest
        ON
            cited.user_id = nearest.user_id
            AND cited.subject_id = nearest.subject_id
            AND cited.distance = nearest.distance
    GROUP BY cited.user_id, cited.subject_id
)

SELECT DISTINCT
    cited.user_id,
    cited.subject_id,
    cited.access_id,
    TRUE AS counts,
    CASE nearest.distance WHEN 0 THEN 'high' WHEN 1 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END AS level,
    CASE nearest.distance WHEN 0 THEN 38 WHEN 1 THEN 36 WHEN 2 THEN 22 ELSE 12 END AS points,
    nearest.distance,
    named.relation,
    CASE nearest.distance WHEN 0 THEN '' WHEN 1 THEN '' WHEN 2 THEN 'linked to ' ELSE 'two links from ' END
    || CASE named.relation
        WHEN 'self' THEN 'the user''s own record'
        WHEN 'partner' THEN 'a partner''s record'
        WHEN 'ex_partner' THEN 'a former partner''s record'
        WHEN 'family' THEN 'a relative''s record'
        WHEN 'household' THEN 'the record of somebody of the household'
        WHEN 'neighbour' THEN 'a neighbour''s record'
        WHEN 'friend' THEN 'a friend''s record'
        WHEN 'associate' THEN 'an associate''s record'
        WHEN 'own_vehicle' THEN 'the user''s own vehicle'
        WHEN 'own_address' THEN 'the user''s own address'
        ELSE concat('a record related as ', translate(named.relation, '_', ' '))
    END AS near_words,
    nearest.accesses,
    nearest.explained
FROM cited
INNER JOIN nearest ON cited.user_id = nearest.user_id AND cited.subject_id = nearest.subject_id
INNER JOIN named ON cited.user_id = named.user_id AND cited.subject_id = named.subject_id
ORDER BY cited.user_id, cited.subject_id, cited.access_id
