"""Load files into the warehouse: each in one transaction, each record in exactly one place, and the counts balance."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from audit.errors import InputOutputError, SourceError
from audit.load.csv_blocks import NotPlainError
from audit.load.csv_stream import CsvStream, UntrimmedError
from audit.load.doubled import count_doubled
from audit.load.events import derive_event_ids, place_events
from audit.load.files import reading
from audit.load.fingerprint import Fingerprint, hash_file
from audit.load.grown import Beginning, beginning_of, find_beginnings, read_behind
from audit.load.inputs import is_known
from audit.load.masks import masks_among_ids
from audit.load.noting import FileLoad, counted, next_load_id, note_load, now, remarks_on
from audit.load.raw import RAW_TABLE, REJECT_TABLE, RawFile
from audit.load.readers import open_csv, read_raw
from audit.load.reference import insert_reference, judge_reference
from audit.load.stacked import HEADER_TABLE
from audit.load.stage import STAGED, VERDICT, Staged, keep_quarantine, start_verdicts
from audit.load.streamed import Target, append_stream, can_be_streamed
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, map_columns, used_columns
from audit.warehouse import one_transaction
from audit.workspace import Input, Workspace

# Clocks differ and zones are mistaken: only what lies further ahead than this is a misdated event.
FUTURE = timedelta(days=1)
# Planning the mapping costs more than copying this many records; of more, the copy costs more than planning it thrice.
_FEW = 500_000
_TEMPORARY = (
    RAW_TABLE, REJECT_TABLE, STAGED, VERDICT, "raw_line", "raw_candidate", "raw_doubled", "derived_record",
    "good_record", HEADER_TABLE, "candidate", "standing", "verdict_text",
)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """A file to be loaded: where it belongs, how it looked on the disk before, and its hash, which may be awaited.

    `beginnings`: the loads whose files it may be longer by.
    """

    workspace: Workspace
    definition: SourceDefinition
    path: Path
    item: Input
    before: os.stat_result
    hashed: Callable[[], Fingerprint]
    beginnings: tuple[Beginning, ...] = ()


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
        beginnings = find_beginnings(connection, definition, before.st_size)
        with ThreadPoolExecutor(max_workers=1) as pool:
            hashing = pool.submit(hash_file, path, [one.bytes for one in beginnings])
            if is_known(connection, item, definition.table, before.st_size, hashing.result):
                return None
            arrival = Arrival(workspace, definition, path, item, before, hashing.result, beginnings)
            with naming_faults(arrival):
                return _load(connection, arrival)
    except duckdb.IOException as fault:
        raise InputOutputError(
            f"{workspace.database}: cannot be written; check the free space and permissions"
        ) from fault


def _load(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> FileLoad:
    started_at = now()
    stream = open_csv(arrival.definition, arrival.path)
    beginning = beginning_of(stream, arrival.beginnings, arrival.hashed)
    try:
        # Into temporary tables, and before the transaction: a file that the fast reader fails on would abort it.
        raw = None
        if stream and beginning:
            raw = read_behind(connection, arrival.definition, stream, beginning)
        elif stream and can_be_streamed(arrival.definition, stream):
            load = _load_stream(connection, arrival, stream, started_at)
            if load is not None:
                return load
        raw = raw or read_raw(connection, arrival.definition, arrival.path)
        with one_transaction(connection):
            return place(connection, arrival, raw, started_at)
    finally:
        forget(connection)


def _load_stream(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, stream: CsvStream, started_at: datetime
) -> FileLoad | None:
    """Append a file as it is read; None, and nothing done, where it is not clean enough."""
    stream.only_trimmed = "" in arrival.definition.read.null_values and stream.begins_trimmed()
    while True:
        try:
            with one_transaction(connection):
                return _place_stream(connection, arrival, stream, started_at)
        except UntrimmedError:
            stream.only_trimmed = False
        except NotPlainError:
            return None
        finally:
            forget(connection)


def place(connection: duckdb.DuckDBPyConnection, arrival: Arrival, raw: RawFile, started_at: datetime) -> FileLoad:
    """Put each record of a file in its place, and note the load, within the caller's transaction.

    Raises:
        SourceError: the definition does not fit the file. InputOutputError: the file changed while it was read.

    """
    definition, item = arrival.definition, arrival.item
    load_id = next_load_id(connection)
    start_verdicts(connection)
    doubled = 0
    with _evaluating(definition):
        staged = stage(connection, arrival.workspace, definition, raw, started_at)
        if definition.table.arrival == "append":
            place_events(connection, staged, definition.name, load_id)
            doubled = count_doubled(connection, staged, arrival.workspace.zone, load_id, started_at + FUTURE)
        else:
            judge_reference(connection, staged, definition.name, item.name)
            insert_reference(connection, staged, load_id, item.name)
    return _note(connection, arrival, staged, load_id, started_at, doubled)


def _place_stream(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, stream: CsvStream, started_at: datetime
) -> FileLoad:
    load_id, latest = next_load_id(connection), started_at + FUTURE
    start_verdicts(connection)
    with _evaluating(arrival.definition):
        staged = append_stream(connection, stream, Target(arrival.definition, arrival.workspace.zone, load_id, latest))
        doubled = count_doubled(connection, staged, arrival.workspace.zone, load_id, latest)
    return _note(connection, arrival, staged, load_id, started_at, doubled)


def _note(
    connection: duckdb.DuckDBPyConnection,
    arrival: Arrival,
    staged: Staged,
    load_id: int,
    started_at: datetime,
    doubled: int,
) -> FileLoad:
    """Keep what did not load, and note the counts, which balance."""
    raw = staged.raw
    keep_quarantine(connection, staged, load_id)
    fingerprint = arrival.hashed()
    _check_unchanged(arrival)
    load = counted(connection, staged, FileLoad(
        load_id, arrival.definition.name, arrival.workspace.relative(arrival.path), fingerprint.sha256, fingerprint.bytes,
        raw.records, 0, 0, 0, raw.rejected, started_at, now(), _warnings(raw), doubled,
    ))  # fmt: skip
    masks = masks_among_ids(connection, arrival.definition, load_id, load.loaded)
    load = replace(load, warnings=(*load.warnings, *masks), remarks=remarks_on(connection, load, staged))
    note_load(connection, load, staged, arrival.item)
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


def _check_unchanged(arrival: Arrival) -> None:
    """A file that grows while it is read would be known by a hash that is not that of the records loaded."""
    with reading(arrival.path):
        found = arrival.path.stat()
    if (found.st_size, found.st_mtime_ns) != (arrival.before.st_size, arrival.before.st_mtime_ns):
        raise InputOutputError(f"{arrival.path}: changed while it was read; nothing of it was loaded, load it again")


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
    mapped = map_columns(definition, raw.columns, raw.relation, workspace.zone, started_at + FUTURE)
    if raw.to_place <= _FEW:
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


@contextmanager
def naming_faults(arrival: Arrival) -> Iterator[None]:
    """Put the file and its source before what the definition is blamed for."""
    try:
        yield
    except SourceError as fault:
        where = f"{arrival.path} (source {arrival.definition.name})"
        raise SourceError(f"{where}: {message}" for message in fault.faults) from fault


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what a file left in temporary tables."""
    connection.execute("RESET disabled_optimizers")
    connection.execute("; ".join(f"DROP TABLE IF EXISTS temp.{name}" for name in _TEMPORARY))
