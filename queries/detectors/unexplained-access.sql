-- id = "unexplained-access"
-- title = "Accesses to a subject that nothing explains"
-- description = "At least min_accesses accesses of one user to one subject without any explanation, full or weak."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 8
-- summary = "{user_id} looked up {subject_id} {event_count} times on {days} days, and nothing that the force knows explains it"
-- reads = ["unexplained_access"]
-- requires = ["incident"]
-- parameters.min_accesses = 1
-- references = [
--     "Fabbri and LeFevre, Explanation-based auditing, PVLDB 5(1), 2011",
--     "Minnesota Legislative Auditor, Law enforcement's use of state databases, 2013",
-- ]
-- tags = ["access", "log", "incident"]
-- falsepositives = [
--     "Business that no table records: a call at the front desk, a colleague's spoken request.",
--     "Paperwork later than the grace allows.",
-- ]
-- blind_spots = [
--     "An access that a business fact happens to cover, whatever its true reason was.",
--     "Accesses whose user or subject is masked or absent.",
-- ]
-- triage = [
--     "Read what was tried and why it failed: a reference closed some weeks before is late paperwork more often than abuse.",
--     "Look at the same user's other findings: half of the published cases rest on this signal alone, and most honest noise too.",
-- ]
--
-- The net, not the signal. Nothing that the force knows accounts for these accesses: no incident, assignment, unit,
-- authority or link. By itself it weighs little; it is raised by what stands beside it.
SELECT
    user_id,
    subject_id,
    access_id,
    TRUE AS counts,
    count(*) OVER (PARTITION BY user_id, subject_id) AS accesses
FROM unexplained_access
QUALIFY count(*) OVER (PARTITION BY user_id, subject_id) >= $min_accesses
ORDER BY user_id, subject_id, access_id
