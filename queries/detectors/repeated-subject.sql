-- id = "repeated-subject"
-- title = "Repeated unexplained accesses to the same subject"
-- description = "At least min_accesses unexplained accesses of one user to one subject on min_days local days, over any span."
-- level = "medium"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "subject_id"]
-- points = 26
-- summary = "{user_id} came back to {subject_id} {event_count} times on {days} days {basis}"
-- reads = ["access", "horizon", "unexplained_access"]
-- requires = []
-- parameters.min_accesses = 3
-- parameters.min_days = 2
-- parameters.log_only_accesses = 5
-- parameters.log_only_days = 3
-- parameters.many_accesses = 5
-- references = [
--     "Sedgwick, Kansas: 228 plate searches in four months, 164 on one person",
--     "259 published cases: median 83 searches of one subject, over nine months",
-- ]
-- tags = ["repetition", "stalking"]
-- falsepositives = [
--     "A long enquiry that was never put on the system as an incident.",
--     "A subject whose record is opened for a standing duty that no authority states.",
-- ]
-- blind_spots = [
--     "One look-up a person: see unexplained-access and victim-profile.",
--     "Look-ups spread over a subject's vehicle, address and phone: see linked-cluster.",
-- ]
-- triage = [
--     "Ask first how user and subject know each other, then what each look-up was followed by.",
--     "A stated reason proves nothing: one officer gave 'suspicious vehicle' 335 times.",
-- ]
--
-- Curiosity looks once; interest comes back. A quarter of the published cases span more than 27 months, so the span is not
-- bounded. Three or four times weigh less: among many subjects of much work one comes three times by chance. Without an incident table every access counts, the bar is higher, and nothing is called unexplained: see `basis`.
WITH counted AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        local_date
    FROM unexplained_access
    UNION ALL
    SELECT
        access.user_id,
        access.subject_id,
        access.access_id,
        access.local_date
    FROM access
    CROSS JOIN horizon
    WHERE NOT horizon.judges AND access.user_id IS NOT NULL AND access.subject_id IS NOT NULL
),

repeated AS (
    SELECT
        counted.user_id,
        counted.subject_id,
        count(*) AS accesses,
        count(DISTINCT counted.local_date) AS days
    FROM counted
    GROUP BY counted.user_id, counted.subject_id
)

SELECT
    counted.user_id,
    counted.subject_id,
    counted.access_id,
    TRUE AS counts,
    CASE WHEN repeated.accesses >= $many_accesses THEN 26 ELSE 20 END AS points,
    repeated.accesses,
    CASE WHEN horizon.judges THEN 'without any explanation' ELSE '(not judged: no incident is loaded)' END AS basis
FROM counted
INNER JOIN repeated
    ON counted.user_id = repeated.user_id AND counted.subject_id = repeated.subject_id
CROSS JOIN horizon
WHERE
    (horizon.judges AND repeated.accesses >= $min_accesses AND repeated.days >= $min_days)
    OR (NOT horizon.judges AND repeated.accesses >= $log_only_accesses AND repeated.days >= $log_only_days)
ORDER BY counted.user_id, counted.subject_id, counted.access_id
