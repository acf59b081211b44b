-- id = "out-of-role"
-- title = "Access that the user's role does not allow"
-- description = "An access that the permissions deny to the role that the user held then, for that system and kind of subject."
-- level = "medium"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "system", "subject_kind"]
-- points = 24
-- summary = "{user_id} looked up {subjects} subjects of kind {subject_kind} in {system} {event_count} times, which the role {role} may not"
-- reads = ["denied_access"]
-- requires = ["permission"]
-- references = [
--     "IPCC/ACPO 2012, case five: tiered access to personal telephone numbers would have prevented it",
-- ]
-- tags = ["role", "permission", "need to know"]
-- falsepositives = [
--     "A new role that started before the posting was entered.",
--     "A permission table that is out of date: many users of one role, from one day on.",
--     "Acting up, or lent to another unit, which no posting shows.",
-- ]
-- blind_spots = [
--     "Roles without a row for the system: they are not judged.",
--     "Users whose role at the time is not known.",
--     "What the role may do and the person has no need to.",
-- ]
-- triage = [
--     "Count the users of the same role with this finding: many are a fault of the table or of the system, one is a question to a person.",
--     "Ask how the system let it happen, and close that.",
--     "See whether a fact explains the accesses: then a permission is missing rather than a reason.",
-- ]
--
-- Access by role is the first fence; whoever stands behind it was let in by a fault, a shared account or an exception that nobody
-- wrote down. The row for the kind of subject decides, else the row without a kind; where neither is there, nothing is judged.
-- Who holds two roles at once is denied only what both are denied: a role that is not judged may allow it.
-- Where every access is fully explained the finding is low: work that the table forgot.
WITH counted AS (
    SELECT
        user_id,
        system,
        coalesce(subject_kind, '') AS subject_kind,
        min(role) AS role,
        count(*) AS accesses,
        count(DISTINCT subject_id) AS subjects,
        min(subject_id) AS only_subject_id,
        count(*) FILTER (WHERE explained) AS explained
    FROM denied_access
    GROUP BY user_id, system, coalesce(subject_kind, '')
)

SELECT
    denied_access.user_id,
    denied_access.system,
    denied_access.subject_kind,
    CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
    denied_access.access_id,
    TRUE AS counts,
    CASE WHEN counted.explained = counted.accesses THEN 'low' ELSE 'medium' END AS level,
    CASE WHEN counted.explained = counted.accesses THEN 12 ELSE 24 END AS points,
    counted.role,
    counted.accesses,
    counted.subjects,
    counted.explained
FROM denied_access
INNER JOIN counted
    ON
        denied_access.user_id = counted.user_id
        AND denied_access.system = counted.system
        AND coalesce(denied_access.subject_kind, '') = counted.subject_kind
ORDER BY denied_access.user_id, denied_access.system, denied_access.subject_kind, denied_access.access_id
