-- id = "protected-subject"
-- title = "Access to a protected or high-profile subject without full explanation"
-- description = "An access, not fully explained, to a subject that carries one of the markers, protected or high_profile by default."
-- level = "medium"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 26
-- summary = "{user_id} looked up {subject_id}, marked {markers}, {event_count} times without full explanation"
-- reads = ["not_fully_explained_access", "subject"]
-- requires = ["incident", "subject"]
-- parameters.endangered_markers = ["protected"]
-- parameters.prominent_markers = ["high_profile"]
-- references = [
--     "259 published cases: 7 % concern a high-profile person; curiosity is the motive of 20 %",
-- ]
-- tags = ["protected", "celebrity", "curiosity"]
-- falsepositives = [
--     "A call from, or a meeting with, somebody whose marker the officer did not know.",
--     "Planning for an event or a visit that no incident or authority records.",
--     "A marker that is out of date.",
-- ]
-- blind_spots = [
--     "Look-ups of the person's car, telephone or home: see linked-cluster.",
--     "People in the news whom nobody marked: see subject-surge.",
--     "When the marker was put on is not known: accesses before it count as well.",
-- ]
-- triage = [
--     "Of a protected person: tell those who protect, before anything else.",
--     "Ask how many others looked at the same time: a crowd is curiosity, one alone may be more.",
-- ]
--
-- Somebody who is protected (a witness, an endangered partner, an undercover officer) may be killed by one leak; somebody whom all know
-- is looked up for fun, and the papers pay. Both are few, so one access suffices: there is little honest reason to happen upon them.
-- A protected person weighs more than a prominent one. Where every access is weakly explained (the incident is the unit's, but
-- the user is not on it) the level is one lower and the points are ten fewer.
WITH spelled AS (
    SELECT
        subject_id,
        unnest(string_split(lower(markers), ';')) AS marker
    FROM subject
    WHERE markers IS NOT NULL
),

marked AS (
    SELECT DISTINCT
        subject_id,
        trim(marker) AS marker,
        list_contains($endangered_markers, trim(marker)) AS endangered
    FROM spelled
    WHERE list_contains($endangered_markers, trim(marker)) OR list_contains($prominent_markers, trim(marker))
),

guarded AS (
    SELECT
        subject_id,
        string_agg(replace(marker, '_', ' '), ', ' ORDER BY marker) AS markers,
        bool_or(endangered) AS endangered
    FROM marked
    GROUP BY subject_id
),

counted AS (
    SELECT
        user_id,
        subject_id,
        count(*) AS accesses,
        count(*) FILTER (WHERE weak) AS weak
    FROM not_fully_explained_access
    GROUP BY user_id, subject_id
)

SELECT
    not_fully_explained_access.user_id,
    not_fully_explained_access.subject_id,
    not_fully_explained_access.access_id,
    TRUE AS counts,
    CASE
        WHEN guarded.endangered AND counted.weak < counted.accesses THEN 'high'
        WHEN guarded.endangered OR counted.weak < counted.accesses THEN 'medium'
        ELSE 'low'
    END AS level,
    CASE
        WHEN guarded.endangered AND counted.weak < counted.accesses THEN 34
        WHEN counted.weak < counted.accesses THEN 26
        WHEN guarded.endangered THEN 24
        ELSE 16
    END AS points,
    guarded.markers,
    counted.accesses,
    counted.weak
FROM not_fully_explained_access
INNER JOIN guarded ON not_fully_explained_access.subject_id = guarded.subject_id
INNER JOIN counted
    ON
        not_fully_explained_access.user_id = counted.user_id
        AND not_fully_explained_access.subject_id = counted.subject_id
ORDER BY
    not_fully_explained_access.user_id,
    not_fully_explained_access.subject_id,
    not_fully_explained_access.access_id
