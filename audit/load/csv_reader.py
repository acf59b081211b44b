"""Read a CSV file: by DuckDB where it rejects nothing and an independent count agrees, else record by record."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.load.csv_head import Head, read_head
from audit.load.csv_slow import read_records
from audit.load.fingerprint import CountingRule, count_records
from audit.load.raw import RAW_TABLE, RawFile, Reject, name_columns
from audit.sources.definition import ReadOptions
from audit.sources.mapping import RawColumns
from audit.sql import quote_identifier, quote_literal

_BATCH = 100_000
_LONGEST_LINE = 16 << 20
# DuckDB takes no "nothing is null": this text is not met in a file.
_NEVER = "\x01\x02\x01"


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions) -> RawFile:
    """Read all records as text into a temporary table.

    Raises:
        SourceError: the header cannot be read. InputOutputError: the file cannot be read, or the archive is cut off.

    """
    head = read_head(path, read)
    if head is None:
        return _empty(connection)
    names = name_columns(head.header)
    columns = RawColumns(names)
    if _read_fast(connection, path, read, head, len(names)):
        count = connection.execute(f"SELECT count(*) FROM {RAW_TABLE}").fetchone()
        # Rows of a table made in this transaction are numbered from a place of their own, not from nought.
        relation = f"(SELECT rowid - (SELECT min(rowid) FROM {RAW_TABLE}) + 1 AS record_no, * FROM {RAW_TABLE})"
        return RawFile(relation, _record_text(names), columns, int(count[0]) if count else 0)
    rejects = tuple(_read_slow(connection, path, read, head, len(names)))
    count = connection.execute(f"SELECT count(*) FROM {RAW_TABLE}").fetchone()
    records = (int(count[0]) if count else 0) + len(rejects)
    return RawFile(RAW_TABLE, _record_text(names), columns, records, rejects)


def _empty(connection: duckdb.DuckDBPyConnection) -> RawFile:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT)")
    return RawFile(RAW_TABLE, "''", RawColumns({}), 0, warnings=("the file is empty",))


def _record_text(names: dict[str, str]) -> str:
    # Both readers must give the same text for the same record: DuckDB's gives NULL where Python's gives "".
    parts = ", ".join(f"{quote_literal(name)}, COALESCE({column}, '')" for name, column in names.items())
    return f"CAST(json_object({parts}) AS VARCHAR)"


def _read_fast(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions, head: Head, width: int) -> bool:
    """Let DuckDB read the file; False where it cannot be sure to have read every record."""
    if read.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "utf-8-sig") or len(read.quote) > 1:
        return False
    rule = CountingRule(head.start, read.quote.encode())
    with ThreadPoolExecutor(max_workers=1) as pool:
        counting = pool.submit(count_records, path, rule)
        try:
            connection.execute(_sql_for_read(path, read, head, width))
        except duckdb.Error:
            counting.result()
            return False
        expected = counting.result()
    faults = connection.execute("SELECT count(*) FROM raw_fault").fetchone()
    loaded = connection.execute(f"SELECT count(*) FROM {RAW_TABLE}").fetchone()
    return faults == (0,) and loaded == (expected,)


def _sql_for_read(path: Path, read: ReadOptions, head: Head, width: int) -> str:
    types = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    null = "" if "" in read.null_values else _NEVER
    quote = quote_literal(read.quote)
    return (
        f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT * FROM read_csv({file_literal(path)}, "
        f"columns = {{{types}}}, auto_detect = false, header = false, skip = {head.lines}, "
        f"delim = {quote_literal(read.delimiter)}, quote = {quote}, escape = {quote}, nullstr = {quote_literal(null)}, "
        f"strict_mode = true, null_padding = false, max_line_size = {_LONGEST_LINE}, "
        "store_rejects = true, rejects_table = 'raw_fault', rejects_scan = 'raw_scan')"
    )


def file_literal(path: Path) -> str:
    """Return a path as a SQL literal that names just this file."""
    # A path is no pattern: * ? [ in a file's name mean themselves.
    escaped = "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
    return quote_literal(escaped)


def _read_slow(
    connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions, head: Head, width: int
) -> Iterator[Reject]:
    columns = ["record_no", *(f"c{position}" for position in range(width))]
    typed = ", ".join(
        f"{quote_identifier(name)} {'VARCHAR' if number else 'BIGINT'}" for number, name in enumerate(columns)
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} ({typed})")
    numbered = enumerate(read_records(path, read, width, head.lines), start=1)
    while batch := list(islice(numbered, _BATCH)):
        good = [(number, cells) for number, cells in batch if not isinstance(cells, Reject)]
        yield from (entry for _, entry in batch if isinstance(entry, Reject))
        arrays = [pa.array([number for number, _ in good], pa.int64())]
        arrays += [pa.array([cells[position] for _, cells in good], pa.string()) for position in range(width)]
        connection.register("raw_batch", pa.Table.from_arrays(arrays, names=columns))
        connection.execute(f"INSERT INTO {RAW_TABLE} SELECT * FROM raw_batch")
        connection.unregister("raw_batch")
