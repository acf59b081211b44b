"""Read one sheet of a workbook by python-calamine: its typed cells become text, its rows records.

The workbook is held in memory: expect some 200 bytes a cell.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from audit.errors import InputOutputError, SourceError
from audit.load.files import open_decompressed, reading
from audit.load.raw import RAW_TABLE, RawFile, Reject, insert_rows, keep_rejects, name_columns, start_rejects
from audit.load.sheet_cells import Cell, ColumnKinds, is_blank, text_of
from audit.load.sheet_parts import SheetParts
from audit.sources.definition import ReadOptions
from audit.sources.raw import RawColumns
from audit.sql import quote_literal

_FULL = 1_048_576
_BATCH_ROWS = 20_000
# An encrypted workbook is not a zip archive but a compound document, as those of before 2007 are.
_COMPOUND = b"\xd0\xcf\x11\xe0"


def read_sheet(connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions) -> RawFile:
    """Read all rows as text into a temporary table; blank rows are no records, and short ones are padded.

    Raises:
        SourceError: the sheet that the definition names is not there. InputOutputError: the workbook cannot be read: it is
        locked by a password, cut off or broken.

    """
    start_rejects(connection)
    with reading(path), open_decompressed(path) as stream:
        content = stream.read()
    if not content:
        return _empty(connection)
    with _unlocking(path, content):
        parts = SheetParts(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name, warnings = _choose(workbook, parts, read.sheet)
        sheet = workbook.get_sheet_by_name(name)
        rows = _rows(sheet, parts.errors(name), read.skip)
    header = read.header if isinstance(read.header, tuple) else _header(rows, bool(read.header), sheet.width)
    if sheet.end is not None and sheet.end[0] + 1 >= _FULL:
        warnings.append("the sheet is full to its last row: the rest of the export may be missing")
    if not header:
        return _empty(connection, warnings)
    names = name_columns(header)
    kinds = ColumnKinds(len(header))
    records, rejected = _keep_rows(connection, rows, list(names.values()), kinds)
    for place in kinds.with_midnights():
        connection.execute(f"UPDATE {RAW_TABLE} SET c{place} = c{place} || ' 00:00:00' WHERE length(c{place}) = 10")
    times, mixed = (frozenset(f"c{place}" for place in places) for places in (kinds.times(), kinds.mixed_times()))
    columns = RawColumns(names, times, mixed)
    record = ", ".join(f"{quote_literal(label)}, COALESCE({column}, '')" for label, column in names.items())
    return RawFile(
        RAW_TABLE, f"CAST(json_object({record}) AS VARCHAR)", columns, records, rejected, tuple(warnings)
    )  # fmt: skip


def _empty(connection: duckdb.DuckDBPyConnection, warnings: list[str] | None = None) -> RawFile:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT)")
    return RawFile(RAW_TABLE, "''", RawColumns({}), 0, warnings=tuple(warnings or ()))


@contextmanager
def _unlocking(path: Path, content: bytes) -> Iterator[None]:
    try:
        yield
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as fault:
        if content.startswith(_COMPOUND):
            message = "is locked by a password, or of a format before XLSX; save it as .xlsx without a password"
        else:
            message = "is not a whole workbook; nothing of it was loaded, export it anew"
        raise InputOutputError(f"{path}: {message}") from fault


def _choose(workbook: CalamineWorkbook, parts: SheetParts, wanted: str | None) -> tuple[str, list[str]]:
    """Return the name of the sheet to read, and what to say about the others."""
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if wanted is not None:
        near = [name for name in names if name.strip().lower() == wanted.strip().lower()]
        if wanted in names or len(near) == 1:
            return (wanted if wanted in names else near[0]), []
        raise SourceError(f'sheet "{wanted}" is not in the workbook, which has {", ".join(names) or "none"}')
    if not names:
        raise CalamineError("no sheet")
    others = [name for name in names[1:] if parts.holds_cells(name)]
    if not others:
        return names[0], []
    return names[0], [f'only the first sheet, "{names[0]}", was read; [read] sheet names another: {", ".join(others)}']


def _rows(sheet: CalamineSheet, errors: dict[int, dict[int, str]], skip: int) -> Iterator[list[Cell]]:
    """Yield the rows from the sheet's first, but those to skip, with the errors in their places."""
    first = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows()):
        for column, error in errors.get(number, {}).items():
            row[column - first] = error
        if number >= skip:
            yield row


def _header(rows: Iterator[list[Cell]], named: bool, width: int) -> tuple[str, ...]:
    if not named:
        return tuple(f"column_{number + 1}" for number in range(width))
    row = next((row for row in rows if not is_blank(row)), [])
    labels = [text_of(cell) or "" for cell in row]
    while labels and not labels[-1].strip():
        labels.pop()
    return tuple(labels)


def _keep_rows(
    connection: duckdb.DuckDBPyConnection, rows: Iterator[list[Cell]], columns: list[str], kinds: ColumnKinds
) -> tuple[int, int]:
    """Put the rows into the raw table, and return how many records there are and how many of them were rejected."""
    width = len(columns)
    typed = ", ".join(f"{column} VARCHAR" for column in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT, {typed})")
    records = rejected = 0
    filled = (row for row in rows if not is_blank(row))
    while batch := list(islice(filled, _BATCH_ROWS)):
        numbered = list(enumerate(batch, start=records + 1))
        records += len(batch)
        good = [(number, row) for number, row in numbered if is_blank(row[width:])]
        if len(good) < len(batch):
            rejected += keep_rejects(
                connection, (_reject(n, row, width) for n, row in numbered if not is_blank(row[width:]))
            )
        padded = [row[:width] + [""] * (width - len(row)) for _, row in good]
        arrays = [pa.array([number for number, _ in good], pa.int64())]
        arrays += [
            pa.array(kinds.texts(place, cells), pa.string()) for place, cells in enumerate(zip(*padded, strict=True))
        ]
        if good:
            insert_rows(connection, RAW_TABLE, pa.Table.from_arrays(arrays, names=["record_no", *columns]))
    return records, rejected


def _reject(record_no: int, row: list[Cell], width: int) -> Reject:
    texts = [text_of(cell) or "" for cell in row]
    while not texts[-1]:
        texts.pop()
    return Reject(record_no, f"{len(texts)} fields where the header has {width}", "\t".join(texts))
