"""Read a CSV file: as a stream of blocks where an independent count agrees with it, else record by record."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.load.csv_blocks import NotPlainError
from audit.load.csv_head import Head, read_head
from audit.load.csv_slow import read_records
from audit.load.csv_stream import CsvStream, copy_stream, open_stream
from audit.load.hints import cut_off, full_sheet, other_width
from audit.load.raw import (
    RAW_TABLE,
    RawFile,
    Reject,
    count_rows,
    insert_rows,
    keep_rejects,
    name_columns,
    start_rejects,
)
from audit.sources.definition import ReadOptions
from audit.sources.raw import RawColumns
from audit.sql import quote_literal

_BATCH_RECORDS = 100_000
_BATCH_CHARACTERS = 1 << 26


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions) -> RawFile:
    """Read all records as text into a temporary table.

    Raises:
        SourceError: the header cannot be read. InputOutputError: the file cannot be read, or the archive is cut off.

    """
    start_rejects(connection)
    head = read_head(path, read)
    if head is None:
        return _empty(connection)
    names = name_columns(head.header)
    stream = open_stream(path, read, head)
    if _read_fast(connection, stream) and stream is not None:
        return raw_of(stream, read, RAW_TABLE)
    rejected = _read_slow(connection, path, read, head)
    records = count_rows(connection, RAW_TABLE) + rejected
    hints = (*full_sheet(records, _above(read)), *cut_off(path, read.quote), *other_width(connection, records))
    return RawFile(RAW_TABLE, _record_text(names), RawColumns(names), records, rejected, hints)


def raw_of(stream: CsvStream, read: ReadOptions, relation: str) -> RawFile:
    """Return what a relation holds of a stream that was read to its end."""
    names, seen = name_columns(stream.head.header), stream.seen
    hints = (*full_sheet(seen.records, _above(read)), *cut_off(stream.path, ended=seen.ended))
    columns = RawColumns(names, trimmed=seen.trimmed and "" in read.null_values)
    return RawFile(relation, _record_text(names), columns, seen.records, warnings=hints)


def _above(read: ReadOptions) -> int:
    """Return how many rows stand above the records."""
    return read.skip + (read.header is True)


def _empty(connection: duckdb.DuckDBPyConnection) -> RawFile:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT)")
    return RawFile(RAW_TABLE, "''", RawColumns({}), 0)


def _record_text(names: dict[str, str]) -> str:
    # Both readers must give the same text for the same record: DuckDB's gives NULL where Python's gives "".
    parts = ", ".join(f"{quote_literal(name)}, COALESCE({column}, '')" for name, column in names.items())
    return f"CAST(json_object({parts}) AS VARCHAR)"


def _read_fast(connection: duckdb.DuckDBPyConnection, stream: CsvStream | None) -> bool:
    """Read the file in one piece into the raw table; False where the fast reader cannot be sure to have read every record."""
    if stream is None:
        return False
    try:
        copy_stream(connection, stream, RAW_TABLE)
    except NotPlainError:
        return False
    return True


def _read_slow(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions, head: Head) -> int:
    """Read the file record by record, and return how many pieces were rejected."""
    width = len(head.header)
    typed = ", ".join(f"c{position} VARCHAR" for position in range(width))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT, {typed})")
    rejected = 0
    for batch in _batches(enumerate(read_records(path, read, head), start=1)):
        good = [(number, entry) for number, entry in batch if not isinstance(entry, Reject)]
        rejected += keep_rejects(connection, (entry for _, entry in batch if isinstance(entry, Reject)))
        for position in range(width, max((len(cells) for _, cells in good), default=0)):
            connection.execute(f"ALTER TABLE {RAW_TABLE} ADD COLUMN c{position} VARCHAR")
            width = position + 1
        insert_rows(connection, RAW_TABLE, _table_of(good, width))
    return rejected


def _table_of(records: Sequence[tuple[int, Sequence[str | None]]], width: int) -> pa.Table:
    """Return numbered records as columns; one that is shorter than others, under a header of its own, ends in NULL."""
    if any(len(cells) < width for _, cells in records):
        records = [(number, [*cells, *[None] * (width - len(cells))]) for number, cells in records]
    arrays = [pa.array([number for number, _ in records], pa.int64())]
    arrays += [pa.array([cells[position] for _, cells in records], pa.string()) for position in range(width)]
    return pa.Table.from_arrays(arrays, names=["record_no", *(f"c{position}" for position in range(width))])


def _batches(
    records: Iterable[tuple[int, list[str] | Reject]],
) -> Iterator[list[tuple[int, list[str] | Reject]]]:
    """Gather records so that neither many nor long ones take much memory."""
    batch: list[tuple[int, list[str] | Reject]] = []
    size = 0
    for number, entry in records:
        batch.append((number, entry))
        size += len(entry.record) if isinstance(entry, Reject) else sum(map(len, entry))
        if len(batch) >= _BATCH_RECORDS or size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
