"""A workspace on a desk: write files and definitions, load, look at the tables."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from audit.engine import Limits
from audit.load import FileLoad, LoadResult, load_inputs, load_named, load_named_again
from audit.sources.library import read_library
from audit.warehouse import open_warehouse
from audit.workspace import read_workspace

EVENT = {
    "event_id": "E1",
    "occurred_at": "2024-03-01 10:00:00",
    "system": "RMS",
    "user_id": "U1",
    "action": "view",
    "subject_id": "P1",
    "reason": "theft",
}
LOG_TOML = """
name = "log"
table = "event"
{read}
[columns]
{columns}
"""
# A log as most tests of what logs do have it: with the fixture `log`.
WHEN = "2024-03-01 10:00:00"
HEAD = "id,when,who,why\n"
LOG_COLUMNS = {
    "event_id": '"id"',
    "occurred_at": '"when"',
    "user_id": '"who"',
    "system": '{ value = "RMS" }',
    "action": '{ value = "view" }',
}


def event(**cells: str | None) -> dict[str, str | None]:
    """Return an event with some cells changed; None leaves the column out."""
    return {name: cell for name, cell in (EVENT | cells).items() if cell is not None}


def lines(*rows: str, head: str = HEAD, end: str = "\n") -> str:
    """Return the text of a file with these rows."""
    return head.replace("\n", end) + "".join(row + end for row in rows)


def csv_text(rows: Iterable[Mapping[str, str | None]], **dialect: Any) -> str:
    """Return rows as CSV with a header of the first row's names."""
    rows = list(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, **{"lineterminator": "\n", **dialect})
    writer.writerow(list(rows[0]))
    writer.writerows([list(row.values()) for row in rows])
    return out.getvalue()


class Desk:
    """A workspace folder, its warehouse, and one line for each thing that a test does with them."""

    def __init__(self, folder: Path, timezone: str = "Europe/London") -> None:
        self.folder = folder
        self.timezone = timezone
        self.inputs: list[tuple[str, str]] = [("event", "logs/*")]
        (folder / "sources").mkdir()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = open_warehouse(self.folder / "audit.duckdb", Limits(threads=2))
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def clear(self) -> None:
        """Forget all files and loads."""
        shutil.rmtree(self.folder / "logs", ignore_errors=True)
        for (name,) in self.rows("SELECT table_name FROM duckdb_tables() WHERE table_name <> 'warehouse'"):
            self.rows(f'DELETE FROM "{name}"')

    def write(self, name: str, content: str | bytes | Iterable[Mapping[str, str | None]]) -> Path:
        """Write a file below the workspace; rows become CSV."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str | bytes):
            content = csv_text(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def define(self, text: str | None = None, *, read: str = "", **columns: str) -> None:
        """Write the definition of source "log" and make it the only input; `columns` are TOML values."""
        entries = {name: entry for name, entry in (LOG_COLUMNS | columns).items() if entry}
        lines = "\n".join(f"{name} = {entry}" for name, entry in entries.items())
        text = text or LOG_TOML.format(read=f"[read]\n{read}" if read else "", columns=lines)
        (self.folder / "sources" / "log.toml").write_text(text)
        self.inputs = [("log", "logs/*")]

    def load(self) -> LoadResult:
        """Load what is new of the inputs."""
        workspace = self.workspace()
        return load_inputs(self.connection, workspace, read_library(workspace.sources), lambda message: None)

    def load_files(self, *files: Path, source: str | None = None) -> LoadResult:
        """Load the files named."""
        workspace = self.workspace()
        library = read_library(workspace.sources)
        return load_named(self.connection, workspace, library, files, source, lambda message: None)

    def again(self, *load_ids: int) -> LoadResult:
        """Withdraw loads and map their files anew."""
        workspace = self.workspace()
        library = read_library(workspace.sources)
        return load_named_again(self.connection, workspace, library, load_ids, lambda message: None)

    def load_log(self, content: str | bytes | Iterable[Mapping[str, str | None]], name: str = "logs/a.csv") -> FileLoad:
        """Write one log file, load it without a fault, and return what was counted."""
        self.write(name, content)
        result = self.load()
        assert result.faults == []
        assert len(result.loads) == 1
        return result.loads[0]

    def workspace(self) -> Any:
        inputs = "\n".join(f"[[input]]\nsource = '{source}'\npath = '''{path}'''" for source, path in self.inputs)
        (self.folder / "audit.toml").write_text(
            f'[workspace]\nname = "Desk"\ntimezone = "{self.timezone}"\nsources = ["sources"]\n{inputs}\n'
        )
        return read_workspace(self.folder)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(sql, list(values)).fetchall()

    def column(self, sql: str) -> list[Any]:
        """Return the first column of a query."""
        return [row[0] for row in self.rows(sql)]

    def events(self, columns: str = "*", order: str = "load_id, record_no") -> list[Any]:
        """Return columns of the events: tuples, or bare values where it is one column."""
        rows = self.rows(f"SELECT {columns} FROM event ORDER BY {order}")
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows

    def quarantine(self) -> list[tuple[int, list[str]]]:
        """Return record_no and rules of what is under quarantine."""
        return self.rows("SELECT record_no, rules FROM quarantine ORDER BY load_id, record_no")

    def rejects(self) -> list[tuple[int, str]]:
        """Return record_no and text of what was rejected."""
        return self.rows("SELECT record_no, record FROM rejected_record ORDER BY load_id, record_no")

    def check_balance(self) -> None:
        """Every record of every load ended in exactly one place."""
        rows = self.rows("SELECT records, loaded + duplicates + quarantined + rejected FROM load_log")
        assert all(records == placed for records, placed in rows)


def counts(load: FileLoad) -> tuple[int, int, int, int, int]:
    """Return records, loaded, duplicates, quarantined, rejected."""
    return load.records, load.loaded, load.duplicates, load.quarantined, load.rejected


def faults(result: LoadResult) -> Sequence[str]:
    """Return the messages of a load's faults."""
    return [message for fault in result.faults for message in fault.faults]


def one_record(desk: Desk, column: str, entry: str, head: str, cells: str, read: str = "") -> Any:
    """Load one record of columns id, when, who and `head`, and return a canonical column of it."""
    desk.define(read=read, **{column: entry})
    desk.load_log(f"id,when,who,{head}\n1,2024-03-01 10:00:00,U1,{cells}\n")
    return desk.events(column)[0]
