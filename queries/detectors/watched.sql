-- id = "watched"
-- title = "Daily digest of a watch"
-- description = "Any access by a watched user, or unexplained access to a watched subject, while the watch runs."
-- level = "informational"
-- status = "stable"
-- family = "after_warning"
-- key = ["watch_id", "local_day"]
-- points = 0
-- summary = "Watch {watch_id}, {local_day}: {event_count} accesses to {subjects} subjects by {watched_users}, {unexplained_words}"
-- reads = ["access", "unexplained_access", "watch"]
-- requires = ["watch"]
-- references = [
--     "Lancashire 2016-17: an officer under suspicion; phone, e-mail and system use watched daily for months",
-- ]
-- tags = ["watch", "digest"]
-- falsepositives = [
--     "A watched user's ordinary day: it is a digest, and weighs nothing.",
--     "A watch that was not ended when its purpose was.",
-- ]
-- blind_spots = [
--     "Accesses of the watched user under another account.",
--     "Explained accesses to a watched subject: see the subject's timeline.",
-- ]
-- triage = [
--     "Check first that the watch's authority still holds; beyond it nothing here may be used.",
--     "Read the unexplained ones, then what was looked up next.",
-- ]
--
-- A watch is ordered by somebody, for a purpose and a time; this is what it yields, day by day. To be watched is no
-- evidence: a day on which everything of a watched user is accounted for is informational and scores nothing, and only a day
-- with accesses that nothing explains counts for more. Of a watched subject, unexplained accesses alone are told, whoever
-- made them; such a day weighs most, since somebody had reason to fear just that. The watch is half-open: its last moment is
-- not part of it. Days are local days.
WITH observed AS (
    SELECT
        watch.watch_id,
        access.local_date,
        access.access_id,
        access.user_id,
        access.subject_id
    FROM watch
    INNER JOIN access
        ON
            watch.user_id = access.user_id
            AND access.occurred_at >= watch.starts_at
            AND access.occurred_at < watch.ends_at
    UNION
    SELECT
        watch.watch_id,
        unexplained_access.local_date,
        unexplained_access.access_id,
        unexplained_access.user_id,
        unexplained_access.subject_id
    FROM watch
    INNER JOIN unexplained_access
        ON
            watch.subject_id = unexplained_access.subject_id
            AND unexplained_access.occurred_at >= watch.starts_at
            AND unexplained_access.occurred_at < watch.ends_at
),

digest AS (
    SELECT
        observed.watch_id,
        observed.local_date,
        count(*) AS accesses,
        count(unexplained_access.access_id) AS unexplained,
        count(DISTINCT observed.subject_id) AS subjects,
        count(DISTINCT observed.user_id) AS users,
        min(observed.user_id) AS only_user
    FROM observed
    LEFT JOIN unexplained_access ON observed.access_id = unexplained_access.access_id
    GROUP BY observed.watch_id, observed.local_date
)

SELECT
    CASE WHEN digest.users = 1 THEN digest.only_user END AS user_id,
    watch.subject_id,
    observed.watch_id,
    observed.local_date AS local_day,
    observed.access_id,
    TRUE AS counts,
    CASE
        WHEN digest.unexplained = 0 THEN 'informational'
        WHEN watch.subject_id IS NOT NULL THEN 'high'
        ELSE 'medium'
    END AS level,
    CASE
        WHEN digest.unexplained = 0 THEN 0
        WHEN watch.subject_id IS NOT NULL THEN 30
        ELSE 22
    END AS points,
    digest.accesses,
    digest.unexplained,
    digest.subjects,
    digest.users,
    CASE
        WHEN digest.users = 1 THEN digest.only_user
        ELSE concat(CAST(digest.users AS VARCHAR), ' users')
    END AS watched_users,
    CASE
        WHEN digest.unexplained = 0 THEN 'none of them unexplained'
        WHEN digest.unexplained < digest.accesses
            THEN concat(CAST(digest.unexplained AS VARCHAR), ' of them unexplained')
        WHEN digest.accesses = 1 THEN 'unexplained'
        ELSE 'all of them unexplained'
    END AS unexplained_words,
    watch.authority,
    watch.purpose
FROM observed
INNER JOIN digest ON observed.watch_id = digest.watch_id AND observed.local_date = digest.local_date
INNER JOIN watch ON observed.watch_id = watch.watch_id
ORDER BY observed.watch_id, observed.local_date, observed.access_id
