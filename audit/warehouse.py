"""The DuckDB file that holds the canonical tables, and the loads they came from. What is made of them: audit/upkeep."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from audit.engine.duckdb import Limits, connect
from audit.errors import InputOutputError
from audit.files import sync_folder
from audit.schema import TABLES, duckdb_columns
from audit.sql import quote_identifier

# Columns in which hardly a value comes twice. DuckDB would look for a dictionary first: zstd takes them in at a third of
# the time, in half the room again, and they are read as fast (measured with DuckDB 2.0 on 10 million records).
_HARDLY_REPEATED = frozenset({"event_id", "parent_event_id", "subject_id", "query_text", "reference"})

# Raised when the shape of the tables changes; a warehouse of another shape is refused, never rewritten in place.
VERSION = 5

_LOAD = """
    load_id BIGINT PRIMARY KEY,
    source VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    records BIGINT NOT NULL,
    loaded BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL
"""
_OWN_TABLES = f"""
CREATE TABLE load_log ({_LOAD});
CREATE TABLE withdrawn_load ({_LOAD}, withdrawn_at TIMESTAMP NOT NULL, again_as BIGINT NOT NULL);
CREATE TABLE quarantine (load_id BIGINT, record_no BIGINT, rules VARCHAR[], record VARCHAR);
CREATE TABLE rejected_record (load_id BIGINT, record_no BIGINT, reason VARCHAR, record VARCHAR);
CREATE TABLE load_input (
    load_id BIGINT, input VARCHAR, table_name VARCHAR, definition VARCHAR, columns VARCHAR[], doubled BIGINT, said VARCHAR[]
);
CREATE TABLE purge (before DATE, purged_at TIMESTAMP);
CREATE TABLE purge_kept (source VARCHAR, event_id VARCHAR);
CREATE TABLE purge_load (load_id BIGINT, before DATE, events BIGINT);
CREATE TABLE warehouse (version INTEGER);
"""
# What was purged, event ids kept for a review though they are older, and how many events of which load went.
PURGE_TABLES = ("purge", "purge_kept", "purge_load")


def open_warehouse(path: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open the database for loading, made beside and renamed when there is none.

    Raises:
        LockedError: another run holds it. InputOutputError: it is broken, unreadable, or of another version.

    """
    remove_leftovers(path)
    if not path.exists():
        _make(path, limits)
    connection = connect(path, limits)
    check_version(connection, path)
    return connection


def open_for_reading(path: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open the database read-only.

    Raises:
        LockedError: a batch writes to it. InputOutputError: there is none yet, or it is broken.

    """
    if not path.exists():
        raise InputOutputError(f"{path}: nothing has been loaded yet; run: audit load")
    connection = connect(path, limits, read_only=True)
    check_version(connection, path)
    return connection


@contextmanager
def one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all of it or nothing.

    Raises:
        InputOutputError: it could not be written down; then nothing of it is done.

    """
    connection.execute("BEGIN")
    try:
        yield
        _commit(connection)
    except BaseException:
        # The engine rolls back by itself where a commit failed; and does nothing more after a write that failed.
        try:
            connection.execute("ROLLBACK")
        except (duckdb.TransactionException, duckdb.FatalException):
            pass
        raise


def beside(path: Path) -> Path:
    """Where a database is made that is to take the place of the one at the path."""
    return path.with_name(f".{path.name}.new")


def remove_leftovers(path: Path) -> None:
    """Remove what a killed process was making beside the database. Only who holds the workspace may do so."""
    made = beside(path)
    try:
        for leftover in (made, made.with_name(f"{made.name}.wal")):
            leftover.unlink(missing_ok=True)
    except OSError as fault:
        raise InputOutputError(f"{made}: cannot be removed ({fault.strerror}); check its permissions") from fault


def _commit(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("COMMIT")
    except duckdb.TransactionException as fault:
        # A full disk comes to light here, under the same name as what only a mistake of ours can cause.
        if any(word in str(fault).lower() for word in ("constraint", "conflict")):
            raise
        raise InputOutputError(
            "the database: cannot be written; nothing was half done; free some space, then run again"
        ) from fault


def history_table(name: str) -> str:
    """The table that keeps the older content of an accumulating table."""
    return f"{name}_history"


def change_table(name: str) -> str:
    """The table that keeps what each load changed of a reference table."""
    return f"{name}_change"


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of a warehouse, all empty."""
    connection.execute(_OWN_TABLES)
    connection.execute("INSERT INTO warehouse VALUES (?)", [VERSION])
    for name in TABLES:
        connection.execute(_sql_for_table(name, name))
        if TABLES[name].arrival == "accumulate":
            connection.execute(_sql_for_table(history_table(name), name, ", replaced_by BIGINT"))
        if TABLES[name].arrival != "append":
            connection.execute(_sql_for_changes(name))


def _make(path: Path, limits: Limits) -> None:
    made = beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove(made)
        with closing(connect(made, limits)) as connection:
            create_tables(connection)
            # What closing fails to write, it does not say.
            connection.execute("CHECKPOINT")
        made.chmod(0o600)
        os.replace(made, path)  # noqa: PTH105 - the atomic rename is the point
        sync_folder(path.parent)
    except OSError as fault:
        raise InputOutputError(f"{path}: cannot be made ({fault.strerror}); check the folder's permissions") from fault
    except (duckdb.Error, InputOutputError) as fault:
        raise InputOutputError(f"{path}: cannot be made; check the folder's permissions and free space") from fault
    finally:
        _remove(made)


def _remove(database: Path) -> None:
    """Remove a database that is not ready, with what was to go into it: the next of its name would take it for its own."""
    for path in (database, database.with_name(f"{database.name}.wal")):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _sql_for_table(name: str, like: str, more: str = "") -> str:
    columns = ", ".join(
        f"{quote_identifier(column)} {kind}" + (" USING COMPRESSION zstd" if column in _HARDLY_REPEATED else "")
        for column, kind in duckdb_columns(like).items()
    )
    return f"CREATE TABLE {quote_identifier(name)} ({columns}{more})"


def _sql_for_changes(name: str) -> str:
    columns = ", ".join(f"{quote_identifier(each.name)} {each.duckdb_type}" for each in TABLES[name].columns.values())
    return f"CREATE TABLE {quote_identifier(change_table(name))} (no BIGINT, load_id BIGINT, came BOOLEAN, {columns})"


def check_version(connection: duckdb.DuckDBPyConnection, path: Path, catalog: str | None = None) -> None:
    """Refuse a database of another shape, and close the connection. `catalog`: as what it is attached, if it is.

    Raises:
        InputOutputError: it is of another version, or none of ours.

    """
    where = "warehouse" if catalog is None else f"{quote_identifier(catalog)}.warehouse"
    try:
        rows = connection.execute(f"SELECT version FROM {where}").fetchall()
    except duckdb.Error as fault:
        connection.close()
        raise InputOutputError(f"{path}: is not a database of Access Audit; move it away or name another") from fault
    if rows != [(VERSION,)]:
        connection.close()
        raise InputOutputError(
            f"{path}: was made by another version of Access Audit; load the logs into a new database"
        )
