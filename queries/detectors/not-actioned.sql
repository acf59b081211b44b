-- id = "not-actioned"
-- title = "Seen, and nothing done"
-- description = "An incident or intelligence with a vulnerable person on it was seen, then closed or left for hours_left, and nobody passed it on, assessed it, told anybody or assigned it."
-- level = "medium"
-- status = "stable"
-- family = "inaction"
-- key = ["reference"]
-- points = 40
-- summary = "{reference} ({marked_words}) was seen by {users} users and {outcome_words}, with no dissemination, assessment, notification or assignment"
-- reads = ["access", "horizon", "incident", "incident_act", "incident_subject", "subject_marker"]
-- requires = ["incident", "incident_subject", "subject"]
-- parameters.hours_left = 24
-- parameters.usual_share = 0.5
-- parameters.markers = ["vulnerable", "domestic_abuse"]
-- references = [
--     "Leicestershire 2016: intelligence of a threat held and not passed on; two logs closed without action or risk assessment",
--     "Lancashire 2009: an arrest request deferred wrongly, no supervisor told, markers of violence not heeded",
-- ]
-- tags = ["inaction", "safeguarding"]
-- falsepositives = [
--     "Done by telephone or in a system whose log is not loaded: see usual_share.",
--     "A duplicate of an incident on which everything was done.",
-- ]
-- blind_spots = [
--     "An incident that nobody opened at all, and one whose subject is not marked.",
--     "An assessment made for form's sake.",
-- ]
-- triage = [
--     "Is the person safe now? Ask that before who is to blame.",
--     "Read the text of the incident: what did whoever closed or left it know?",
-- ]
--
-- Harm by looking away: what was known and not acted on. An incident counts as seen when somebody opens it or works on it, that
-- is, an access to the incident itself while it is open. From then on it has until its closing, or hours_left if that is sooner; an
-- action of any user before that, on the incident or quoting its reference, is enough, also one before it was seen. `defer`
-- is none. One that was acted on later, but before it was closed, is of low level. Nobody is named: whose task it was the log does not
-- say. What was done about an incident opened before the log begins may stand in the log before: where it was opened no more than hours_left
-- before, the level is low, and earlier ones are left out. Where fewer than usual_share of such incidents of a kind show any action, the
-- force seems to log those elsewhere, and the level is low. Points are many, since they must outweigh that whoever saw the incident was
-- rightly there: the score takes 15 off for accesses that are explained.
WITH marked_subject AS (
    SELECT
        incident_subject.reference,
        subject_marker.subject_id,
        subject_marker.marker
    FROM incident_subject
    INNER JOIN subject_marker ON incident_subject.subject_id = subject_marker.subject_id
    WHERE list_contains($markers, subject_marker.marker)
),

log_begin AS (
    SELECT min(occurred_at) AS first_at
    FROM access
),

marked_incident AS (
    SELECT
        incident.reference,
        incident.kind,
        incident.opened_at,
        incident.closed_at,
        incident.opened_at < log_begin.first_at AS before_log
    FROM incident
    CROSS JOIN log_begin
    SEMI JOIN marked_subject ON incident.reference = marked_subject.reference
    WHERE incident.opened_at >= log_begin.first_at - $hours_left * INTERVAL 1 HOUR
),

-- An act belongs to an incident that it is made to, or whose reference it quotes.
act AS (
    SELECT
        marked_incident.reference,
        incident_act.occurred_at,
        incident_act.is_action,
        incident_act.is_close
    FROM marked_incident
    INNER JOIN incident_act ON marked_incident.reference = incident_act.subject_id
    UNION ALL
    SELECT
        marked_incident.reference,
        incident_act.occurred_at,
        incident_act.is_action,
        incident_act.is_close
    FROM marked_incident
    INNER JOIN incident_act ON marked_incident.reference = incident_act.reference
    WHERE incident_act.subject_id IS NULL OR incident_act.subject_id <> marked_incident.reference
),

seen AS (
    SELECT
        marked_incident.reference,
        marked_incident.kind,
        marked_incident.closed_at,
        marked_incident.before_log,
        min(access.occurred_at) AS seen_at
    FROM marked_incident
    INNER JOIN access ON marked_incident.reference = access.subject_id
    WHERE
        access.occurred_at >= marked_incident.opened_at
        AND (marked_incident.closed_at IS NULL OR access.occurred_at < marked_incident.closed_at)
    GROUP BY
        marked_incident.reference, marked_incident.kind, marked_incident.closed_at, marked_incident.before_log
),

closing AS (
    SELECT
        seen.reference,
        min(act.occurred_at) AS closed_at
    FROM seen
    INNER JOIN act ON seen.reference = act.reference
    WHERE act.is_close AND act.occurred_at >= seen.seen_at
    GROUP BY seen.reference
),

due AS (
    SELECT
        seen.reference,
        seen.kind,
        seen.before_log,
        seen.seen_at,
        seen.seen_at + $hours_left * INTERVAL 1 HOUR AS left_at,
        coalesce(least(closing.closed_at, seen.closed_at), closing.closed_at, seen.closed_at) AS closed_at
    FROM seen
    LEFT JOIN closing ON seen.reference = closing.reference
),

timed AS (
    SELECT
        due.reference,
        due.kind,
        due.before_log,
        due.seen_at,
        due.closed_at,
        CASE WHEN due.closed_at < due.left_at THEN due.closed_at ELSE due.left_at END AS due_at
    FROM due
),

done AS (
    SELECT
        timed.reference,
        bool_or(act.occurred_at <= timed.due_at) AS actioned,
        bool_or(timed.closed_at IS NULL OR act.occurred_at <= timed.closed_at) AS actioned_late,
        min(act.occurred_at) AS first_action_at
    FROM timed
    INNER JOIN act ON timed.reference = act.reference
    WHERE act.is_action
    GROUP BY timed.reference
),

judged AS (
    SELECT
        timed.reference,
        timed.kind,
        timed.before_log,
        timed.seen_at,
        timed.closed_at,
        timed.due_at,
        coalesce(done.actioned, FALSE) AS actioned,
        coalesce(done.actioned_late, FALSE) AS actioned_late,
        done.first_action_at
    FROM timed
    CROSS JOIN horizon
    LEFT JOIN done ON timed.reference = done.reference
    WHERE timed.due_at <= horizon.newest_at
),

-- Who saw the few that were not acted on, by when it was due, and whom these hold.
itself AS (
    SELECT
        judged.reference,
        access.access_id,
        access.user_id
    FROM judged
    INNER JOIN access ON judged.reference = access.subject_id
    WHERE NOT judged.actioned AND access.occurred_at <= judged.due_at
),

seeing AS (
    SELECT
        reference,
        count(DISTINCT user_id) AS users
    FROM itself
    GROUP BY reference
),

at_risk AS (
    SELECT
        marked_subject.reference,
        min(marked_subject.subject_id) AS subject_id,
        string_agg(DISTINCT marked_subject.marker, ', ' ORDER BY marked_subject.marker) AS markers
    FROM marked_subject
    SEMI JOIN seeing ON marked_subject.reference = seeing.reference
    GROUP BY marked_subject.reference
),

usual AS (
    SELECT
        kind,
        count(*) AS incidents,
        count(*) FILTER (WHERE actioned) / nullif(CAST(count(*) AS DOUBLE), 0) AS actioned_share
    FROM judged
    GROUP BY kind
)

SELECT
    judged.reference,
    CAST(NULL AS VARCHAR) AS user_id,
    at_risk.subject_id,
    itself.access_id,
    TRUE AS counts,
    CASE
        WHEN
            judged.actioned_late
            OR judged.before_log
            OR (usual.incidents > 1 AND usual.actioned_share < $usual_share)
            THEN 'low'
        ELSE 'medium'
    END AS level,
    CASE
        WHEN
            judged.actioned_late
            OR judged.before_log
            OR (usual.incidents > 1 AND usual.actioned_share < $usual_share)
            THEN 16
        ELSE 40
    END AS points,
    judged.kind AS incident_kind,
    at_risk.markers,
    CASE WHEN judged.closed_at IS NULL OR judged.actioned_late THEN 'left' ELSE 'closed' END AS outcome,
    seeing.users,
    judged.seen_at,
    judged.due_at,
    judged.closed_at,
    judged.first_action_at,
    CAST(floor((floor(epoch(judged.due_at)) - floor(epoch(judged.seen_at))) / 3600) AS BIGINT) AS hours_seen,
    concat_ws(
        '; ',
        translate(judged.kind, '_', ' '),
        concat('somebody on it is marked ', translate(at_risk.markers, '_', ' ')),
        CASE WHEN judged.before_log THEN 'opened before the log begins' END
    ) AS marked_words,
    CASE
        WHEN judged.due_at < judged.closed_at AND NOT judged.actioned_late
            THEN concat('left for ', CAST($hours_left AS VARCHAR), ' hours, then closed')
        WHEN judged.closed_at IS NULL OR judged.actioned_late
            THEN concat('left for ', CAST($hours_left AS VARCHAR), ' hours')
        WHEN floor(epoch(judged.due_at)) - floor(epoch(judged.seen_at)) < 3600 THEN 'closed within the hour'
        ELSE concat(
            'closed after ',
            CAST(
                CAST(floor((floor(epoch(judged.due_at)) - floor(epoch(judged.seen_at))) / 3600) AS BIGINT) AS VARCHAR
            ),
            ' hours'
        )
    END AS outcome_words,
    usual.incidents AS such_incidents,
    round(usual.actioned_share, 4) AS actioned_share
FROM judged
INNER JOIN seeing ON judged.reference = seeing.reference
INNER JOIN usual ON coalesce(judged.kind, '') = coalesce(usual.kind, '')
INNER JOIN at_risk ON judged.reference = at_risk.reference
INNER JOIN itself ON judged.reference = itself.reference
WHERE seeing.users >= 1
ORDER BY judged.reference, itself.access_id
