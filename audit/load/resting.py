"""Which loads must be mapped anew together: those that rest on the one that is named. Changes nothing.

An event log: a file whose ids are made of content gives other ids under another definition, so all files of its source
follow; else only those with duplicates, and only where an event that stood is not given again. A table that accumulates:
the newest content stands, so every later load follows. Duty: a later file clears an earlier one's rows, so from the first
that lost some. Any other table: the file that stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from audit.errors import UsageError
from audit.sources.definition import SourceDefinition
from audit.sources.library import Library, find_definition


@dataclass(frozen=True)
class StandingLoad:
    """A load that stands, and its definition as it is now. `lost`: rows that a later load took out of its table."""

    load_id: int
    source: str
    input: str
    path: str
    sha256: str
    duplicates: int
    mapped_by: str
    lost: int
    definition: SourceDefinition

    @property
    def table(self) -> str:
        """The canonical table that the load was for."""
        return self.definition.table.name


def read_standing(connection: duckdb.DuckDBPyConnection, library: Library, load_id: int) -> tuple[StandingLoad, ...]:
    """Return the loads into the table of a load, in their order.

    Raises:
        UsageError: there is no such load. SourceError: there is no definition of one of the sources any more.

    """
    named = connection.execute("SELECT table_name FROM load_input WHERE load_id = ?", [load_id]).fetchone()
    if named is None:
        raise UsageError(_unknown(connection, load_id))
    table = str(named[0])
    rows = connection.execute(
        """
        SELECT load_id, source, input, path, sha256, duplicates, definition, loaded
        FROM load_log INNER JOIN load_input USING (load_id)
        WHERE table_name = ?
        ORDER BY load_id
        """,
        [table],
    ).fetchall()
    there: dict[int, int] = {}
    if table != "event":
        there = dict(connection.execute(f'SELECT load_id, count(*) FROM "{table}" GROUP BY load_id').fetchall())
    return tuple(
        StandingLoad(
            number,
            source,
            item,
            path,
            sha256,
            duplicates,
            mapped_by,
            0 if table == "event" else loaded - there.get(number, 0),
            find_definition(library, source, f"load {number}"),
        )
        for number, source, item, path, sha256, duplicates, mapped_by, loaded in rows
    )


def _unknown(connection: duckdb.DuckDBPyConnection, load_id: int) -> str:
    row = connection.execute("SELECT again_as FROM withdrawn_load WHERE load_id = ?", [load_id]).fetchone()
    if row:
        return f"load {load_id} was withdrawn already; load {row[0]} took its place"
    return f"there is no load {load_id}; `audit load` and `audit quarantine` name the loads by their ids"


def loads_to_follow(loads: Sequence[StandingLoad], load_id: int) -> tuple[StandingLoad, ...]:
    """Return the load that is named and those that must be mapped anew with it, as far as it is known beforehand.

    Raises:
        UsageError: it is of a reference table, and a newer file of its input has replaced it.

    """
    named = next(load for load in loads if load.load_id == load_id)
    arrival = named.definition.table.arrival
    if arrival == "append":
        of_source = tuple(load for load in loads if load.source == named.source)
        return of_source if _ids_change(of_source) else (named,)
    if arrival == "accumulate":
        return tuple(load for load in loads if load.load_id >= load_id)
    of_input = [load for load in loads if load.input == named.input]
    if arrival == "span":
        first = min([load_id, *(load.load_id for load in of_input if load.lost)])
        return tuple(load for load in of_input if load.load_id >= first)
    if of_input[-1] != named:
        raise UsageError(
            f"load {load_id} ({named.path}) was replaced by a newer file of its input; map that one anew: "
            f"audit load --again {of_input[-1].load_id}"
        )
    return (named,)


def loads_with_duplicates(loads: Sequence[StandingLoad], plan: Sequence[StandingLoad]) -> tuple[StandingLoad, ...]:
    """Return the later loads of the source that may hold what is gone: a record of theirs was a duplicate of it."""
    first = min(load.load_id for load in plan)
    known = {load.load_id for load in plan}
    return tuple(
        load
        for load in loads
        if load.source == plan[0].source and load.load_id > first and load.duplicates and load.load_id not in known
    )


def _ids_change(loads: Sequence[StandingLoad]) -> bool:
    definition = loads[0].definition
    rule = definition.rules.get("event_id")
    made_of_content = rule is None or rule.optional
    return made_of_content and any(load.mapped_by != definition.sha256 for load in loads)
