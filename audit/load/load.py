"""Load files into the warehouse: each in one transaction, each record in exactly one place, and the counts balance."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from audit.errors import InputOutputError, SourceError
from audit.load.events import derive_event_ids, place_events
from audit.load.files import reading
from audit.load.fingerprint import Fingerprint, hash_file
from audit.load.inputs import is_known
from audit.load.raw import RAW_TABLE, REJECT_TABLE, RawFile
from audit.load.readers import read_raw
from audit.load.reference import insert_reference, judge_reference
from audit.load.stacked import HEADER_TABLE
from audit.load.stage import STAGED, VERDICT, Staged, keep_quarantine, start_verdicts
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, map_columns, used_columns
from audit.workspace import Input, Workspace

# Clocks differ and zones are mistaken: only what lies further ahead than this is a misdated event.
_FUTURE = timedelta(days=1)
# Planning the mapping costs more than copying this many records; of more, the copy costs more than planning it thrice.
_FEW = 500_000
_TEMPORARY = (
    RAW_TABLE, REJECT_TABLE, STAGED, VERDICT, "raw_line", "raw_candidate", "raw_fault", "raw_scan", "derived_record",
    "good_record", HEADER_TABLE, "candidate", "standing", "verdict_text",
)  # fmt: skip


@dataclass(frozen=True)
class FileLoad:
    """One row of load_log, and what to say about the file."""

    load_id: int
    source: str
    path: str
    sha256: str
    bytes: int
    records: int
    loaded: int
    duplicates: int
    quarantined: int
    rejected: int
    started_at: datetime
    finished_at: datetime
    warnings: tuple[str, ...] = ()


def load_file(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    path: Path,
    item: Input,
) -> FileLoad | None:
    """Load one file of an input; None when its content is known already.

    Raises:
        SourceError: the definition does not fit the file. InputOutputError: the file cannot be read, or the database
        written. In both cases nothing of the file is in the warehouse.

    """
    try:
        with reading(path):
            before = path.stat()
        with ThreadPoolExecutor(max_workers=1) as pool:
            hashing = pool.submit(hash_file, path)
            if is_known(connection, item, definition.table, before.st_size, hashing.result):
                return None
            source = _Source(workspace, definition, path, item, before, hashing.result)
            return _load(connection, source)
    except SourceError as fault:
        raise SourceError(f"{path} (source {definition.name}): {message}" for message in fault.faults) from fault
    except duckdb.IOException as fault:
        raise InputOutputError(
            f"{workspace.database}: cannot be written; check the free space and permissions"
        ) from fault


@dataclass(frozen=True)
class _Source:
    """A file to be loaded: where it belongs, how it looked on the disk before, and its hash, which may be awaited."""

    workspace: Workspace
    definition: SourceDefinition
    path: Path
    item: Input
    before: os.stat_result
    hashed: Callable[[], Fingerprint]


@contextmanager
def _one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # The engine rolls back by itself where a commit failed: nothing is left to roll back then.
        try:
            connection.execute("ROLLBACK")
        except duckdb.TransactionException:
            pass
        raise


def _load(connection: duckdb.DuckDBPyConnection, source: _Source) -> FileLoad:
    started_at = _now()
    try:
        # Into temporary tables, and before the transaction: a file that the fast reader fails on would abort it.
        raw = read_raw(connection, source.definition, source.path)
        with _one_transaction(connection):
            return _place(connection, source, raw, started_at)
    finally:
        _forget(connection)


def _place(connection: duckdb.DuckDBPyConnection, source: _Source, raw: RawFile, started_at: datetime) -> FileLoad:
    """Put each record in its place, and note the load."""
    definition = source.definition
    load_id = _next_load_id(connection)
    start_verdicts(connection)
    with _evaluating(definition):
        staged = stage(connection, source.workspace, definition, raw, started_at)
        if definition.table.arrival == "append":
            place_events(connection, staged, definition.name, load_id)
        else:
            judge_reference(connection, staged, definition.name, source.item.name)
            insert_reference(connection, staged, load_id, source.item.name)
    keep_quarantine(connection, staged, load_id)
    fingerprint = source.hashed()
    _check_unchanged(source)
    load = _counted(connection, staged, FileLoad(
        load_id, definition.name, source.workspace.relative(source.path), fingerprint.sha256, fingerprint.bytes,
        raw.records, 0, 0, 0, raw.rejected, started_at, _now(), _warnings(raw),
    ))  # fmt: skip
    _log(connection, load, definition, source.item)
    return load


@contextmanager
def _evaluating(definition: SourceDefinition) -> Iterator[None]:
    """Blame a definition's expressions for what the engine cannot run; without one the fault is ours."""
    try:
        yield
    except (
        duckdb.BinderException,
        duckdb.CatalogException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.OutOfRangeException,
        duckdb.ParserException,
    ) as fault:
        names = [name for name, rule in definition.rules.items() if rule.expression]
        if not names:
            raise
        raise SourceError(
            f"an expression cannot be run, of {', '.join(names)}: check it with `audit sources check`"
        ) from fault


def _check_unchanged(source: _Source) -> None:
    """A file that grows while it is read would be known by a hash that is not that of the records loaded."""
    with reading(source.path):
        now = source.path.stat()
    if (now.st_size, now.st_mtime_ns) != (source.before.st_size, source.before.st_mtime_ns):
        raise InputOutputError(f"{source.path}: changed while it was read; nothing of it was loaded, load it again")


def _warnings(raw: RawFile) -> tuple[str, ...]:
    return raw.warnings if raw.records else (*raw.warnings, "the file holds no record")


def stage(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    raw: RawFile,
    started_at: datetime,
) -> Staged:
    """Put a file's raw records into canonical form."""
    if not raw.columns.names:
        raw = _without_columns(raw, definition)
    mapped = map_columns(definition, raw.columns, raw.relation, workspace.zone, started_at + _FUTURE)
    if raw.records <= _FEW:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {STAGED} AS {mapped.sql}")
        mapped = replace(mapped, sql=f"SELECT * FROM {STAGED}")
    staged = Staged(definition, raw, mapped, mapped.sql)
    if definition.table.arrival == "append":
        return replace(staged, relation=derive_event_ids(connection, staged))
    return staged


def _without_columns(raw: RawFile, definition: SourceDefinition) -> RawFile:
    """An empty file has no header, and so lacks no column."""
    names = {name: "c0" for rule in definition.rules.values() for name in used_columns(rule)}
    relation = "(SELECT CAST(0 AS BIGINT) AS record_no, CAST(NULL AS VARCHAR) AS c0 WHERE FALSE)"
    return replace(raw, columns=RawColumns(names), relation=relation)


def _counted(connection: duckdb.DuckDBPyConnection, staged: Staged, load: FileLoad) -> FileLoad:
    outcomes = dict(connection.execute(f"SELECT outcome, count(*) FROM {VERDICT} GROUP BY outcome").fetchall())
    table = staged.table.name
    loaded = connection.execute(f'SELECT count(*) FROM "{table}" WHERE load_id = ?', [load.load_id]).fetchone() or (0,)
    counted = replace(
        load,
        loaded=int(loaded[0]),
        duplicates=int(outcomes.get("duplicate", 0)),
        quarantined=int(outcomes.get("quarantined", 0)),
    )
    placed = counted.loaded + counted.duplicates + counted.quarantined + counted.rejected
    if placed != counted.records:
        raise AssertionError(f"{load.path}: {counted.records} records, but {placed} have a place")
    return counted


def _log(connection: duckdb.DuckDBPyConnection, load: FileLoad, definition: SourceDefinition, item: Input) -> None:
    connection.execute(
        "INSERT INTO load_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load.load_id,
            load.source,
            load.path,
            load.sha256,
            load.bytes,
            load.records,
            load.loaded,
            load.duplicates,
            load.quarantined,
            load.rejected,
            load.started_at,
            load.finished_at,
        ],
    )
    connection.execute("INSERT INTO load_input VALUES (?, ?, ?, 0)", [load.load_id, item.name, definition.table.name])


def _next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT COALESCE(max(load_id), 0) + 1 FROM load_log").fetchone()
    return int(row[0]) if row else 1


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("RESET disabled_optimizers")
    connection.execute("; ".join(f"DROP TABLE IF EXISTS temp.{name}" for name in _TEMPORARY))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
