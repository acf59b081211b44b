"""Read a CSV file: by DuckDB where it rejects nothing and an independent count agrees, else record by record."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.load.counting import Count, CountingRule, count_records
from audit.load.csv_dialect import is_plain
from audit.load.csv_head import Head, read_head
from audit.load.csv_slow import read_records
from audit.load.files import compression_of, is_utf8
from audit.load.hints import cut_off, full_sheet, other_width
from audit.load.raw import (
    RAW_TABLE,
    RawFile,
    Reject,
    count_rows,
    insert_rows,
    keep_rejects,
    name_columns,
    numbered_from_one,
    start_rejects,
)
from audit.sources.definition import ReadOptions
from audit.sources.raw import RawColumns
from audit.sql import quote_literal

_BATCH_RECORDS = 100_000
_BATCH_CHARACTERS = 1 << 26
# DuckDB takes no "nothing is null": this text is not met in a file.
_NEVER = "\x01\x02\x01"


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
    above = read.skip + (read.header is True)
    count = _read_fast(connection, path, read, head)
    if count is not None:
        hints = (*full_sheet(count.records, above), *cut_off(path, ended=count.ended))
        columns = RawColumns(names, trimmed=count.trimmed and "" in read.null_values)
        # Only because nothing was rejected: else every record behind a reject would have its number.
        return RawFile(numbered_from_one(connection), _record_text(names), columns, count.records, warnings=hints)
    rejected = _read_slow(connection, path, read, head)
    records = count_rows(connection, RAW_TABLE) + rejected
    hints = (*full_sheet(records, above), *cut_off(path, read.quote), *other_width(connection, records))
    return RawFile(RAW_TABLE, _record_text(names), RawColumns(names), records, rejected, hints)


def file_literal(path: Path) -> str:
    """Return a path as a SQL literal that names just this file."""
    # A path is no pattern: * ? [ in a file's name mean themselves.
    escaped = "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
    return quote_literal(escaped)


def _empty(connection: duckdb.DuckDBPyConnection) -> RawFile:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT)")
    return RawFile(RAW_TABLE, "''", RawColumns({}), 0)


def _record_text(names: dict[str, str]) -> str:
    # Both readers must give the same text for the same record: DuckDB's gives NULL where Python's gives "".
    parts = ", ".join(f"{quote_literal(name)}, COALESCE({column}, '')" for name, column in names.items())
    return f"CAST(json_object({parts}) AS VARCHAR)"


def _read_fast(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions, head: Head) -> Count | None:
    """Let DuckDB read the file; None where it cannot be sure to have read every record."""
    if not is_utf8(read.encoding) or not is_plain(read) or not (read.delimiter + read.quote).isascii():
        return None
    rule = CountingRule(head.start, read.quote.encode(), read.delimiter.encode())
    with ThreadPoolExecutor(max_workers=1) as pool:
        counting = pool.submit(count_records, path, rule)
        try:
            connection.execute("DROP TABLE IF EXISTS raw_fault; DROP TABLE IF EXISTS raw_scan")
            connection.execute(_sql_for_read(path, read, head))
        except duckdb.Error:
            counting.result()
            return None
        counted = counting.result()
    records = count_rows(connection, RAW_TABLE)
    delimiters = records * (len(head.header) - 1)
    agreed = count_rows(connection, "raw_fault") == 0 and (records, delimiters) == (counted.records, counted.delimiters)
    return counted if agreed and counted.clear else None


def _sql_for_read(path: Path, read: ReadOptions, head: Head) -> str:
    types = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(head.header)))
    null = "" if "" in read.null_values else _NEVER
    quote = quote_literal(read.quote)
    return (
        f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT * FROM read_csv({file_literal(path)}, "
        f"columns = {{{types}}}, auto_detect = false, header = false, skip = {head.lines}, "
        f"delim = {quote_literal(read.delimiter)}, quote = {quote}, escape = {quote}, nullstr = {quote_literal(null)}, "
        f"strict_mode = true, null_padding = false, compression = '{compression_of(path) or 'none'}', "
        "store_rejects = true, rejects_table = 'raw_fault', rejects_scan = 'raw_scan')"
    )


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
