"""Honest work: accesses that arise from incidents and from standing authorities. Each statement fills the table `act`.

An act is one look-up by one officer; `fan` is how many log events it makes. `code` is the subject (NULL: the incident
itself), `context_no` the incident that it is done for, `quoted` whether its reference may be given. `purpose` says how
it arose: assigned, care (a first assessment that must not be lost), cover, quoted, desk.
"""

import duckdb

from audit.simulate.database import fill_table
from audit.simulate.habits import SYSTEMS_BY_SUBJECT, UNIT_KINDS

_ACT = {
    "act_no": "BIGINT", "user_no": "BIGINT", "seq": "BIGINT", "t": "BIGINT", "code": "BIGINT", "context_no": "BIGINT",
    "quoted": "BOOLEAN", "purpose": "VARCHAR", "unit_kind": "VARCHAR", "system": "VARCHAR", "fan": "TINYINT",
}  # fmt: skip

# Nothing arises later than this after closing: the contract's fourteen days of grace, less an hour.
_LAST = "coalesce({ends}, closed_at, 4000000000) + 86400 * 14 - 3600"

# From a subject of the incident to one that it is linked to: belongings of a person, the person behind a belonging.
_LINKED = """CASE subject % 8
    WHEN 0 THEN coalesce(
        pick([vehicle_of(subject // 8), phone_of(subject // 8), address_of(subject // 8), alias_of(subject // 8)],
            u(act_no, 'which link')), subject)
    WHEN 2 THEN subject // 8 * 16
    ELSE subject // 8 * 8
END"""

_KIND = "CASE WHEN code IS NULL THEN 5 ELSE code % 8 END"

_FAN = """CASE
    WHEN system = 'NDB' AND code % 8 = 1 AND u(act_no, 'chain') < 0.35 THEN 3
    WHEN system IN ('RMS', 'INTEL') AND code IS NOT NULL AND u(act_no, 'chain') < 0.45 THEN 2
    ELSE 1 END"""

_INSERT = f"""
INSERT INTO act
WITH told AS (
    SELECT placed.*,
        CASE WHEN u(act_no, 'the log') < 0.14 THEN NULL
            WHEN u(act_no, 'linked') < 0.25 AND subject // 8 < $persons THEN {_LINKED}
            ELSE subject END AS code
    FROM placed
), done AS (
    SELECT told.*, pick(system_choice.systems, u(act_no, 'system')) AS system
    FROM told
    INNER JOIN system_choice ON system_choice.unit_kind = told.worker_kind AND system_choice.subject_kind = {_KIND}
)
SELECT act_no, user_no, seq, t, code, incident_no, quoted, purpose, worker_kind, system, {_FAN}
FROM done
"""

# Most on the shift of the incident, then fewer and fewer on the next ones; where that falls beyond the time that the
# incident gives, back on the first shift. Late paperwork after closing comes of the long tail.
_ASSIGNED = f"""
WITH share AS (
    SELECT
        assignment.*,
        unnest(range(least(60, greatest(1, CAST(floor(
            $mean * (0.3 - 0.7 * ln(1 - u(incident_no * 4 + slot, 'accesses'))) + u(incident_no * 4 + slot, 'rounding')
        ) AS BIGINT))))) AS i
    FROM assignment
), numbered AS (
    SELECT *, ((incident_no * 4 + slot) * 64 + i) * 16 + 1 AS act_no FROM share
), ahead AS (
    SELECT *, seq + CASE
        WHEN u(act_no, 'shift') < 0.52 THEN 0
        WHEN u(act_no, 'shift') < 0.90 THEN CAST(floor(1 + u(act_no, 'soon') * 4) AS BIGINT)
        ELSE CAST(floor(5 + u(act_no, 'late') * 9) AS BIGINT) END AS wanted
    FROM numbered
), worked AS (
    SELECT
        ahead.act_no, ahead.user_no, ahead.incident_no, incident.opened_at, incident.subjects,
        CASE WHEN later.ends < {_LAST.format(ends="ahead.ends_at")} THEN later.seq ELSE first.seq END AS seq,
        CASE WHEN later.ends < {_LAST.format(ends="ahead.ends_at")} THEN later.starts ELSE first.starts END AS starts,
        CASE WHEN later.ends < {_LAST.format(ends="ahead.ends_at")} THEN later.ends ELSE first.ends END AS ends,
        first.unit_kind AS worker_kind
    FROM ahead
    INNER JOIN incident USING (incident_no)
    INNER JOIN shift AS first ON first.user_no = ahead.user_no AND first.seq = ahead.seq
    LEFT JOIN shift AS later ON later.user_no = ahead.user_no AND later.seq = ahead.wanted
), placed AS (
    SELECT
        act_no, user_no, seq, incident_no, worker_kind, 'assigned' AS purpose,
        u(act_no, 'quotes') < 0.9 AS quoted,
        pick(subjects, u(act_no, 'subject')) AS subject,
        CAST(from_t + u(act_no, 'moment') * (ends - from_t)
            + CASE WHEN u(act_no, 'stays on') < 0.001 AND user_no NOT IN (SELECT user_no FROM quiet) THEN ends - from_t
                ELSE 0 END * 0.08 AS BIGINT) AS t
    FROM (SELECT *, greatest(starts, CASE WHEN opened_at < ends THEN opened_at - 1500 ELSE 0 END) AS from_t FROM worked)
)
"""

# Somebody else's incident: a colleague of the unit (cover), or an officer of another patrol who quotes it (quoted).
_HELPED = f"""
WITH share AS (
    SELECT
        incident.*,
        unnest(range(CAST(floor($mean + u(incident_no, $purpose)) AS BIGINT))) AS i
    FROM incident
), numbered AS (
    SELECT *, (incident_no * 256 + i) * 16 + $type AS act_no FROM share WHERE i < 250
), met AS (
    SELECT
        numbered.act_no, numbered.incident_no, numbered.subjects, numbered.closed_at, numbered.opened_at,
        pick(crew.members, u(act_no, 'helper')) AS member
    FROM numbered
    {{units}}
    INNER JOIN crew
        ON crew.unit_no = {{unit}} AND crew.day = numbered.day + CAST(floor(u(act_no, 'on day') * u(act_no, 'later') * 9) AS BIGINT)
), placed AS (
    SELECT
        met.act_no, shift.user_no, shift.seq, met.incident_no, shift.unit_kind AS worker_kind, $purpose AS purpose,
        u(act_no, 'quotes') < $quotes AS quoted,
        pick(met.subjects, u(act_no, 'subject')) AS subject,
        CAST(shift.starts + u(act_no, 'moment') * (shift.ends - shift.starts) AS BIGINT) AS t
    FROM met
    INNER JOIN shift ON shift.user_no = met.member.user_no AND shift.seq = met.member.seq
    LEFT JOIN quiet ON quiet.user_no = shift.user_no
    WHERE shift.starts > met.opened_at - 80000
        AND shift.ends < {_LAST.format(ends="NULL")}
        AND ($purpose = 'cover' OR quiet.user_no IS NULL)
)
"""
_ANY_PATROL = (
    "INNER JOIN kind_units ON kind_units.unit_kind = pick(['response', 'neighbourhood', 'cid'], u(act_no, 'force'))"
)

# The first assessment of an incident with a vulnerable person; of an intelligence item, its dissemination.
_CARE = """
INSERT INTO act
SELECT
    incident_no * 16 + 5, user_no, seq, CAST(least(opened_at + 300 + u(incident_no, 'care') * 2400, ends) AS BIGINT),
    NULL, incident_no, true, 'care', unit_kind, 'RMS', 1
FROM incident
WHERE needs_care
"""

# Work at a desk follows the incidents of the day before and the day, or anybody.
_DESK = f"""
INSERT INTO act
WITH share AS (
    SELECT
        shift.*,
        unnest(range(least(250, CAST(floor(
            $scale * desk.weight * shift.activity * (0.6 + 0.8 * u(shift_no, 'busy')) + u(shift_no, 'rounding')
        ) AS BIGINT)))) AS i
    FROM shift INNER JOIN desk USING (unit_kind)
), numbered AS (
    SELECT
        *, (shift_no * 256 + i) * 16 + 4 AS act_no,
        CAST(starts + u((shift_no * 256 + i) * 16 + 4, 'moment') * (ends - starts) AS BIGINT) AS t
    FROM share
), drawn AS (
    SELECT numbered.*, pick(desk.uses, u(act_no, 'use')) AS chosen,
        CASE WHEN incident_day.number > 0
            THEN incident_day.first_no + CAST(floor(u(act_no, 'incident') * incident_day.number) AS BIGINT) END AS context_no
    FROM numbered
    INNER JOIN desk USING (unit_kind)
    LEFT JOIN incident_day USING (day)
), met AS (
    SELECT drawn.* EXCLUDE (context_no), chosen.system AS system, incident.incident_no AS context_no,
        CASE chosen.kind
            WHEN 5 THEN CASE WHEN incident.incident_no IS NULL THEN anybody(u(act_no, 'person')) * 8 END
            WHEN 0 THEN CASE WHEN u(act_no, 'of the day') < 0.5 THEN coalesce(incident.first_person, 0)
                ELSE anybody(u(act_no, 'person')) END * 8
            WHEN 1 THEN CASE WHEN u(act_no, 'of the day') < 0.4 THEN incident.vehicle END
            WHEN 2 THEN CASE WHEN u(act_no, 'of the day') < 0.8 THEN incident.address END
            WHEN 3 THEN CASE WHEN u(act_no, 'of the day') < 0.8 THEN incident.phone END
        END AS met_code
    FROM drawn LEFT JOIN incident ON incident.incident_no = drawn.context_no
), told AS (
    SELECT
        *, CASE
            WHEN met_code IS NOT NULL OR chosen.kind = 5 THEN met_code
            WHEN chosen.kind = 1 THEN motorist(u(act_no, 'person'), u(act_no, 'vehicle')) * 8 + 1
            WHEN chosen.kind = 2 THEN address_of(anybody(u(act_no, 'person')))
            ELSE caller(u(act_no, 'person'), u(act_no, 'phone')) * 8 + 3
        END AS code
    FROM met
)
SELECT
    act_no, user_no, seq, t, code, context_no,
    (met_code IS NOT NULL OR chosen.kind = 5) AND u(act_no, 'quotes') < 0.7, 'desk', unit_kind, system, {_FAN}
FROM told
"""

_INCIDENT_DAYS = """
CREATE TABLE incident_day AS
SELECT day.day, min(incident.incident_no) AS first_no, max(incident.incident_no) - min(incident.incident_no) + 1 AS number
FROM day INNER JOIN incident ON incident.opened_at BETWEEN day.midnight - 86400 AND day.midnight + 86400
GROUP BY day.day
"""

# In decimals: a sum of floating-point numbers differs with the number of threads, and so would the force.
_WEIGHED = """
SELECT sum(CAST(weight * activity AS DECIMAL(18, 9))) FROM shift INNER JOIN desk USING (unit_kind)
"""


def do_work(connection: duckdb.DuckDBPyConnection, accesses: int, persons: int, quiet: frozenset[int]) -> None:
    """Fill the table act with about so many honest accesses: 54 % assigned, 7 % cover, 1 % quoted, the rest desks."""
    fill_table(connection, "act", _ACT, [])
    fill_table(connection, "quiet", {"user_no": "BIGINT"}, [(number,) for number in sorted(quiet)])
    _describe_systems(connection)
    connection.execute(_INCIDENT_DAYS)
    connection.execute(_CARE)
    incidents, assignments = _count(connection, "incident"), max(1, _count(connection, "assignment"))
    connection.execute(_ASSIGNED + _INSERT, {"mean": 0.54 * accesses / assignments, "persons": persons})
    cover = {"mean": 0.095 * accesses / incidents, "purpose": "cover", "type": 2, "quotes": 0.65, "persons": persons}
    connection.execute(_HELPED.format(units="", unit="numbered.unit_no") + _INSERT, cover)
    quoted = {"mean": 0.014 * accesses / incidents, "purpose": "quoted", "type": 3, "quotes": 1.0, "persons": persons}
    unit = "pick(kind_units.units, u(act_no, 'unit'))"
    connection.execute(_HELPED.format(units=_ANY_PATROL, unit=unit) + _INSERT, quoted)
    weighed = connection.sql(_WEIGHED).fetchall()[0][0]
    connection.execute(_DESK, {"scale": 0.38 * accesses / float(weighed or 1)})


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _describe_systems(connection: duckdb.DuckDBPyConnection) -> None:
    fill_table(
        connection, "system_choice", {"unit_kind": "VARCHAR", "subject_kind": "INTEGER", "systems": "VARCHAR[]"},
        [(unit, kind, list(systems)) for unit, kinds in SYSTEMS_BY_SUBJECT.items() for kind, systems in enumerate(kinds)],
    )  # fmt: skip
    for name, rows in (
        ("desk", [(kind.name, kind.desk, _uses(kind.desk_uses)) for kind in UNIT_KINDS if kind.desk]),
        ("slip", [(kind.name, 1.0, _uses(kind.slip_uses)) for kind in UNIT_KINDS if kind.slip_uses]),
    ):
        types = {"unit_kind": "VARCHAR", "weight": "DOUBLE", "uses": "STRUCT(system VARCHAR, kind INTEGER)[]"}
        fill_table(connection, name, types, rows)


def _uses(uses: tuple[tuple[str, int], ...]) -> list[dict[str, object]]:
    return [{"system": system, "kind": kind} for system, kind in uses]
