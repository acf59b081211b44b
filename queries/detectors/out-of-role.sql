-- id = "out-of-role"
-- title = "Access that the user's role does not allow"
-- description = "An access that the permissions deny to the role that the user held then, for that system and kind of subject."
-- level = "medium"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "system", "subject_kind"]
-- points = 24
-- summary = "{user_id} looked up {subjects} subjects of kind {subject_kind} in {system} {event_count} times, which the role {role} may not"
-- reads = ["access", "explanation", "permission", "user_position"]
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
WITH granted AS (
    SELECT
        role,
        system,
        coalesce(subject_kind, '') AS subject_kind,
        bool_or(allowed) AS allowed
    FROM permission
    GROUP BY role, system, coalesce(subject_kind, '')
),

governed AS (
    SELECT DISTINCT
        role,
        system
    FROM granted
),

asked AS (
    SELECT DISTINCT
        system,
        coalesce(subject_kind, '') AS subject_kind
    FROM access
    WHERE user_id IS NOT NULL
),

ruled AS (
    SELECT
        governed.role,
        asked.system,
        asked.subject_kind,
        coalesce(exact.allowed, general.allowed) AS allowed
    FROM asked
    INNER JOIN governed ON asked.system = governed.system
    LEFT JOIN granted AS exact
        ON
            governed.role = exact.role
            AND asked.system = exact.system
            AND asked.subject_kind = exact.subject_kind
    LEFT JOIN granted AS general
        ON governed.role = general.role AND asked.system = general.system AND general.subject_kind = ''
    WHERE coalesce(exact.allowed, general.allowed) IS NOT NULL
),

denied AS (
    SELECT
        access.access_id,
        access.user_id,
        access.system,
        access.subject_kind,
        access.subject_id,
        access.occurred_at,
        user_position.role
    FROM user_position
    INNER JOIN ruled ON user_position.role = ruled.role AND NOT ruled.allowed
    INNER JOIN access
        ON
            user_position.user_id = access.user_id
            AND ruled.system = access.system
            AND ruled.subject_kind = coalesce(access.subject_kind, '')
            AND (user_position.starts_at IS NULL OR access.occurred_at >= user_position.starts_at)
            AND (user_position.ends_at IS NULL OR access.occurred_at < user_position.ends_at)
),

let_in AS (
    SELECT denied.access_id
    FROM denied
    INNER JOIN user_position
        ON
            denied.user_id = user_position.user_id
            AND (user_position.starts_at IS NULL OR denied.occurred_at >= user_position.starts_at)
            AND (user_position.ends_at IS NULL OR denied.occurred_at < user_position.ends_at)
    LEFT JOIN ruled
        ON
            user_position.role = ruled.role
            AND denied.system = ruled.system
            AND coalesce(denied.subject_kind, '') = ruled.subject_kind
    WHERE coalesce(ruled.allowed, TRUE)
),

cited AS (
    SELECT
        denied.user_id,
        denied.system,
        denied.subject_kind,
        denied.access_id,
        min(denied.subject_id) AS subject_id,
        min(denied.role) AS role,
        bool_or(coalesce(explanation.strength = 'full', FALSE)) AS explained
    FROM denied
    ANTI JOIN let_in ON denied.access_id = let_in.access_id
    LEFT JOIN explanation ON denied.access_id = explanation.access_id
    GROUP BY denied.user_id, denied.system, denied.subject_kind, denied.access_id
),

counted AS (
    SELECT
        user_id,
        system,
        coalesce(subject_kind, '') AS subject_kind,
        min(role) AS role,
        count(*) AS accesses,
        count(DISTINCT subject_id) AS subjects,
        min(subject_id) AS only_subject_id,
        count(*) FILTER (WHERE explained) AS explained
    FROM cited
    GROUP BY user_id, system, coalesce(subject_kind, '')
)

SELECT
    cited.user_id,
    cited.system,
    cited.subject_kind,
    CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
    cited.access_id,
    TRUE AS counts,
    CASE WHEN counted.explained = counted.accesses THEN 'low' ELSE 'medium' END AS level,
    CASE WHEN counted.explained = counted.accesses THEN 12 ELSE 24 END AS points,
    counted.role,
    counted.accesses,
    counted.subjects,
    counted.explained
FROM cited
INNER JOIN counted
    ON
        cited.user_id = counted.user_id
        AND cited.system = counted.system
        AND coalesce(cited.subject_kind, '') = counted.subject_kind
ORDER BY cited.user_id, cited.system, cited.subject_kind, cited.access_id
