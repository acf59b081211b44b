"""DuckDB behind the engine interface: one connection, closed off from files, network and settings where queries run."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

from audit.engine.base import Parameters
from audit.errors import InputOutputError, LockedError, QueryError, QueryOutOfMemory, QueryStopped
from audit.sql import quote_identifier, quote_literal


@dataclass(frozen=True)
class Limits:
    """What the engine may use: threads (None = all cores) and memory, in DuckDB's words such as "4GB".

    Without `memory`: 1.5 GB for each thread, 3 GB at the least, and no more than 80 % of the machine's. More makes nothing faster.

    `seconds`: how long one query of the catalogue may run. `scratch`: the folder for what does not fit into memory, made
    when it is needed; None = beside the database.
    """

    threads: int | None = None
    memory: str | None = None
    seconds: float | None = None
    scratch: Path | None = None


class DuckDBEngine:
    """Runs queries on one DuckDB connection. Tables that it makes are temporary unless `keep` is set."""

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, connection: duckdb.DuckDBPyConnection, keep: bool = False, seconds: float | None = None) -> None:
        """Take an open connection; `keep` makes tables in the database itself. No query runs longer than `seconds`."""
        self.connection = connection
        self._seconds = seconds
        self._temporary = "" if keep else "TEMP "
        # Name -> TABLE or VIEW. Asking the catalog each time would take longer than most of the statements asked for.
        self._made: dict[str, str] = {}

    @classmethod
    def in_memory(cls) -> Self:
        """Open an empty engine, for cases and tests."""
        connection = duckdb.connect(":memory:")
        _settle(connection, Limits(threads=1))
        close_off(connection)
        return cls(connection, keep=True)

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the rows of a SELECT.

        Raises:
            QueryStopped: it ran too long. QueryOutOfMemory: it needs more than it may use. QueryError: it does not fit the
            tables, or what is in them.

        """
        with naming_query_faults(), self._limited():
            used = _used(self.connection, sql, parameters) if parameters else None
            return self.connection.sql(sql, params=used).to_arrow_table()

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement of the program's own around a query, no longer than a query may run."""
        with self._limited():
            self._execute(sql, parameters)

    def create_table(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table of a SELECT's rows. The SELECT may read the relation that it replaces."""
        if self._made.get(name) != "VIEW":
            self.execute(f"CREATE OR REPLACE {self._temporary}TABLE {quote_identifier(name)} AS {sql}", parameters)
        else:
            # A view cannot be replaced by a table that is made of it.
            made = quote_identifier(f"{name} being made")
            self.execute(f"CREATE OR REPLACE {self._temporary}TABLE {made} AS {sql}", parameters)
            self.drop(name)
            self._execute(f"ALTER TABLE {made} RENAME TO {quote_identifier(name)}")
        self._made[name] = "TABLE"

    def create_view(self, name: str, sql: str) -> None:
        """Name a SELECT."""
        if self._made.get(name) == "TABLE":
            self.drop(name)
        self._execute(f"CREATE OR REPLACE {self._temporary}VIEW {quote_identifier(name)} AS {sql}")
        self._made[name] = "VIEW"

    def create_table_from(self, name: str, table: pa.Table) -> None:
        """Make a table of an Arrow table's rows."""
        self.connection.register("arrow rows", table)
        try:
            self.create_table(name, 'SELECT * FROM "arrow rows"')
        finally:
            self.connection.unregister("arrow rows")

    def columns(self, name: str) -> dict[str, str]:
        """Return column -> DuckDB type, in order; empty when there is no such relation."""
        try:
            rows = self._execute(f"DESCRIBE {quote_identifier(name)}").fetchall()
        except duckdb.CatalogException:
            return {}
        return {str(row[0]): str(row[1]) for row in rows}

    def drop(self, name: str) -> None:
        """Remove the relation of that name that this engine made, if there is one."""
        if kind := self._made.pop(name, None):
            self._execute(f"DROP {kind} {self._place}.main.{quote_identifier(name)}")

    def made(self) -> tuple[str, ...]:
        """Return the names of the relations that this engine made and has not dropped, the last first."""
        return tuple(reversed(self._made))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Interrupt what runs in the block when its time is over."""
        if self._seconds is None:
            yield
            return
        over = threading.Event()

        def stop() -> None:
            over.set()
            self.connection.interrupt()

        timer = threading.Timer(self._seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException as fault:
            if not over.is_set():
                raise
            raise QueryStopped(
                f"a query ran longer than {self._seconds / 60:g} minutes and was stopped; see [workspace] query_minutes"
            ) from fault
        finally:
            timer.cancel()

    @cached_property
    def _place(self) -> str:
        """Return the catalog that holds what this engine makes, as SQL."""
        if self._temporary:
            return "temp"
        row = self.connection.execute("SELECT current_database()").fetchone()
        return quote_identifier(str(row[0]) if row else "")

    def _execute(self, sql: str, parameters: Parameters | None = None) -> duckdb.DuckDBPyConnection:
        if not parameters:
            return self.connection.execute(sql)
        return self.connection.execute(sql, _used(self.connection, sql, parameters))


def connect(path: Path, limits: Limits, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file.

    Raises:
        LockedError: another process writes to it.
        InputOutputError: it cannot be read, or is no database of ours.

    """
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config={"autoinstall_known_extensions": "false"})
    except duckdb.IOException as fault:
        if "lock" in str(fault).lower():
            raise LockedError(f"{path}: another run holds the workspace; try again when it has ended") from fault
        if path.exists() and not os.access(path, os.R_OK if read_only else os.R_OK | os.W_OK):
            raise InputOutputError(
                f"{path}: permission denied; give the right to {'read it' if read_only else 'write it'}"
            ) from fault
        raise InputOutputError(
            f"{path}: cannot be opened as a database: restore it from a backup, or move it away"
        ) from fault
    except duckdb.Error as fault:
        raise InputOutputError(
            f"{path}: cannot be opened as a database: restore it from a backup, or move it away"
        ) from fault
    _settle(connection, limits)
    return connection


@contextmanager
def naming_query_faults() -> Iterator[None]:
    """Turn what the engine refuses of a query into an AuditError that tells no cell, as the engine's own words may."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as fault:
        raise QueryError(f"a query does not fit the tables: {_without_sql(fault)}") from fault
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as fault:
        raise QueryError("a query meets a value that it cannot take; see try_cast in queries/README.md") from fault
    except duckdb.OutOfMemoryException as fault:
        raise QueryOutOfMemory(
            "a query needs more memory, or room to spill to, than it may use; see [workspace] memory and threads"
        ) from fault


def _without_sql(fault: duckdb.Error) -> str:
    """Return what the engine says, and which names it knows, but not the SQL that it quotes."""
    first, *more = (line.strip() for line in str(fault).splitlines())
    hints = [line.replace(": :", ":") for line in more if line.startswith(("Candidate bindings:", "Did you mean"))]
    return "; ".join([first, *hints])


def open_bench(limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory for the program's own reckoning."""
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    _settle(connection, limits)
    if limits.scratch is None:
        # Else it would spill into the folder in which somebody happens to stand.
        connection.execute("SET temp_directory = ''")
    return connection


def close_off(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep every later statement of this connection's instance away from files, network, extensions and settings."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _settle(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    # Typed cells with a zone become text and local days by this setting: never by the machine's own zone.
    connection.execute("SET TimeZone = 'UTC'")
    # Counted, so that it can be asked for, and never printed by the engine itself.
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET progress_bar_time = 0")
    # Small files follow one another: at every 16 MB, as is the default, the end of each table would be packed over and over.
    connection.execute("SET wal_autocheckpoint = '256MB'")
    if limits.threads is not None:
        connection.execute(f"SET threads = {int(limits.threads)}")
    connection.execute(f"SET memory_limit = {quote_literal(limits.memory or _enough_memory(connection))}")
    if limits.scratch is not None:
        connection.execute(f"SET temp_directory = {quote_literal(str(limits.scratch))}")


def _enough_memory(connection: duckdb.DuckDBPyConnection) -> str:
    """Of what a database holds in memory most is a copy of its file, and grows to whatever it may: so it may not."""
    row = connection.execute(
        """
        SELECT least(
            parse_formatted_bytes(current_setting('memory_limit')),
            greatest(3000, 1500 * CAST(current_setting('threads') AS BIGINT)) * 1000 * 1000
        )
        """
    ).fetchone()
    return f"{int(row[0]) if row else 0}B"


def _used(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters) -> dict[str, object]:
    # Binding a name that the statement does not use is an error in DuckDB.
    names = {name for statement in connection.extract_statements(sql) for name in statement.named_parameters}
    return {name: value for name, value in parameters.items() if name in names}
