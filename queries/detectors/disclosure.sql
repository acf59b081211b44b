-- id = "disclosure"
-- title = "A look-up without full explanation that was carried out of the system, or changed the record"
-- description = "An access, not fully explained, that prints, exports, discloses, creates, amends or deletes, or one that such an access follows."
-- level = "medium"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "subject_id"]
-- points = 38
-- summary = "{user_id} {done_words} {subject_id}: {event_count} accesses that nothing explains in full"
-- reads = ["not_fully_explained_access", "other_access"]
-- requires = ["incident"]
-- parameters.hours = 24
-- parameters.disclosing_actions = ["print", "export", "disclose", "create", "amend", "delete"]
-- references = [
--     "259 published cases: a favour or leak 18 %, money 16 %: look-ups for somebody else, then told or sold",
--     "Gloucestershire 2020: records amended after a complaint",
-- ]
-- tags = ["leak", "print", "export", "tampering"]
-- falsepositives = [
--     "A court file, an insurance request or a subject access request that no incident or authority records.",
--     "A print for a briefing, made by somebody of the unit who is not on the incident: weakly explained, and informational.",
--     "A new record created at the front desk before its incident number is there.",
-- ]
-- blind_spots = [
--     "What is read out, copied by hand or photographed from the screen: most leaks leave no print.",
--     "A view and a print more than the hours apart, or under two names for one subject.",
--     "Systems that do not log prints.",
-- ]
-- triage = [
--     "Ask where the print or export is now, and for whom it was made.",
--     "Look for contact with the subject, or with somebody who knows the subject, in the days after.",
--     "Of changes: compare the record before and after, and secure both.",
-- ]
--
-- Looking up for somebody else is the commonest shape of misuse: first a view that nothing explains, then something that leaves the
-- system. A record that is created, amended or deleted without explanation is harm of the other kind. Whoever looked at ten and
-- printed at eleven looked in order to print: so accesses of the `hours` before count too, and what followed need not itself be
-- unexplained. A system in which the user may print under an authority is where a careful user would do it.
-- The fully explained follower stands beside as context. Where every access is weakly explained (a print from the unit's incident by
-- somebody who is not on it), the finding is only informational: units work that way all day. A single print with no look before it
-- weighs less than a look and then a print: honest paperwork is printed when it is first opened.
WITH performed AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        occurred_at,
        unnest(actions) AS action
    FROM not_fully_explained_access
    UNION ALL
    SELECT
        user_id,
        subject_id,
        access_id,
        occurred_at,
        unnest(actions) AS action
    FROM other_access
),

act AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        occurred_at,
        action
    FROM performed
    WHERE list_contains($disclosing_actions, action)
),

follows AS (
    SELECT
        not_fully_explained_access.user_id,
        not_fully_explained_access.subject_id,
        not_fully_explained_access.access_id,
        not_fully_explained_access.weak,
        act.access_id AS act_id,
        act.action
    FROM not_fully_explained_access
    INNER JOIN act
        ON
            not_fully_explained_access.user_id = act.user_id
            AND not_fully_explained_access.subject_id = act.subject_id
            AND not_fully_explained_access.occurred_at <= act.occurred_at
            AND not_fully_explained_access.occurred_at >= act.occurred_at - $hours * INTERVAL 1 HOUR
),

seen AS (
    SELECT DISTINCT
        user_id,
        subject_id,
        access_id,
        weak
    FROM follows
),

cited AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        TRUE AS counts
    FROM seen
    UNION ALL
    SELECT DISTINCT
        follows.user_id,
        follows.subject_id,
        follows.act_id AS access_id,
        FALSE AS counts
    FROM follows
    ANTI JOIN seen ON follows.act_id = seen.access_id
),

done AS (
    SELECT DISTINCT
        user_id,
        subject_id,
        action
    FROM follows
),

named AS (
    SELECT
        user_id,
        subject_id,
        string_agg(action, ', ' ORDER BY action) AS actions,
        string_agg(
            CASE action
                WHEN 'print' THEN 'printed'
                WHEN 'export' THEN 'exported'
                WHEN 'disclose' THEN 'disclosed'
                WHEN 'create' THEN 'created'
                WHEN 'amend' THEN 'amended'
                WHEN 'delete' THEN 'deleted'
                WHEN 'merge' THEN 'merged'
                WHEN 'disseminate' THEN 'disseminated'
                ELSE concat('did "', action, '" to')
            END,
            ' and ' ORDER BY action
        ) AS action_words
    FROM done
    GROUP BY user_id, subject_id
),

doing AS (
    SELECT DISTINCT act_id
    FROM follows
),

counted AS (
    SELECT
        seen.user_id,
        seen.subject_id,
        count(*) AS accesses,
        count(*) FILTER (WHERE seen.weak) AS weak,
        count(*) FILTER (WHERE doing.act_id IS NULL) AS looks
    FROM seen
    LEFT JOIN doing ON seen.access_id = doing.act_id
    GROUP BY seen.user_id, seen.subject_id
),

acted AS (
    SELECT
        user_id,
        subject_id,
        count(DISTINCT act_id) AS acts
    FROM follows
    GROUP BY user_id, subject_id
)

SELECT
    cited.user_id,
    cited.subject_id,
    cited.access_id,
    cited.counts,
    CASE WHEN counted.weak = counted.accesses THEN 'informational' ELSE 'medium' END AS level,
    CASE
        WHEN counted.weak = counted.accesses THEN 12
        WHEN counted.accesses = 1 AND counted.looks = 0 THEN 20
        ELSE 38
    END AS points,
    named.actions,
    CASE WHEN counted.looks > 0 THEN 'looked up and then ' ELSE '' END || named.action_words AS done_words,
    acted.acts,
    counted.accesses,
    counted.looks,
    counted.weak
FROM cited
INNER JOIN named ON cited.user_id = named.user_id AND cited.subject_id = named.subject_id
INNER JOIN counted ON cited.user_id = counted.user_id AND cited.subject_id = counted.subject_id
INNER JOIN acted ON cited.user_id = acted.user_id AND cited.subject_id = acted.subject_id
ORDER BY cited.user_id, cited.subject_id, cited.access_id
