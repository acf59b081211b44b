-- id = "after-closure"
-- title = "Access after the case was over"
-- description = "A user whose incident once explained accesses to a subject looks it up again after the last such incident has ended, grace included."
-- level = "medium"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "subject_id"]
-- points = 24
-- summary = "{user_id} looked up {subject_id} {event_count} times after incident {reference} had ended, the first {days_to_first} days after it"
-- reads = ["incident", "incident_holds", "incident_staff", "not_fully_explained_access", "other_access", "unexplained_access"]
-- requires = ["incident"]
-- parameters.min_accesses = 2
-- parameters.grace_days = 14
-- references = [
--     "IPCC/ACPO 2012, case two: kept in touch with a teenager after the incident that had brought him there was over",
--     "Salem Health, break-the-glass: an encounter accounts for accesses in a bounded time around it; the margin here is that of incident-assigned",
-- ]
-- tags = ["case", "contact", "grooming"]
-- falsepositives = [
--     "Court paperwork, an appeal, a victim who rang back: work on a closed case that nobody opened again.",
--     "A new incident with the same person that is not on the system yet.",
-- ]
-- blind_spots = [
--     "An incident that is never closed ends for nobody, though the user was taken off it.",
--     "A subject met on a case and looked up by another record: their car, their phone.",
-- ]
-- triage = [
--     "Look at how long after the end, and whether the look-ups come at the pace of a court case or of an acquaintance.",
--     "Ask for contacts between the two: see contact-after-access.",
-- ]
--
-- Duty brings an officer to somebody, often somebody in need; when it is over the interest should be over too. Whoever comes
-- back knows the person from work, and has no work with them. The case that ends is the last of all incidents under which
-- the user's accesses to the subject were explained, in full or weakly, itself or by way of a linked subject: a case opened
-- again, or a new one, begins anew, and one still open keeps this silent. After it, accesses count that nothing explains:
-- what a standing authority, a colleague's incident or a quoted one accounts for is no return. Accesses before it, while it
-- lasted, are context.
WITH candidate AS (
    SELECT
        user_id,
        subject_id
    FROM unexplained_access
    GROUP BY user_id, subject_id
    HAVING count(*) >= $min_accesses
),

explained AS (
    SELECT
        other_access.user_id,
        other_access.subject_id,
        other_access.access_id,
        other_access.occurred_at,
        other_access.explanation_reference AS reference
    FROM other_access
    SEMI JOIN candidate ON other_access.user_id = candidate.user_id AND other_access.subject_id = candidate.subject_id
    WHERE other_access.explained
    UNION ALL
    SELECT
        not_fully_explained_access.user_id,
        not_fully_explained_access.subject_id,
        not_fully_explained_access.access_id,
        not_fully_explained_access.occurred_at,
        not_fully_explained_access.explanation_reference AS reference
    FROM not_fully_explained_access
    SEMI JOIN candidate
        ON
            not_fully_explained_access.user_id = candidate.user_id
            AND not_fully_explained_access.subject_id = candidate.subject_id
    WHERE not_fully_explained_access.weak
),

-- Of several incidents an explanation names the smallest; the user's other assignments then count as well.
explaining AS (
    SELECT
        user_id,
        subject_id,
        reference
    FROM explained
    UNION
    SELECT
        explained.user_id,
        explained.subject_id,
        incident.reference
    FROM explained
    INNER JOIN incident_holds ON explained.subject_id = incident_holds.subject_id
    INNER JOIN incident_staff
        ON explained.user_id = incident_staff.user_id AND incident_holds.reference = incident_staff.reference
    INNER JOIN incident
        ON
            incident_staff.reference = incident.reference
            AND explained.occurred_at >= coalesce(incident_staff.starts_at, incident.opened_at)
    WHERE
        coalesce(incident_staff.ends_at, incident.closed_at) IS NULL
        OR explained.occurred_at < coalesce(incident_staff.ends_at, incident.closed_at)
),

-- A reference that is no incident is an authority's.
ending AS (
    SELECT
        explaining.user_id,
        explaining.subject_id,
        incident.reference,
        incident.kind AS incident_kind,
        incident.closed_at,
        row_number() OVER (
            PARTITION BY explaining.user_id, explaining.subject_id
            ORDER BY coalesce(incident.closed_at, TIMESTAMP '9999-12-31 00:00:00') DESC, incident.reference ASC
        ) AS place
    FROM explaining
    INNER JOIN incident ON explaining.reference = incident.reference
),

ended AS (
    SELECT
        user_id,
        subject_id,
        reference,
        incident_kind,
        closed_at AS ended_at
    FROM ending
    WHERE place = 1 AND closed_at IS NOT NULL
),

after_end AS (
    SELECT
        unexplained_access.user_id,
        unexplained_access.subject_id,
        unexplained_access.access_id,
        unexplained_access.occurred_epoch
    FROM unexplained_access
    INNER JOIN ended
        ON unexplained_access.user_id = ended.user_id AND unexplained_access.subject_id = ended.subject_id
    WHERE unexplained_access.occurred_at >= ended.ended_at + $grace_days * INTERVAL 1 DAY
),

returned AS (
    SELECT
        user_id,
        subject_id,
        count(*) AS accesses,
        min(occurred_epoch) AS first_epoch
    FROM after_end
    GROUP BY user_id, subject_id
    HAVING count(*) >= $min_accesses
),

before_end AS (
    SELECT
        explained.user_id,
        explained.subject_id,
        count(*) AS explained_accesses
    FROM explained
    GROUP BY explained.user_id, explained.subject_id
),

cited AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        TRUE AS counts
    FROM after_end
    UNION ALL
    SELECT
        user_id,
        subject_id,
        access_id,
        FALSE AS counts
    FROM explained
)

SELECT
    cited.user_id,
    cited.subject_id,
    cited.access_id,
    cited.counts,
    ended.reference,
    ended.incident_kind,
    ended.ended_at,
    returned.accesses,
    before_end.explained_accesses,
    CAST(floor((returned.first_epoch - floor(epoch(ended.ended_at))) / 86400) AS BIGINT) AS days_to_first
FROM cited
INNER JOIN returned ON cited.user_id = returned.user_id AND cited.subject_id = returned.subject_id
INNER JOIN ended ON cited.user_id = ended.user_id AND cited.subject_id = ended.subject_id
INNER JOIN before_end ON cited.user_id = before_end.user_id AND cited.subject_id = before_end.subject_id
ORDER BY cited.user_id, cited.subject_id, cited.access_id
