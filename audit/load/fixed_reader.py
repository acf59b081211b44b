"""Read a file of fixed width: each line a record, its cells where the definition's widths say, in characters."""

from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.errors import SourceError
from audit.load.files import UNDECODABLE, read_lines, readable
from audit.load.hints import cut_off
from audit.load.raw import RAW_TABLE, RawFile, Reject, insert_rows, keep_rejects, name_columns, start_rejects
from audit.sources.definition import ReadOptions
from audit.sources.raw import RawColumns

_BATCH_LINES = 100_000
_BATCH_CHARACTERS = 1 << 26
_LINES = "raw_line"


def read_fixed(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions) -> RawFile:
    """Read all records as text into a temporary table; padding on the right of a cell is left out.

    The last cell may be short or absent. A line that ends before it, or holds more than blanks behind it, is rejected.

    Raises:
        SourceError: the definition does not name the columns and their widths. InputOutputError: the file cannot be read,
        or the archive is cut off.

    """
    header, widths = _layout(read)
    start_rejects(connection)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_LINES} (record_no BIGINT, line VARCHAR)")
    records = rejected = 0
    for lines in _batches(islice(read_lines(path, read.encoding, newline="\n"), read.skip, None)):
        numbered = list(enumerate(lines, start=records + 1))
        records += len(lines)
        faults = {number: why for number, line in numbered if (why := _fault(line, widths, read.encoding))}
        rejected += keep_rejects(
            connection,
            (Reject(number, faults[number], readable(line)) for number, line in numbered if number in faults),
        )
        good = [(number, line) for number, line in numbered if number not in faults]
        numbers = pa.array([number for number, _ in good], pa.int64())
        texts = pa.array([line for _, line in good], pa.string())
        insert_rows(connection, _LINES, pa.table({"record_no": numbers, "line": texts}))
    names = name_columns(header)
    starts = accumulate(widths, initial=1)
    cells = "".join(
        f", rtrim(substring(line, {start}, {width})) AS {column}"
        for start, width, column in zip(starts, widths, names.values(), strict=False)
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT record_no, line{cells} FROM {_LINES}")
    return RawFile(RAW_TABLE, "line", RawColumns(names), records, rejected, cut_off(path))


def _layout(read: ReadOptions) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if not isinstance(read.header, tuple) or not read.widths:
        raise SourceError(
            '[read] format = "fixed" needs widths = [10, 6, …] and header = ["name", …]; skip header lines'
        )
    if len(read.header) != len(read.widths):
        raise SourceError(f"[read] has {len(read.widths)} widths for {len(read.header)} names in header: give one each")
    if not all(type(width) is int and width > 0 for width in read.widths):
        raise SourceError("[read] widths must be whole numbers above 0")
    return read.header, read.widths


def _fault(line: str, widths: tuple[int, ...], encoding: str) -> str:
    """Say why a line is no record; "" where it is one."""
    whole = sum(widths)
    if UNDECODABLE in line:
        return f"bytes that are not {encoding}"
    if len(line) < whole - widths[-1]:
        return f"{len(line)} characters where the columns before the last take {whole - widths[-1]}"
    if len(line) > whole and line[whole:].strip():
        return f"{len(line.rstrip())} characters where the columns take {whole}"
    return ""


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """Gather lines that are not blank, without their ends, so that neither many nor long ones take much memory."""
    batch: list[str] = []
    size = 0
    for line in lines:
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        batch.append(text)
        size += len(text)
        if len(batch) >= _BATCH_LINES or size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
