"""Make a warehouse that holds what was loaded when a run was made. Reads the workspace's database; never writes to it.

Each load is taken from where it still is as it was:

- Events from the database, by load: a later load adds events and takes none away. A load that was withdrawn since is
  mapped again from its file, by the definition of then.
- A reference table from the database, which keeps what each load changed of it: what came later is undone.
- Where the database was made anew since, all is loaded from the files of then, in their order.

A file must have the hash of then. What cannot be had is a reason that is told; the rest is made all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from audit.asof.reasons import Reasons
from audit.errors import InputOutputError, LockedError, SourceError
from audit.load.change import sql_for_content_after
from audit.load.purged import copy_purges, purged_before
from audit.load.replay import EarlierLoad, replay
from audit.report.manifest import InputFile, Manifest
from audit.schema import TABLES
from audit.sources.definition import SourceDefinition
from audit.sql import quote_identifier, quote_literal
from audit.text import counted
from audit.versions import Texts
from audit.warehouse import check_version
from audit.workspace import Input, Workspace

_LIVE = "live"


@dataclass(frozen=True)
class _Known:
    """What the database knows of a load that stands: its row of the log, its input, table and definition."""

    row: Mapping[str, Any]
    input: str
    table: str
    definition: str


class Rebuild:
    """One warehouse being made, and where its rows can be had from."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        workspace: Workspace,
        manifest: Manifest,
        library: Mapping[str, SourceDefinition],
        texts: Texts,
        reasons: Reasons,
    ) -> None:
        self.connection = connection
        self.workspace = workspace
        self.manifest = manifest
        self.library = library
        self.texts = texts
        self.reasons = reasons
        self.known: dict[int, _Known] = {}
        self.withdrawn: dict[int, Mapping[str, Any]] = {}
        self.spoilt: set[str] = set()
        self.purged: dict[int, int] = {}

    def make(self) -> None:
        """Fill the warehouse. Raises LockedError: a batch writes to the database."""
        live = self.workspace.database.exists()
        if live:
            self._attach()
            self._read_loads()
            copy_purges(self.connection, _LIVE)
        else:
            self.reasons.add("data", f"{self.workspace.database.name}: is gone; everything was loaded from the files")
        by_table: dict[str, list[InputFile]] = {}
        for load in sorted(self.manifest.inputs, key=lambda load: load.load_id):
            table = self._table_of(load)
            if table is not None:
                by_table.setdefault(table, []).append(load)
        self._events(by_table.pop("event", []))
        for table, loads in sorted(by_table.items()):
            self._reference(table, loads)
        self._tell_purged()
        if live:
            self.connection.execute(f"DETACH {_LIVE}")

    # What the database has.

    def _attach(self) -> None:
        path = self.workspace.database
        try:
            self.connection.execute(f"ATTACH {quote_literal(str(path))} AS {_LIVE} (READ_ONLY)")
        except duckdb.IOException as fault:
            if "lock" in str(fault).lower():
                raise LockedError(f"{path}: another run holds the workspace; try again when it has ended") from fault
            raise InputOutputError(f"{path}: cannot be opened as a database: restore it from a backup") from fault
        except duckdb.Error as fault:
            raise InputOutputError(f"{path}: cannot be opened as a database: restore it from a backup") from fault
        check_version(self.connection, path, _LIVE)

    def _read_loads(self) -> None:
        sql = f"SELECT * FROM {_LIVE}.load_log INNER JOIN {_LIVE}.load_input USING (load_id)"
        for row in self._rows(sql):
            self.known[row["load_id"]] = _Known(row, row["input"], row["table_name"], row["definition"])
        self.withdrawn = {row["load_id"]: row for row in self._rows(f"SELECT * FROM {_LIVE}.withdrawn_load")}

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _stands(self, load: InputFile) -> bool:
        """Say whether the database still has the load of that id, and not another one: it may have been made anew."""
        known = self.known.get(load.load_id)
        return known is not None and _is_that(known.row, load)

    def _was_here(self, load: InputFile) -> bool:
        """Say whether it was a load of this database, though it may have been withdrawn since."""
        gone = self.withdrawn.get(load.load_id)
        return self._stands(load) or (gone is not None and _is_that(gone, load))

    def _table_of(self, load: InputFile) -> str | None:
        if load.table:
            return load.table
        if self._stands(load):
            return self.known[load.load_id].table
        if load.source in self.library:
            return self.library[load.source].table.name
        self.reasons.add("definition", f"there is no source {load.source} any more, which {load.path} was loaded as")
        return None

    # Events.

    def _events(self, loads: Sequence[InputFile]) -> None:
        standing = [load for load in loads if self._stands(load)]
        counts = dict[int, int]()
        if standing:
            ids = _list_of(standing)
            self.connection.execute(f"INSERT INTO event SELECT * FROM {_LIVE}.event WHERE load_id IN ({ids})")
            counts = dict(self.connection.execute("SELECT load_id, count(*) FROM event GROUP BY load_id").fetchall())
        for load in standing:
            self._take_note(load)
            self._judge_count("event", load, counts.get(load.load_id, 0))
        rest = [load for load in loads if not self._stands(load)]
        # A load that took another's place held the other's events when those between came.
        for load in sorted(rest, key=lambda load: (self._first_id(load.load_id), load.load_id)):
            self._from_file("event", load)

    def _first_id(self, load_id: int) -> int:
        before = {row["again_as"]: old for old, row in self.withdrawn.items()}
        while load_id in before:
            load_id = before[load_id]
        return load_id

    # Reference tables.

    def _reference(self, table: str, loads: Sequence[InputFile]) -> None:
        """Take the table from the database, undoing what later loads changed of it; or load the files of then in their order."""
        if all(map(self._was_here, loads)):
            content = ", ".join(map(quote_identifier, TABLES[table].columns))
            last = max(load.load_id for load in self.manifest.inputs)
            self.connection.execute(
                f"INSERT INTO {quote_identifier(table)} ({content}) {sql_for_content_after(TABLES[table], _LIVE, last)}"
            )
            return
        newest = {self._input_of(load): load for load in loads}
        alone = TABLES[table].arrival == "replace" and len(newest) == 1
        for load in newest.values() if alone else loads:
            self._from_file(table, load, exact=load in newest.values() or TABLES[table].arrival != "replace")

    # Loads.

    def _from_file(self, table: str, load: InputFile, exact: bool = True) -> None:
        definition = self._definition_of(load)
        if definition is None:
            self.spoilt.add(table)
            return
        earlier = EarlierLoad(
            load.load_id, self._item_of(load), self.workspace.folder / load.path, load.sha256, self._time_of(load)
        )
        try:
            loaded = replay(self.connection, self.workspace, definition, earlier)
        except (InputOutputError, SourceError) as fault:
            kind = "file" if isinstance(fault, InputOutputError) else "definition"
            for text in fault.faults:
                self.reasons.add(kind, f"{text}, and the database has no more what load {load.load_id} made of it then")
            self.spoilt.add(table)
            return
        if exact:
            self._judge_count(table, load, loaded)

    def _definition_of(self, load: InputFile) -> SourceDefinition | None:
        wanted = load.definition or (self.known[load.load_id].definition if self._stands(load) else "")
        current = self.library.get(load.source)
        kept = self.texts.definition(wanted) if wanted else None
        if kept is not None:
            return kept
        if current is None:
            self.reasons.add(
                "definition", f"there is no source {load.source} any more, which {load.path} was loaded as"
            )
        elif current.sha256 != wanted:
            self.reasons.add(
                "definition",
                f"source {load.source}: the definition was changed since, its text of then is not kept, and load "
                f"{load.load_id} ({load.path}) was mapped by the one that stands now",
            )
            self.spoilt.add(current.table.name)
        return current

    def _input_of(self, load: InputFile) -> str:
        if load.input:
            return load.input
        return self.known[load.load_id].input if self._stands(load) else self._item_of(load).name

    def _item_of(self, load: InputFile) -> Input:
        if load.input:
            return Input(load.source, load.input.removeprefix(f"{load.source}:"))
        of_source = [item for item in self.workspace.inputs if item.source == load.source]
        return of_source[0] if len(of_source) == 1 else Input(load.source, load.path)

    def _time_of(self, load: InputFile) -> datetime:
        if self._was_here(load):
            row = self.known[load.load_id].row if self._stands(load) else self.withdrawn[load.load_id]
            at: datetime = row["started_at"]
            return at
        return self.manifest.started_at.replace(tzinfo=None)

    def _take_note(self, load: InputFile) -> None:
        for name in ("load_log", "load_input"):
            self.connection.execute(
                f"INSERT INTO {name} SELECT * FROM {_LIVE}.{name} WHERE load_id = ?", [load.load_id]
            )

    def _purged_of(self, load: InputFile) -> int:
        """How many events of a load were purged; of one that does not stand any more it is known only whether any were."""
        if not self._stands(load):
            return int(purged_before(self.connection) is not None)
        row = self.connection.execute(
            "SELECT CAST(sum(events) AS BIGINT) FROM purge_load WHERE load_id = ?", [load.load_id]
        ).fetchone()
        return int(row[0] or 0) if row else 0

    def _tell_purged(self) -> None:
        if self.purged:
            self.reasons.add(
                "purged",
                f"of the events that were loaded then {counted(sum(self.purged.values()), 'is', 'are')} gone, of "
                f"{counted(len(self.purged), 'load')}: those "
                f"older than {purged_before(self.connection)} were purged",
            )

    def _judge_count(self, table: str, load: InputFile, found: int) -> None:
        if found == load.loaded:
            return
        self.spoilt.add(table)
        gone = self._purged_of(load) if table == "event" else 0
        if gone and (gone == load.loaded - found or not self._stands(load)):
            self.purged[load.load_id] = load.loaded - found
            return
        self.reasons.add(
            "data",
            f"load {load.load_id} ({load.path}): {load.loaded:,} records were loaded then, and {found:,} can be had now",
        )


def _is_that(row: Mapping[str, Any], load: InputFile) -> bool:
    told = ("source", "path", "sha256", "records", "loaded", "duplicates", "quarantined", "rejected")
    return all(row[name] == getattr(load, name) for name in told)


def _list_of(loads: Sequence[InputFile]) -> str:
    return ", ".join(str(int(load.load_id)) for load in loads) or "NULL"
