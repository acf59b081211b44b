"""What the force knows beside the accesses: duty, assignments, incidents, warnings, postings, contact, authorities, relations.

An auditor is to see what the officer was lawfully doing then. So of hundreds of shifts and incidents those are told that bear
on the accesses shown: the shift that an access lies in; an assignment that began within NEAR_HOURS of an access, or to an
incident that holds its subject, is quoted by it or explains it. Where only a subject is asked for, shifts and assignments of
all who looked would drown the accesses, each of which says whether its user was on duty and on what case. What is told is
ids, kinds and times; free text of reference data, such as what a warning is about, is not.
"""

from datetime import datetime

from audit.engine import Engine
from audit.timeline.asked import Asked

# A shift is 8 to 12 hours long: what began so near an access may well be what the user was at.
NEAR_HOURS = 12
BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)
# What the parts read besides canonical tables.
READS = frozenset({"authorised_user", "off_duty_access"})
_NAMED = 3

_SHOWN_SUBJECT = """
SELECT subject_id FROM chosen_access WHERE subject_id IS NOT NULL
UNION
SELECT $subject_id WHERE $subject_id IS NOT NULL
"""
_SHOWN_REFERENCE = """
SELECT reference FROM chosen_access WHERE reference IS NOT NULL
UNION
SELECT explanation_reference FROM chosen_access WHERE explanation_reference IS NOT NULL
"""
# Incidents that hold a subject asked for, or of a user alone one of the subjects shown. An incident is a subject on itself.
_HOLDING = """
SELECT incident_subject.reference, incident_subject.subject_id, min(incident_subject.role) AS role
FROM incident_subject
SEMI JOIN shown_subject ON incident_subject.subject_id = shown_subject.subject_id
WHERE $subject_id IS NULL OR incident_subject.subject_id = $subject_id
GROUP BY incident_subject.reference, incident_subject.subject_id
UNION
SELECT incident.reference, incident.reference AS subject_id, CAST(NULL AS VARCHAR) AS role
FROM incident
SEMI JOIN shown_subject ON incident.reference = shown_subject.subject_id
WHERE $subject_id IS NULL OR incident.reference = $subject_id
"""
_ASSIGNED = f"""
WITH assignment AS (
    SELECT
        incident_staff.reference,
        incident_staff.user_id,
        incident_staff.role,
        coalesce(incident_staff.starts_at, incident.opened_at) AS starts_at,
        coalesce(incident_staff.ends_at, incident.closed_at) AS ends_at
    FROM incident_staff
    LEFT JOIN incident ON incident_staff.reference = incident.reference
    WHERE incident_staff.user_id = $user_id
),

bearing AS (
    SELECT assignment.* FROM assignment SEMI JOIN holding ON assignment.reference = holding.reference
    UNION
    SELECT assignment.* FROM assignment SEMI JOIN shown_reference ON assignment.reference = shown_reference.reference
    UNION
    SELECT DISTINCT assignment.*
    FROM assignment
    INNER JOIN chosen_access
        ON
            assignment.user_id = chosen_access.user_id
            AND chosen_access.occurred_at >= assignment.starts_at - INTERVAL {NEAR_HOURS} HOUR
            AND chosen_access.occurred_at <= assignment.starts_at + INTERVAL {NEAR_HOURS} HOUR
)

SELECT * FROM bearing
WHERE coalesce(starts_at, $begins) < $ends AND coalesce(ends_at, $ends) >= $begins
"""


def _named(table: str, column: str, out: str, which: str = "TRUE") -> str:
    """SELECT for one row a reference: the first few ids of a table, and how many more there are."""
    return f"""
        SELECT
            reference,
            string_agg({column}, ', ' ORDER BY {column}) FILTER (WHERE place <= {_NAMED})
            || CASE WHEN count(*) > {_NAMED} THEN ' and ' || (count(*) - {_NAMED}) || ' more' ELSE '' END AS {out}
        FROM (
            SELECT reference, {column}, row_number() OVER (PARTITION BY reference ORDER BY {column}) AS place
            FROM (
                SELECT DISTINCT reference, {column} FROM {table}
                WHERE {which} AND reference IN (SELECT reference FROM told_incident)
            )
        )
        GROUP BY reference
    """


_TOLD_INCIDENT = """
SELECT reference FROM assigned
UNION
SELECT reference FROM holding WHERE $subject_id IS NOT NULL
"""
_INCIDENT_WORDS = f"""
SELECT
    told_incident.reference,
    told_incident.reference
    || coalesce(' (' || nullif(concat_ws(', ', incident.kind, 'unit ' || incident.unit), '') || ')', '') AS incident,
    staffed.staff,
    beside.others,
    on_it.subjects
FROM told_incident
LEFT JOIN incident ON told_incident.reference = incident.reference
LEFT JOIN ({_named("incident_staff", "user_id", "staff")}) AS staffed ON told_incident.reference = staffed.reference
LEFT JOIN ({_named("incident_staff", "user_id", "others", "user_id <> $user_id")}) AS beside
    ON told_incident.reference = beside.reference
LEFT JOIN ({_named("incident_subject", "subject_id", "subjects")}) AS on_it ON told_incident.reference = on_it.reference
"""

_OVERLAPS = "coalesce({0}.starts_at, $begins) < $ends AND coalesce({0}.ends_at, $ends) > $begins"
# event -> SELECT for: occurred_at, ends_at, user_id, subject_id, reference, told. NULL occurred_at: it holds whenever. In the
# order in which things of one second are told; all come before an access of that second.
_PARTS = {
    "staff": """
        SELECT NULL AS occurred_at, NULL AS ends_at, user_id, NULL AS subject_id, NULL AS reference,
            concat_ws(', ', 'role ' || role, 'rank ' || rank, 'joined ' || joined_on, 'left ' || left_on) AS told
        FROM staff
        WHERE user_id = $user_id AND coalesce(role, rank, CAST(joined_on AS VARCHAR), CAST(left_on AS VARCHAR)) IS NOT NULL
    """,
    "subject": """
        SELECT NULL AS occurred_at, NULL AS ends_at, NULL AS user_id, subject_id, NULL AS reference,
            concat_ws(', ', subject_kind, 'marked ' || replace(nullif(markers, ''), ';', ', ')) AS told
        FROM subject WHERE subject_id = $subject_id AND coalesce(subject_kind, nullif(markers, '')) IS NOT NULL
    """,
    "relation": f"""
        SELECT NULL AS occurred_at, NULL AS ends_at, user_id, subject_id, NULL AS reference, 'own record of ' || user_id AS told
        FROM staff
        WHERE subject_id IN (SELECT subject_id FROM shown_subject)
            AND ($user_id IS NULL AND subject_id = $subject_id OR user_id = $user_id)
        UNION ALL
        SELECT starts_at AS occurred_at, ends_at, user_id, subject_id, NULL AS reference,
            replace(relation, '_', ' ') || ' of ' || user_id AS told
        FROM relationship
        WHERE subject_id IN (SELECT subject_id FROM shown_subject)
            AND ($user_id IS NULL AND subject_id = $subject_id OR user_id = $user_id)
            AND {_OVERLAPS.format("relationship")}
    """,
    "link": f"""
        SELECT subject_link.starts_at AS occurred_at, subject_link.ends_at AS ends_at, NULL AS user_id, $subject_id AS subject_id,
            NULL AS reference,
            replace(relation, '_', ' ') || ' link with '
            || CASE WHEN subject_id = $subject_id THEN linked_id ELSE subject_id END AS told
        FROM subject_link WHERE (subject_id = $subject_id OR linked_id = $subject_id) AND {_OVERLAPS.format("subject_link")}
    """,
    "posting": f"""
        SELECT starts_at AS occurred_at, ends_at, user_id, NULL AS subject_id, NULL AS reference,
            concat_ws(', ', 'unit ' || unit, 'role ' || role, 'supervisor ' || supervisor_id) AS told
        FROM posting WHERE user_id = $user_id AND {_OVERLAPS.format("posting")}
    """,
    "authority": f"""
        SELECT starts_at AS occurred_at, ends_at, user_id, NULL AS subject_id, authority_id AS reference,
            'covered by authority ' || authority_id
            || coalesce(' for ' || nullif(concat_ws(', ', system, action, subject_kind), ''), '') AS told
        FROM authorised_user WHERE user_id = $user_id AND {_OVERLAPS.format("authorised_user")}
    """,
    "warning": """
        SELECT issued_at AS occurred_at, expires_at AS ends_at, user_id, subject_id, NULL AS reference,
            concat_ws(
                ', ', 'warning ' || warning_id || ' (' || replace(kind, '_', ' ') || ')', 'on system ' || system,
                'naming ' || subject_id
            ) AS told
        FROM warning
        WHERE issued_at < $ends AND CASE
            WHEN $user_id IS NOT NULL THEN user_id = $user_id
            ELSE subject_id IS NOT DISTINCT FROM $subject_id
                OR user_id IN (SELECT user_id FROM chosen_access WHERE user_id IS NOT NULL)
        END
    """,
    "complaint": """
        SELECT received_at AS occurred_at, NULL AS ends_at, user_id, subject_id, NULL AS reference,
            concat_ws(' ', 'complaint', complaint_id, 'about ' || user_id, 'by ' || subject_id) AS told
        FROM complaint
        WHERE CASE WHEN $user_id IS NULL THEN subject_id = $subject_id ELSE user_id = $user_id END
            AND received_at >= $begins AND received_at < $ends
    """,
    "watch": f"""
        SELECT starts_at AS occurred_at, ends_at, user_id, subject_id, NULL AS reference,
            'watch ' || watch_id || ' on ' || coalesce(user_id, subject_id) || ', authority ' || authority AS told
        FROM watch WHERE (user_id = $user_id OR subject_id = $subject_id) AND {_OVERLAPS.format("watch")}
    """,
    "opened": """
        SELECT incident.opened_at AS occurred_at, NULL AS ends_at, NULL AS user_id, holding.subject_id, incident.reference,
            concat_ws('; ', told_of.incident || ' opened', 'the subject is on it as ' || holding.role, 'staff: ' || told_of.staff)
            AS told
        FROM incident
        INNER JOIN holding ON incident.reference = holding.reference
        INNER JOIN told_of ON incident.reference = told_of.reference
        WHERE holding.subject_id = $subject_id AND incident.opened_at < $ends
            AND coalesce(incident.closed_at, $ends) >= $begins
    """,
    "duty": """
        SELECT duty.starts_at AS occurred_at, duty.ends_at AS ends_at, duty.user_id, NULL AS subject_id, NULL AS reference,
            duty.status AS told
        FROM duty
        WHERE duty.user_id = $user_id AND duty.starts_at < $ends AND duty.ends_at > $begins AND (
            duty.status = 'suspended'
            OR EXISTS (
                SELECT 1 FROM chosen_access
                WHERE chosen_access.user_id = duty.user_id
                    AND chosen_access.occurred_at >= duty.starts_at AND chosen_access.occurred_at < duty.ends_at
            )
        )
    """,
    "assigned": """
        SELECT assigned.starts_at AS occurred_at, assigned.ends_at, assigned.user_id, NULL AS subject_id, assigned.reference,
            concat_ws(
                '; ', 'on ' || told_of.incident || coalesce(' as ' || assigned.role, '')
                || coalesce(' with ' || told_of.others, ', alone'), 'on it: ' || told_of.subjects
            ) AS told
        FROM assigned
        INNER JOIN told_of ON assigned.reference = told_of.reference
    """,
    "contact": """
        SELECT occurred_at, NULL AS ends_at, user_id, subject_id, NULL AS reference,
            concat_ws(', ', 'contact ' || contact_id, channel, direction, device || ' device') AS told
        FROM contact
        WHERE ($user_id IS NULL OR user_id = $user_id) AND ($subject_id IS NULL OR subject_id = $subject_id)
            AND occurred_at >= $begins AND occurred_at < $ends
    """,
    "closed": """
        SELECT incident.closed_at AS occurred_at, NULL AS ends_at, NULL AS user_id, holding.subject_id, incident.reference,
            told_of.incident || ' closed' AS told
        FROM incident
        INNER JOIN holding ON incident.reference = holding.reference
        INNER JOIN told_of ON incident.reference = told_of.reference
        WHERE holding.subject_id = $subject_id AND incident.closed_at >= $begins AND incident.closed_at < $ends
    """,
}  # fmt: skip


def lay_around(engine: Engine, asked: Asked, begins: datetime, ends: datetime) -> None:
    """Make `around`, a row for each thing known from `begins` to `ends` (UTC). After the accesses were chosen."""
    bound = {"user_id": asked.user_id, "subject_id": asked.subject_id, "begins": begins, "ends": ends}
    for name, sql in (
        ("shown_subject", _SHOWN_SUBJECT),
        ("shown_reference", _SHOWN_REFERENCE),
        ("holding", _HOLDING),
        ("assigned", _ASSIGNED),
        ("told_incident", _TOLD_INCIDENT),
        ("told_of", _INCIDENT_WORDS),
    ):
        engine.create_table(name, sql, bound)
    parts = [
        f"SELECT CAST(occurred_at AS TIMESTAMP) AS occurred_at, CAST(ends_at AS TIMESTAMP) AS ends_at, '{event}' AS event, "
        f"user_id, CAST(subject_id AS VARCHAR) AS subject_id, reference, told, {place} AS place FROM ({sql}) AS part"
        for place, (event, sql) in enumerate(_PARTS.items())
    ]
    engine.create_table("around", " UNION ALL ".join(parts), bound)
