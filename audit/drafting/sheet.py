"""Read the first records of an Excel workbook by python-calamine: the sheet with most rows, and where its table begins."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from audit.drafting.found import SAMPLE_RECORDS, Cell, Option, RawTable, Remark, unique_names
from audit.drafting.header import judge_first
from audit.drafting.structured import text_of
from audit.errors import InputOutputError, SourceError

# What a sheet holds at most: an export of as many rows was cut there.
_SHEET_ROWS = 1_048_576


def is_workbook(path: Path) -> bool:
    """Say whether a zip archive is an .xlsx workbook.

    Raises:
        InputOutputError: the archive is cut off or broken.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError) as fault:
        raise InputOutputError(f"{path}: the archive is cut off or broken") from fault


def draw_sheet(path: Path) -> RawTable:
    """Return the first records of the workbook's longest sheet."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError) as fault:
        raise InputOutputError(f"{path}: is not a whole workbook") from fault
    filled = {name: rows for name, rows in sheets.items() if any(any(_cell(cell) for cell in row) for row in rows)}
    if not filled:
        raise SourceError(f"{path}: no sheet of the workbook holds anything")
    name = max(filled, key=lambda one: len(filled[one]))
    options = [Option("format", "xlsx", "an Excel workbook")]
    why = "the only sheet that holds anything" if len(filled) == 1 else "the sheet with most rows"
    options.append(Option("sheet", name, why, unsure=len(filled) > 1))
    return _table(filled[name], options, len(filled) > 1, list(filled))


def _table(rows: list[list[Any]], options: list[Option], several: bool, sheets: list[str]) -> RawTable:
    width = max(len(row) for row in rows)
    texts = [tuple(_cell(cell) for cell in row) + (None,) * (width - len(row)) for row in rows]
    top = next(
        at for at, row in enumerate(texts) if sum(cell is not None for cell in row) > width / 2 or at == len(texts) - 1
    )
    named, evidence, unsure = judge_first(texts[top : top + 60])
    if top:
        options.append(Option("skip", top, f"{top} rows stand before the table"))
    options.append(Option("header", named, evidence, unsure))
    labels = [cell or "" for cell in texts[top]]
    names = unique_names(labels) if named else tuple(f"column_{place + 1}" for place in range(width))
    first = top + named
    records = [row for row in texts[first:] if any(row)]
    typed = {
        name
        for place, name in enumerate(names)
        if (cells := [row[place] for row in rows[first:] if place < len(row) and row[place] not in ("", None)])
        and all(isinstance(cell, datetime) for cell in cells)
    }
    remarks = []
    if len(rows) >= _SHEET_ROWS - 1:
        remarks.append(Remark("the sheet is full to its last row: what came behind is missing", unsure=True))
    if several:
        remarks.append(Remark(f"the workbook has {len(sheets)} sheets that hold something", unsure=True))
    if not records:
        remarks.append(Remark("no record stands behind the header: nothing was seen of the contents", unsure=True))
    sample, rest = records[:SAMPLE_RECORDS], iter(records[SAMPLE_RECORDS:])
    return RawTable(options, names, sample, rest, len(records) <= SAMPLE_RECORDS, frozenset(typed), remarks)


def _cell(cell: Any) -> Cell:
    if cell == "":
        return None
    if isinstance(cell, (datetime, date, time)):
        return str(cell)
    return text_of(cell)
