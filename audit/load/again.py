"""Map a loaded file anew by the definition that stands now: what it brought is withdrawn, in the same transaction.

Loads that rest on it are mapped anew with it, in their order (`resting.py`), so that nothing that a file holds goes without
a place. Where one of the files is gone or has changed, or a definition does not fit, nothing is done at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from audit.errors import InputOutputError
from audit.load.fingerprint import hash_file
from audit.load.load import Arrival, forget, naming_faults, place
from audit.load.noting import FileLoad, next_load_id, now
from audit.load.purged import check_held
from audit.load.raw import RawFile
from audit.load.readers import read_raw
from audit.load.resting import StandingLoad, loads_to_follow, loads_with_duplicates, read_standing
from audit.load.withdrawal import GONE, any_event_gone, withdraw_loads
from audit.sources.library import Library
from audit.warehouse import one_transaction
from audit.workspace import Input, Workspace

_ASIDE = "aside_"


@dataclass(frozen=True)
class Withdrawn:
    """A load that was withdrawn, its file, and the load that took its place."""

    load_id: int
    path: str
    again_as: int


@dataclass(frozen=True)
class Again:
    """What was mapped anew, and what for, in the order of the loads."""

    loads: tuple[FileLoad, ...]
    withdrawn: tuple[Withdrawn, ...]


@dataclass(frozen=True)
class _ReadFile:
    """A file read into temporary tables, which are set aside until its turn comes."""

    arrival: Arrival
    raw: RawFile
    started_at: datetime


class _MoreRestsError(Exception):
    """Not only the loads of the plan must be mapped anew."""


def load_again(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    library: Library,
    load_id: int,
    notify: Callable[[str], None],
) -> Again:
    """Withdraw a load and map its file anew, and with it the loads that rest on it: all of it or nothing.

    Raises:
        UsageError: there is no such load, a newer file has replaced it, or an event that a purge held back would be lost.
        SourceError: a definition does not fit a file. InputOutputError: a file is gone or has changed, or the database
        cannot be written.

    """
    loads = read_standing(connection, library, load_id)
    plan = loads_to_follow(loads, load_id)
    rest = loads_with_duplicates(loads, plan) if plan[0].table == "event" else ()
    try:
        try:
            return _replay(connection, workspace, plan, notify, settled=not rest)
        except _MoreRestsError:
            return _replay(connection, workspace, sorted((*plan, *rest), key=_number), notify, settled=True)
    except duckdb.IOException as fault:
        raise InputOutputError(
            f"{workspace.database}: cannot be written; check the free space and permissions"
        ) from fault


def _replay(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    plan: Sequence[StandingLoad],
    notify: Callable[[str], None],
    settled: bool,
) -> Again:
    """Withdraw the loads of the plan and place their files. Unless `settled`, an event that is not given again stops it."""
    arrivals = [_find_file(workspace, load) for load in plan]
    try:
        files = []
        for place_in_plan, (load, arrival) in enumerate(zip(plan, arrivals, strict=True)):
            notify(f"mapping {load.path} anew")
            started_at = now()
            with naming_faults(arrival):
                raw = read_raw(connection, arrival.definition, arrival.path)
            # All are read before the transaction begins, for a file that the fast reader fails on would abort it.
            _rename_temporary(connection, "", f"{_ASIDE}{place_in_plan}_")
            files.append(_ReadFile(arrival, raw, started_at))
        with one_transaction(connection):
            first = next_load_id(connection)
            again_as = {load.load_id: first + place_in_plan for place_in_plan, load in enumerate(plan)}
            withdraw_loads(connection, plan[0].definition.table, again_as, now())
            done = tuple(_place(connection, file, number) for number, file in enumerate(files))
            if not settled and any_event_gone(connection):
                raise _MoreRestsError
            check_held(connection, plan[0].load_id)
        return Again(done, tuple(Withdrawn(load.load_id, load.path, again_as[load.load_id]) for load in plan))
    finally:
        forget(connection)
        for name in (*_temporary(connection, _ASIDE), *_temporary(connection, GONE)):
            connection.execute(f"DROP TABLE temp.{name}")


def _place(connection: duckdb.DuckDBPyConnection, file: _ReadFile, place_in_plan: int) -> FileLoad:
    forget(connection)
    _rename_temporary(connection, f"{_ASIDE}{place_in_plan}_", "")
    with naming_faults(file.arrival):
        return place(connection, file.arrival, file.raw, file.started_at)


def _find_file(workspace: Workspace, load: StandingLoad) -> Arrival:
    """Return the file of a load, which must be the very content that was loaded."""
    path = workspace.folder / load.path
    if not path.is_file():
        raise InputOutputError(
            f"{path}: is not there any more, and load {load.load_id} cannot be mapped anew without it; put the file back. "
            "Nothing was withdrawn"
        )
    before = path.stat()
    found = hash_file(path)
    if found.sha256 != load.sha256:
        raise InputOutputError(
            f"{path}: has changed since load {load.load_id} read it; put that file back. Nothing was withdrawn. What the "
            "file holds now comes in with: audit load"
        )
    item = next((item for item in workspace.inputs if item.name == load.input), None)
    item = item or Input(load.source, load.input.removeprefix(f"{load.source}:"))
    return Arrival(workspace, load.definition, path, item, before, lambda: found)


def _rename_temporary(connection: duckdb.DuckDBPyConnection, before: str, after: str) -> None:
    """Change how the names of temporary tables begin; those set aside are left alone unless they are meant."""
    for name in _temporary(connection, before):
        if before or not name.startswith(_ASIDE):
            connection.execute(f"ALTER TABLE temp.{name} RENAME TO {after}{name.removeprefix(before)}")


def _temporary(connection: duckdb.DuckDBPyConnection, beginning: str) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, ?) ORDER BY table_name",
        [beginning],
    ).fetchall()
    return [str(name) for (name,) in rows]


def _number(load: StandingLoad) -> int:
    return load.load_id
