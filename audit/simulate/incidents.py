"""Incidents, who and what is on them, and who dealt with them. Needs shift and the macros of the public.

An incident is opened inside a shift of the officer who takes it. A colleague of that shift helps with most; one in five
of patrol's is handed to a detective within days; the first officer's part then ends.
"""

import duckdb

from audit.simulate.calendar import Calendar
from audit.simulate.database import fill_table
from audit.simulate.habits import INCIDENT_KINDS, UNIT_KINDS, VICTIM_KINDS

_INCIDENTS = """
CREATE TABLE incident AS
WITH drawn AS (
    SELECT range AS n, u(range, 'unit kind') AS share FROM range($incidents)
), owned AS (
    SELECT
        drawn.n, caseload.unit_kind,
        1 + CAST(floor(u(drawn.n, 'shift') * pool.shifts) AS BIGINT) AS place,
        pick(caseload.kinds, u(drawn.n, 'kind') * u(drawn.n, 'commoner')) AS kind
    FROM drawn
    INNER JOIN caseload ON drawn.share >= caseload.low AND drawn.share < caseload.high
    INNER JOIN (SELECT unit_kind, count(*) AS shifts FROM shift GROUP BY unit_kind) AS pool USING (unit_kind)
), opened AS (
    SELECT
        owned.n, owned.unit_kind, owned.kind, shift.user_no, shift.unit_no, shift.seq, shift.day, shift.starts, shift.ends,
        CAST(shift.starts + u(owned.n, 'opened') * (shift.planned_end - shift.starts - 5400) AS BIGINT) AS opened_at,
        CASE WHEN u(owned.n, 'relative') < 0.0005
            THEN 1 + CAST(floor(u(owned.n, 'whose relative') * $relatives) AS BIGINT) END AS relative_place
    FROM owned INNER JOIN shift USING (unit_kind, place)
), closed AS (
    SELECT
        opened.* EXCLUDE (relative_place),
        CASE WHEN u(n, 'never closed') >= 0.03 THEN CAST(
            opened_at + 86400 * (0.4 - ln(1 - u(n, 'closed')) * incident_kind.mean_days) AS BIGINT
        ) END AS closed_at,
        CASE
            WHEN incident_kind.has_victim THEN victim(u(n, 'first person'))
            WHEN u(n, 'well known') < 0.15 THEN offender(u(n, 'first person'))
            ELSE anybody(u(n, 'first person'))
        END AS first_person,
        CASE
            WHEN u(n, 'second well known') < 0.15 THEN offender(u(n, 'second person'))
            WHEN u(n, 'second well known') < 0.75 THEN anybody(u(n, 'second person'))
        END AS second_person,
        CASE
            WHEN relative_place IS NOT NULL THEN relative.number
            WHEN u(n, 'third') < 0.3 THEN anybody(u(n, 'third person'))
        END AS third_person
    FROM opened INNER JOIN incident_kind USING (unit_kind, kind) LEFT JOIN relative ON relative.place = relative_place
), held AS (
    SELECT
        *,
        CASE WHEN u(n, 'vehicle') < 0.45 OR unit_kind = 'roads' THEN vehicle_of(coalesce(second_person, first_person)) END
            AS vehicle,
        CASE WHEN u(n, 'address') < 0.6 THEN address_of(first_person) END AS address,
        CASE WHEN u(n, 'phone') < 0.35 THEN phone_of(first_person) END AS phone
    FROM closed
)
SELECT
    row_number() OVER (ORDER BY opened_at, n) AS incident_no, held.* EXCLUDE (n, closed_at),
    CASE WHEN closed_at < $finish THEN closed_at END AS closed_at,
    list_filter(
        [first_person * 8, second_person * 8, third_person * 8, vehicle, address, phone], lambda code: code IS NOT NULL
    ) AS subjects,
    coalesce(first_person % 10 = 0 OR second_person % 10 = 0 OR third_person % 10 = 0, false) AS needs_care
FROM held
"""

_CREWS = """
CREATE TABLE crew AS
SELECT unit_no, unit_kind, day, list({'user_no': user_no, 'seq': seq} ORDER BY user_no) AS members
FROM shift
GROUP BY unit_no, unit_kind, day
"""

# A handover looks for a detective of any unit of the right kind on one of the next days.
_ASSIGNMENTS = """
CREATE TABLE assignment AS
WITH mate AS (
    SELECT
        incident.incident_no, 1 AS slot, pick(crew.members, u(incident.incident_no, 'mate')) AS member,
        incident.opened_at, incident.closed_at, incident.user_no AS first_no
    FROM incident INNER JOIN crew USING (unit_no, day)
    WHERE u(incident.incident_no, 'has mate') < 0.7
), wanted AS (
    SELECT
        *,
        incident.day + 1 + CAST(floor(u(incident_no, 'handover day') * 3) AS BIGINT) AS handover_day,
        CASE WHEN list_contains($victim_kinds, kind) THEN 'safeguarding' ELSE 'cid' END AS kind_wanted
    FROM incident
    WHERE unit_kind IN ('response', 'neighbourhood', 'roads') AND u(incident_no, 'handed over') < 0.22
), handed AS (
    SELECT
        wanted.incident_no, 2 AS slot, pick(crew.members, u(wanted.incident_no, 'detective')) AS member,
        wanted.closed_at
    FROM wanted
    INNER JOIN kind_units ON kind_units.unit_kind = wanted.kind_wanted
    INNER JOIN crew
        ON crew.unit_no = pick(kind_units.units, u(wanted.incident_no, 'detectives')) AND crew.day = wanted.handover_day
), taken AS (
    SELECT
        handed.incident_no, handed.slot, handed.member.user_no AS user_no, handed.member.seq AS seq,
        CAST(shift.starts AS BIGINT) AS starts_at
    FROM handed
    INNER JOIN shift ON shift.user_no = handed.member.user_no AND shift.seq = handed.member.seq
    WHERE shift.starts < coalesce(handed.closed_at, 1e15)
)
SELECT
    incident.incident_no, 0 AS slot, 'officer in charge' AS role, incident.user_no, incident.seq, incident.opened_at AS starts_at,
    taken.starts_at + 86400 AS ends_at
FROM incident LEFT JOIN taken USING (incident_no)
UNION ALL
SELECT incident_no, slot, 'attended', member.user_no, member.seq, opened_at, NULL
FROM mate WHERE member.user_no <> first_no
UNION ALL
SELECT incident_no, slot, 'investigator', user_no, seq, starts_at, NULL FROM taken
"""

_OUT = """
INSERT INTO out_incident (reference, kind, unit, opened_at, closed_at)
SELECT reference_id(incident_no), incident.kind, unit.unit, moment(opened_at), moment(closed_at)
FROM incident INNER JOIN unit USING (unit_no);
INSERT INTO out_incident_subject (reference, subject_id, role, linked_at)
SELECT reference_id(incident_no), subject_id(code), role, moment(opened_at)
FROM (
    SELECT incident_no, opened_at,
        unnest([first_person * 8, second_person * 8, third_person * 8, vehicle, address, phone]) AS code,
        unnest([if(needs_care, 'victim', 'reporting'), 'suspect', 'witness', 'vehicle', 'location', 'phone']) AS role
    FROM incident
)
WHERE code IS NOT NULL;
INSERT INTO out_incident_staff (reference, user_id, role, starts_at, ends_at)
SELECT reference_id(assignment.incident_no), officer.user_id, assignment.role, moment(starts_at), moment(ends_at)
FROM assignment INNER JOIN officer USING (user_no)
"""


def open_incidents(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, incidents: int, relatives: list[int]
) -> None:
    """Make the tables incident, crew and assignment, and the workspace's three tables of incidents.

    `relatives` are numbers of persons close to staff: now and then one of them is a witness like anybody else.
    """
    _describe_caseload(connection)
    # A table, not a list beside each incident: with 20,000 staff one list took a gigabyte for each 2,048 incidents.
    fill_table(connection, "relative", {"place": "BIGINT", "number": "BIGINT"}, list(enumerate(relatives, start=1)))
    connection.execute(_INCIDENTS, {"incidents": incidents, "finish": calendar.end, "relatives": len(relatives)})
    connection.execute(_CREWS)
    connection.execute(
        "CREATE TABLE kind_units AS SELECT kind AS unit_kind, list(unit_no ORDER BY unit_no) AS units FROM unit GROUP BY kind"
    )
    connection.execute(_ASSIGNMENTS, {"victim_kinds": list(VICTIM_KINDS)})
    for statement in _OUT.split(";\n"):
        connection.execute(statement)


def _describe_caseload(connection: duckdb.DuckDBPyConnection) -> None:
    low, rows, total = 0.0, [], sum(kind.caseload for kind in UNIT_KINDS)
    for kind in UNIT_KINDS:
        if kind.caseload:
            high = low + kind.caseload / total
            rows.append((kind.name, low, 1.0 if high > 0.999 else high, list(INCIDENT_KINDS[kind.name])))
            low = high
    fill_table(
        connection, "caseload",
        {"unit_kind": "VARCHAR", "low": "DOUBLE", "high": "DOUBLE", "kinds": "VARCHAR[]"}, rows,
    )  # fmt: skip
    fill_table(
        connection, "incident_kind",
        {"unit_kind": "VARCHAR", "kind": "VARCHAR", "mean_days": "INTEGER", "has_victim": "BOOLEAN"},
        [(unit, kind, mean, kind in VICTIM_KINDS) for unit, kinds in INCIDENT_KINDS.items() for kind, mean in kinds.items()],
    )  # fmt: skip
