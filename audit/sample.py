"""Draw accesses by lot for a dip-sample: each as likely as any other, whatever accounts for it, and the same for the same seed.

The lot of an access is a hash of the seed and of where it comes from: its source and its first event there. So it depends on no
other access, nor on threads or the order of loading: the first ten of twenty are the ten, and what is loaded later takes no more
than the places of its own lots. Not the access id, which changes when another source turns out to use it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from audit.asking import asking
from audit.catalogue import Catalogue
from audit.catalogue.faults import suggestion
from audit.engine import Engine
from audit.errors import UsageError
from audit.explain import SQL_FOR_STATES, find_horizon, tell_tried, use_explained
from audit.known import why_unknown
from audit.progress import Notify
from audit.run import horizon_span
from audit.workspace import Workspace

# All of them stand on the ledger, and somebody is to ask about each.
MOST = 10_000
STRATA = ("user", "unit", "system")
_READS = frozenset({"user_position"})
_HELD_THEN = """
    access.user_id = user_position.user_id
    AND (user_position.starts_at IS NULL OR access.occurred_at >= user_position.starts_at)
    AND (user_position.ends_at IS NULL OR access.occurred_at < user_position.ends_at)
    AND ($unit IS NULL OR user_position.unit = $unit)
"""
# Of several postings held at once the first by name; with a unit asked for, that one.
_OF_UNIT = f"""
SELECT access.access_id, min(user_position.unit) AS unit
FROM access
INNER JOIN user_position ON {_HELD_THEN}
GROUP BY access.access_id
"""
_LOT = """
md5(
    $seed || ':' || CASE
        WHEN starts_with(access_id, source || ':') THEN access_id
        ELSE source || ':' || access_id
    END
)
"""
_DRAWN = f"""
WITH lot AS (SELECT access_id, stratum, {_LOT} AS number FROM ({{population}}) AS population),

first_lot AS ({{first}})

SELECT
    CAST(row_number() OVER (ORDER BY first_lot.stratum NULLS LAST, first_lot.number, first_lot.access_id) AS INTEGER) AS place,
    first_lot.access_id,
    stratum_size.accesses AS population
FROM first_lot
INNER JOIN stratum_size ON first_lot.stratum IS NOT DISTINCT FROM stratum_size.stratum
"""
_FIRST_OF_ALL = "SELECT * FROM lot ORDER BY number, access_id LIMIT {n:d}"
# Of ten million accesses in less than half the time that a window takes, which sorts all of them.
_FIRST_OF_EACH = """
    SELECT stratum, first.number, first.access_id
    FROM (
        SELECT stratum, unnest(min(struct_pack(number := number, access_id := access_id), {n:d})) AS first
        FROM lot
        GROUP BY stratum
    ) AS each
"""
_CONDITIONS = {
    "system": "access.system = $system",
    "user_id": "access.user_id = $user_id",
    "since": "access.local_date >= $since",
    "until": "access.local_date <= $until",
    "state": "access.state = $state",
}
_STRATUM = {
    None: "CAST(NULL AS VARCHAR)",
    "user": "access.user_id",
    "unit": "of_unit.unit",
    "system": "access.system",
}
_TOLD = f"""
WITH told AS ({SQL_FOR_STATES} WHERE access.access_id IN (SELECT access_id FROM drawn)),

position AS (
    SELECT access.access_id, user_position.unit, user_position.supervisor_id
    FROM told AS access
    INNER JOIN user_position ON {_HELD_THEN}
    QUALIFY row_number() OVER (
        PARTITION BY access.access_id ORDER BY user_position.unit, user_position.supervisor_id, user_position.starts_at
    ) = 1
)

SELECT
    drawn.place,
    told.access_id,
    told.occurred_at,
    told.system,
    told.action,
    told.user_id,
    told.operator_id,
    position.unit,
    position.supervisor_id,
    told.subject_kind,
    told.subject_id,
    told.reason,
    told.reference,
    told.state,
    told.explanation,
    told.explanation_reference,
    tried_in_vain.tried,
    told.not_judged_for,
    told.source,
    load_log.path,
    load_log.sha256,
    told.record_no,
    $seed AS seed,
    drawn.population
FROM drawn
INNER JOIN told ON drawn.access_id = told.access_id
LEFT JOIN position ON drawn.access_id = position.access_id
LEFT JOIN tried_in_vain ON drawn.access_id = tried_in_vain.access_id
LEFT JOIN load_log ON told.load_id = load_log.load_id
ORDER BY drawn.place
"""


@dataclass(frozen=True)
class Asked:
    """How many accesses, by which seed, and from which: None = any. `since` and `until` are local days, both included.

    `state`: one of STATES, as of what is loaded now. `unit`: the user's at the time. `per`: so many of each of STRATA, in place
    of so many in all; accesses without one are a stratum of their own.
    """

    n: int
    seed: str
    system: str | None = None
    user_id: str | None = None
    unit: str | None = None
    since: date | None = None
    until: date | None = None
    state: str | None = None
    per: str | None = None

    @property
    def filters(self) -> Mapping[str, str]:
        """What the accesses are drawn from, as the ledger has it: of two draws with the same ones any two can be compared."""
        names = ("system", "user_id", "unit", "since", "until", "state", "per")
        return {name: str(value) for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True)
class Sample:
    """`rows`: the accesses drawn, by place; of each `population`: how many it was drawn from, in its stratum if there are any.

    `population`: how many meet the filters. `accesses`: how many are loaded. `strata`: users, units or systems of each of which
    so many were drawn, and `nameless`: how many accesses name none. `last_load`: what was loaded when it was drawn; 0 = nothing.
    """

    asked: Asked
    rows: pa.Table
    population: int
    accesses: int
    strata: int
    nameless: int
    last_load: int

    @property
    def access_ids(self) -> list[str]:
        """The accesses drawn, by place."""
        drawn: list[str] = self.rows["access_id"].to_pylist()
        return drawn


def draw_sample(workspace: Workspace, catalogue: Catalogue, asked: Asked, notify: Notify) -> Sample:
    """Draw accesses of what is loaded.

    Raises:
        UsageError: a filter names what stands nowhere in what is loaded, or more would be drawn than MOST. LockedError: a batch
        writes to the database. InputOutputError: there is none.

    """
    if asked.since and asked.until and asked.since > asked.until:
        raise UsageError(f"--since {asked.since}: is later than --until {asked.until}")
    with asking(workspace, catalogue, notify) as engine:
        if unknown := [*why_unknown(engine, asked.user_id, None), *_why_unknown_place(engine, asked)]:
            raise UsageError(unknown)
        use_explained(engine, catalogue, find_horizon(engine, horizon_span(workspace)), _READS)
        notify("drawing")
        strata = draw(engine, asked)
        engine.create_view("cited", "SELECT access_id FROM drawn")
        engine.create_table_from("tried_in_vain", tell_tried(engine, catalogue))
        rows = engine.query(_TOLD, _bound(asked))
        population = sum(strata.values())
        return Sample(
            asked,
            rows,
            population,
            _whole(engine, "SELECT count(*) AS whole FROM access"),
            sum(stratum is not None for stratum in strata),
            strata.get(None, 0),
            _whole(engine, "SELECT coalesce(max(load_id), 0) AS whole FROM load_log"),
        )


def draw(engine: Engine, asked: Asked) -> dict[str | None, int]:
    """Make `drawn`: place, access_id and population. Return how many accesses each stratum has; of all at once there is one.

    Reads `access`, and only where they are asked for `user_position`, `explanation` and `horizon`.

    Raises:
        UsageError: more would be drawn than MOST.

    """
    bound, population = _bound(asked), _sql_for_population(asked)
    engine.create_table(
        "stratum_size",
        f"SELECT stratum, count(*) AS accesses FROM ({population}) AS population GROUP BY stratum",
        bound,
    )
    strata = {row["stratum"]: row["accesses"] for row in engine.query("SELECT * FROM stratum_size").to_pylist()}
    would_be = sum(min(asked.n, size) for size in strata.values())
    if would_be > MOST:
        raise UsageError(
            f"--n {asked.n}: would draw {would_be:,} accesses, and at most {MOST:,} are drawn at once; ask for fewer"
        )
    first = (_FIRST_OF_EACH if asked.per else _FIRST_OF_ALL).format(n=min(asked.n, MOST))
    engine.create_table("drawn", _DRAWN.format(population=population, first=first), bound)
    return strata


def _sql_for_population(asked: Asked) -> str:
    """Return the SELECT for access_id, source and stratum of the accesses that meet the filters."""
    # What is not asked for is not reckoned: of millions of accesses it would take longest.
    relation = f"({SQL_FOR_STATES}) AS access" if asked.state else "access"
    if asked.unit or asked.per == "unit":
        how = "INNER" if asked.unit else "LEFT"
        relation += f" {how} JOIN ({_OF_UNIT}) AS of_unit ON access.access_id = of_unit.access_id"
    conditions = [text for name, text in _CONDITIONS.items() if getattr(asked, name) is not None]
    return (
        f"SELECT access.access_id, access.source, {_STRATUM[asked.per]} AS stratum "
        f"FROM {relation} WHERE {' AND '.join(conditions) or 'TRUE'}"
    )


def _bound(asked: Asked) -> dict[str, object]:
    names = ("seed", "system", "user_id", "unit", "since", "until", "state")
    return {name: getattr(asked, name) for name in names}


def _why_unknown_place(engine: Engine, asked: Asked) -> list[str]:
    """Return a sentence for the system and for the unit, where no access or posting names it."""
    return [
        f'{word} "{name}": no {what} names such a {word}{suggestion(name, known) or "; names are compared letter for letter"}'
        for word, name, what, table in (
            ("system", asked.system, "access", "access"),
            ("unit", asked.unit, "posting", "posting"),
        )
        if name is not None and name not in (known := _names(engine, word, table))
    ]


def _names(engine: Engine, column: str, table: str) -> list[str]:
    names: list[str] = engine.query(
        f"SELECT DISTINCT {column} AS name FROM {table} WHERE {column} IS NOT NULL ORDER BY name"
    )["name"].to_pylist()
    return names


def _whole(engine: Engine, sql: str) -> int:
    return int(engine.query(sql)["whole"][0].as_py())
