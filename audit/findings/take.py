"""Take the detectors' rows onto the bench, and what is known of the accesses that they cite. Counts nothing.

Nearly all of a year's hundreds of thousands of findings have one row. So the bench holds the rows themselves, without their
texts: table `taken`; and once more those of findings that have several: table `several`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.errors import QueryError
from audit.sql import quote_identifier, quote_literal

# Columns of a detector's rows that are the program's; the others are numbers behind the finding.
_RESERVED = ("user_id", "subject_id", "access_id", "counts", "level", "points", "first_at", "last_at")
# What is told beside a detector's columns, as "its place": no names that a query would give to columns of its own.
_FACTS = {
    "row_no": "INTEGER",
    "place": "INTEGER",
    "occurred_at": "TIMESTAMP",
    "marked": "BOOLEAN",
    "distance": "INTEGER",
    "after_warning": "BOOLEAN",
    "weak": "BOOLEAN",
    "explained": "BOOLEAN",
}


class Detected(Protocol):
    """What assembling needs to know of a detector: see audit/catalogue/query.py."""

    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def summary(self) -> str: ...


@dataclass(frozen=True)
class Taken:
    """A detector that found something, and its rows; `first`: the number of the first of them among the rows of all."""

    detector: Detected
    rows: pa.Table
    first: int

    @property
    def details(self) -> list[str]:
        """The columns that are numbers behind the finding."""
        return [name for name in self.rows.schema.names if name not in (*_RESERVED, *self.detector.key)]

    @property
    def sql_for_key(self) -> str:
        """The finding's key, as a JSON text."""
        return json_of(self.detector.key)

    @property
    def sql_for_details(self) -> str:
        """The numbers behind the finding, as a JSON text."""
        return json_of(self.details, self.doubles)

    @property
    def doubles(self) -> frozenset[str]:
        """Those of the details that are floating-point numbers."""
        return frozenset(name for name in self.details if pa.types.is_float64(self.rows.schema.field(name).type))

    def given(self, name: str) -> str:
        """SQL for a reserved column; NULL where the detector returns none."""
        return quote_identifier(name) if name in self.rows.schema.names else "NULL"


def take_rows(
    bench: duckdb.DuckDBPyConnection, detected: Sequence[tuple[Detected, pa.Table]], accesses: pa.Table
) -> list[Taken]:
    """Make the tables `fact`, `taken` and `several`; return the detectors that found something.

    `fact` are the accesses with their `place` among them. A finding's id comes from the detector and the key alone.

    Raises:
        QueryError: a detector's column is not constant within a finding.
    """
    places = pa.array(np.arange(len(accesses)), pa.int32())
    # Read where they are: a copy would take their memory twice.
    bench.register("fact", accesses.append_column("place", places))
    found = [(detector, rows) for detector, rows in detected if rows.num_rows]
    facts = _facts_of([rows for _, rows in found], accesses)
    taken: list[Taken] = []
    first = 0
    for detector, rows in found:
        its = facts.slice(first, rows.num_rows)
        columns = {name: rows[name] for name in rows.column_names} | {
            f"its {name}": its[name] for name in its.column_names
        }
        bench.register(f"rows_{len(taken)}", pa.table(columns))
        taken.append(Taken(detector, rows, first))
        first += rows.num_rows
    names = ", ".join(quote_literal(detector.id) for detector, _ in detected) or "''"
    bench.execute(f"CREATE TYPE detector AS ENUM ({names})")
    bench.execute(f"CREATE TABLE taken AS {_sql_for_rows(taken)}")
    bench.execute(_SEVERAL)
    _check_constant(bench, taken)
    return taken


def _facts_of(found: Sequence[pa.Table], accesses: pa.Table) -> pa.Table:
    """Return for each row, those of all detectors numbered as they come, what is known of its access: NULL where nothing is.

    By place among the accesses: a tenth of what a join by their ids costs the bench.
    """
    ids = pa.chunked_array(
        [chunk for rows in found for chunk in rows["access_id"].cast(pa.string()).chunks], pa.string()
    )
    places = pc.index_in(ids, value_set=accesses["access_id"])
    facts = pa.table({
        "occurred_at": accesses["occurred_at"],
        "marked": accesses["marked"],
        "distance": accesses["distance"],
        "after_warning": accesses["after_warning"],
        "weak": pc.equal(accesses["strength"], "weak"),
        "explained": pc.equal(accesses["strength"], "full"),
    }).take(places)  # fmt: skip
    return facts.append_column("place", places).append_column("row_no", pa.array(np.arange(len(ids)), pa.int32()))


def _sql_for_rows(taken: Sequence[Taken]) -> str:
    """SQL for the rows of all detectors, without their texts."""
    return " UNION ALL ".join(_sql_for_rows_of(one, f"rows_{place}") for place, one in enumerate(taken)) or _NO_ROWS


def _sql_for_rows_of(taken: Taken, relation: str) -> str:
    """SQL for a detector's rows. `content`: of what has to be the same in all rows of a finding."""
    detector = quote_literal(taken.detector.id)
    columns = {
        "user_id": f"CAST({taken.given('user_id')} AS VARCHAR)",
        "level": f"COALESCE(CAST({taken.given('level')} AS VARCHAR), {quote_literal(taken.detector.level)})",
        "points": f"CAST(COALESCE({taken.given('points')}, {int(taken.detector.points)}) AS BIGINT)",
        "first_at": f"CAST({taken.given('first_at')} AS TIMESTAMP)",
        "last_at": f"CAST({taken.given('last_at')} AS TIMESTAMP)",
    }
    content = [*columns.values(), taken.given("subject_id"), *(_value(name, taken.doubles) for name in taken.details)]
    named = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    facts = ", ".join(f'"its {name}" AS {name}' for name in _FACTS)
    return f"""
        SELECT
            {facts}, CAST({detector} AS detector) AS detector,
            'F' || left(sha256({detector} || chr(10) || {taken.sql_for_key}), 20) AS finding_id,
            {named},
            hash({", ".join(content)}) AS content, counts
        FROM {relation}
    """


_NO_ROWS = f"""
SELECT
    {", ".join(f"NULL::{kind} AS {name}" for name, kind in _FACTS.items())},
    NULL::detector AS detector, NULL::VARCHAR AS finding_id, NULL::VARCHAR AS user_id,
    NULL::VARCHAR AS level, NULL::BIGINT AS points, NULL::TIMESTAMP AS first_at,
    NULL::TIMESTAMP AS last_at, NULL::UBIGINT AS content, NULL::BOOLEAN AS counts
LIMIT 0
"""
_SEVERAL = """
CREATE TABLE several AS
SELECT taken.*, large.first_row
FROM taken
INNER JOIN (
    SELECT finding_id, min(row_no) AS first_row FROM taken GROUP BY finding_id HAVING count(*) > 1
) AS large ON taken.finding_id = large.finding_id
"""


def json_of(names: Sequence[str], doubles: Collection[str] = ()) -> str:
    """Return SQL for the columns as a JSON text. In `doubles` zero has no sign: engines round a trace below it differently."""
    if not names:
        return "'{}'"
    packed = ", ".join(f"{quote_identifier(name)} := {_value(name, doubles)}" for name in names)
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"


def _value(name: str, doubles: Collection[str]) -> str:
    quoted = quote_identifier(name)
    return f"CASE WHEN {quoted} = 0 THEN 0::DOUBLE ELSE {quoted} END" if name in doubles else quoted


def _check_constant(bench: duckdb.DuckDBPyConnection, taken: Sequence[Taken]) -> None:
    changing = bench.execute(
        """
        SELECT detector, count(*)
        FROM (SELECT detector FROM several GROUP BY detector, finding_id HAVING min(content) <> max(content))
        GROUP BY detector
        ORDER BY detector
        LIMIT 1
        """
    ).fetchall()
    for name, findings in changing:
        key = next(one.detector.key for one in taken if one.detector.id == name)
        raise QueryError(
            f"detector {name}: a column besides access_id and counts changes within a finding, in {findings} "
            f"findings; make it constant for each {', '.join(key)}"
        )
