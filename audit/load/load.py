"""Load files into the warehouse: each in one transaction, each record in exactly one place, and the counts balance."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from audit.errors import InputOutputError, SourceError
from audit.load.csv_reader import read_csv
from audit.load.events import derive_event_ids, insert_events, judge_events
from audit.load.fingerprint import Fingerprint, bare_suffix, compression_of
from audit.load.inputs import could_be_known, fingerprint, is_known
from audit.load.lines import read_ndjson
from audit.load.parquet_reader import read_parquet
from audit.load.raw import RAW_TABLE, RawFile
from audit.load.reference import insert_reference, judge_reference
from audit.load.stage import STAGED, VERDICT, Staged, keep_quarantine, start_verdicts
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, map_columns, used_columns
from audit.workspace import Workspace

# Clocks differ and zones are mistaken: only what lies further ahead than this is a misdated event.
_FUTURE = timedelta(days=1)
# Planning the mapping costs more than copying this many records; of more, the copy costs more than planning it thrice.
_FEW = 500_000
_SUFFIXES = {".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet", ".csv": "csv"}


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
    input_name: str,
) -> FileLoad | None:
    """Load one file; None when its content is known already.

    Raises:
        SourceError: the definition does not fit the file. InputOutputError: the file cannot be read, or the database
        written. In both cases nothing of the file is in the warehouse.

    """
    try:
        size = path.stat().st_size
        with ThreadPoolExecutor(max_workers=1) as pool:
            hashing = pool.submit(fingerprint, path)
            known_size = definition.table.arrival == "append" and could_be_known(connection, definition.name, size)
            if known_size and is_known(connection, definition.name, hashing.result().sha256):
                return None
            return _in_one_transaction(
                connection, lambda: _load(connection, workspace, definition, path, input_name, hashing.result)
            )
    except OSError as fault:
        raise InputOutputError(f"{path}: cannot be read ({fault.strerror})") from fault
    except SourceError as fault:
        raise SourceError(f"{path} (source {definition.name}): {message}" for message in fault.faults) from fault
    except duckdb.IOException as fault:
        raise InputOutputError(
            f"{workspace.database}: cannot be written; check the free space and permissions"
        ) from fault


def _in_one_transaction(connection: duckdb.DuckDBPyConnection, work: Callable[[], FileLoad | None]) -> FileLoad | None:
    connection.execute("BEGIN")
    try:
        result = work()
        connection.execute("COMMIT" if result else "ROLLBACK")
    except BaseException:
        # The engine rolls back by itself where a statement failed: nothing is left to roll back then.
        try:
            connection.execute("ROLLBACK")
        except duckdb.TransactionException:
            pass
        raise
    return result


def _load(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    path: Path,
    input_name: str,
    hashed: Callable[[], Fingerprint],
) -> FileLoad | None:
    started_at = _now()
    raw = read_raw(connection, definition, path)
    load_id = _next_load_id(connection)
    start_verdicts(connection)
    try:
        staged = stage(connection, workspace, definition, raw, started_at)
        if definition.table.arrival == "append":
            judge_events(connection, staged, definition.name)
            insert_events(connection, staged, definition.name, load_id)
        else:
            judge_reference(connection, staged, definition.name, input_name)
            insert_reference(connection, staged, load_id, input_name)
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.BinderException) as fault:
        raise SourceError("an expression fails on some record: check it with `audit sources check`") from fault
    keep_quarantine(connection, staged, load_id)
    load = _counted(connection, staged, FileLoad(
        load_id, definition.name, workspace.relative(path), hashed().sha256, hashed().bytes,
        raw.records, 0, 0, 0, len(raw.rejects), started_at, _now(), raw.warnings,
    ))  # fmt: skip
    _log(connection, load, definition, input_name)
    _forget(connection)
    return load


def read_raw(connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, path: Path) -> RawFile:
    """Read a file's records as text, in the format that the definition or the file's ending says."""
    form = _SUFFIXES.get(bare_suffix(path), "csv") if definition.built_in else definition.read.format
    if form == "csv":
        return read_csv(connection, path, definition.read)
    if form == "ndjson":
        wanted = [name for rule in definition.rules.values() for name in used_columns(rule)]
        return read_ndjson(connection, path, wanted)
    if form == "parquet" and not compression_of(path):
        return read_parquet(connection, path)
    raise SourceError(f'files of format "{form}" cannot be read')


def stage(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    raw: RawFile,
    started_at: datetime,
) -> Staged:
    """Put a file's raw records into canonical form."""
    if not raw.records and not raw.columns.names:
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


def _log(connection: duckdb.DuckDBPyConnection, load: FileLoad, definition: SourceDefinition, input_name: str) -> None:
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
    connection.execute("INSERT INTO load_input VALUES (?, ?, ?, 0)", [load.load_id, input_name, definition.table.name])


def _next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT COALESCE(max(load_id), 0) + 1 FROM load_log").fetchone()
    return int(row[0]) if row else 1


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    for name in (RAW_TABLE, STAGED, "raw_line", "derived_record", "good_record", "candidate", "standing", "verdict_text"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
