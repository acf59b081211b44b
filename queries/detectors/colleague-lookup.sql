-- id = "colleague-lookup"
-- title = "Access to a colleague's record, or to somebody near a colleague"
-- description = "An access, not fully explained, to another staff member's own record or to a subject of that member's relationships."
-- level = "medium"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 28
-- summary = "{user_id} looked up {subject_id}, {near_words} colleague {colleague_id}, {event_count} times"
-- reads = ["not_fully_explained_access", "related_subject"]
-- requires = ["incident", "relationship or staff"]
-- parameters.distant_relations = ["neighbour", "friend", "associate"]
-- references = [
--     "259 published cases: 9 % concern a colleague",
--     "IPCC/ACPO 2012, case one: a suspended officer looked up colleagues",
-- ]
-- tags = ["colleague", "relation"]
-- falsepositives = [
--     "A colleague who is a victim or witness, before the incident is on the system.",
--     "A test search on a colleague who stands by and agrees: forbidden in most forces, and common.",
--     "Vetting and professional standards, where no authority states their work.",
-- ]
-- blind_spots = [
--     "Relationships that colleagues never declared.",
--     "Look-ups of a colleague that some incident covers.",
-- ]
-- triage = [
--     "Ask what lies between the two: a grievance, a promotion, a former relationship.",
--     "See whether the colleague is near in other ways: the same unit, the same supervisor, the same subject looked up before.",
-- ]
--
-- Colleagues' records show home, car, family and what they have been victim of; they are looked up from jealousy, in a grievance, or
-- to learn what an enquiry knows. A subject near to the user as well (one's own partner who serves too) is left to
-- self-and-family. Whether a relationship has ended is not asked: a colleague's former partner is still that.
--
-- The own record weighs most; friends, neighbours and associates of a colleague (`distant_relations`) least, since in a town that
-- the force polices everybody is some officer's neighbour. Where every access is weakly explained, the level is one lower.
WITH near AS (
    SELECT
        user_id,
        subject_id,
        distance,
        relation
    FROM related_subject
    WHERE steps = 0
),

seen AS (
    SELECT
        not_fully_explained_access.user_id,
        not_fully_explained_access.subject_id,
        not_fully_explained_access.access_id,
        not_fully_explained_access.weak
    FROM not_fully_explained_access
    SEMI JOIN near ON not_fully_explained_access.subject_id = near.subject_id
    ANTI JOIN near AS own
        ON
            not_fully_explained_access.user_id = own.user_id
            AND not_fully_explained_access.subject_id = own.subject_id
),

colleague AS (
    SELECT
        subject_id,
        user_id,
        relation,
        CASE
            WHEN distance = 0 THEN 0
            WHEN list_contains($distant_relations, relation) THEN 2
            ELSE 1
        END AS remoteness
    FROM near
),

pair AS (
    SELECT
        user_id,
        subject_id,
        count(*) AS accesses,
        count(*) FILTER (WHERE weak) AS weak
    FROM seen
    GROUP BY user_id, subject_id
),

ranked AS (
    SELECT
        subject_id,
        user_id AS colleague_id,
        relation,
        remoteness,
        row_number() OVER (PARTITION BY subject_id ORDER BY remoteness, user_id, relation) AS place
    FROM colleague
),

staff_near AS (
    SELECT
        subject_id,
        count(DISTINCT user_id) AS colleagues
    FROM colleague
    GROUP BY subject_id
)

SELECT
    seen.user_id,
    seen.subject_id,
    seen.access_id,
    TRUE AS counts,
    CASE WHEN ranked.remoteness = 2 OR pair.weak = pair.accesses THEN 'low' ELSE 'medium' END AS level,
    CASE ranked.remoteness WHEN 0 THEN 28 WHEN 1 THEN 22 ELSE 12 END AS points,
    ranked.colleague_id,
    ranked.relation,
    CASE ranked.relation
        WHEN 'self' THEN 'the own record of'
        WHEN 'partner' THEN 'a partner of'
        WHEN 'ex_partner' THEN 'a former partner of'
        WHEN 'family' THEN 'a relative of'
        WHEN 'household' THEN 'somebody of the household of'
        WHEN 'neighbour' THEN 'a neighbour of'
        WHEN 'friend' THEN 'a friend of'
        WHEN 'associate' THEN 'an associate of'
        WHEN 'own_vehicle' THEN 'the own vehicle of'
        WHEN 'own_address' THEN 'the own address of'
        ELSE concat(translate(ranked.relation, '_', ' '), ' of')
    END AS near_words,
    staff_near.colleagues,
    pair.accesses,
    pair.weak
FROM seen
INNER JOIN pair ON seen.user_id = pair.user_id AND seen.subject_id = pair.subject_id
INNER JOIN ranked ON seen.subject_id = ranked.subject_id AND ranked.place = 1
INNER JOIN staff_near ON seen.subject_id = staff_near.subject_id
ORDER BY seen.user_id, seen.subject_id, seen.access_id
