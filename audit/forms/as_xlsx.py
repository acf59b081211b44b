"""A report as one workbook, a sheet for each table, written row by row. Needs XlsxWriter, the extra `xlsx`.

Every text is a text: no formula, no link. What a sheet cannot hold is told: rows beyond its last go on in a further sheet, and
a cell that is cut says by how much, in itself, on the sheet `about`, and to whoever asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from audit.errors import ConfigError
from audit.forms.rows import ABOUT, Cell, about, columns_of, read_cells, tables_of
from audit.report.manifest import Manifest
from audit.report.read import Run

# What the format allows: rows of a sheet, its header among them, and UTF-16 units of a cell.
MOST_ROWS = 1_048_576
MOST_UNITS = 32_767
_ROOM_TO_SAY_SO = 40
_WIDTHS = {"summary": 90, "details": 50, "components": 40, "tried": 60, "why": 50, "path": 40, "reason": 30, "key": 40}
_ID_WIDTH, _WIDTH = 24, 16


@dataclass
class _Limits:
    """Which limits were met. `cut`: cells by table and column; `sheets`: of tables that need more than one."""

    cut: dict[tuple[str, str], int] = field(default_factory=dict)
    sheets: dict[str, int] = field(default_factory=dict)

    def told(self) -> list[str]:
        return [
            *(
                f"{name}: has more rows than a sheet of a workbook may have, {MOST_ROWS:,}; it goes on in {sheets} sheets"
                for name, sheets in sorted(self.sheets.items())
            ),
            *(
                f"{name}.{column}: cut at the {MOST_UNITS:,} characters that a workbook's cell may have, {cells:,} times; "
                "the Parquet files and --format csv hold them whole"
                for (name, column), cells in sorted(self.cut.items())
            ),
        ]


def check_xlsx() -> None:
    """Raise ConfigError where the writer is not installed."""
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as fault:
        raise ConfigError(
            "--format xlsx: XlsxWriter is not installed here; install it: pip install 'access-audit[xlsx]', or use --format csv"
        ) from fault


def write_xlsx(run: Run, manifest: Manifest, file: IO[bytes], scratch: Path, most_rows: int = MOST_ROWS) -> list[str]:
    """Write the workbook, and return which limits of the format were met. `scratch`: a private folder for its sheets."""
    import xlsxwriter

    limits = _Limits()
    # A sheet's rows pass through a file of the library's own: never in a folder that others may read.
    with xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": str(scratch)}) as book:
        book.set_properties({"title": f"Access Audit, run {run.run_id}", "created": manifest.finished_at})
        bold = book.add_format({"bold": True})
        # The first sheet, and filled last: only then is known what could not be held.
        first = book.add_worksheet(ABOUT)
        for name in tables_of(run):
            columns = columns_of(run, name)
            rows = _fitting(name, columns, read_cells(run, name, ZoneInfo(manifest.timezone)), limits)
            _write_sheets(book, name, columns, rows, bold, most_rows, limits)
        told = [("limit", text) for text in limits.told()]
        first.set_column(0, 1, 60)
        _write_rows(first, 0, [*about(run, manifest), *told])
        first.activate()
    return limits.told()


def _write_sheets(
    book: Any,
    name: str,
    columns: Sequence[str],
    rows: Iterator[Sequence[Cell]],
    bold: Any,
    most_rows: int,
    limits: _Limits,
) -> None:
    """Write a table into a sheet, and into further ones where it is too long for one."""
    row = next(rows, None)
    sheets = 0
    while sheets == 0 or row is not None:
        sheets += 1
        sheet = book.add_worksheet(name if sheets == 1 else f"{name} {sheets}")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(
                place, place, _WIDTHS.get(column, _ID_WIDTH if column.endswith(("_id", "_at", "_ids")) else _WIDTH)
            )
            sheet.write_string(0, place, column, bold)
        line = 1
        while row is not None and line < most_rows:
            _write_row(sheet, line, row)
            line, row = line + 1, next(rows, None)
        sheet.autofilter(0, 0, line - 1, len(columns) - 1)
    if sheets > 1:
        limits.sheets[name] = sheets


def _write_rows(sheet: Any, start: int, rows: Iterable[Sequence[Cell]]) -> None:
    for line, row in enumerate(rows, start):
        _write_row(sheet, line, row)


def _write_row(sheet: Any, line: int, row: Sequence[Cell]) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(line, place, cell)
        elif cell is not None:
            sheet.write_number(line, place, cell)


def _fitting(name: str, columns: Sequence[str], rows: Iterable[list[Cell]], limits: _Limits) -> Iterator[list[Cell]]:
    """Yield the rows with what is too long for a cell cut, and count it."""
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) * 2 > MOST_UNITS and (fitted := _cut(cell)) != cell:
                row[place] = fitted
                limits.cut[name, columns[place]] = limits.cut.get((name, columns[place]), 0) + 1
        yield row


def _cut(text: str) -> str:
    """Return as much of the text as a cell holds, and say how much is left out."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MOST_UNITS:
        return text
    kept = units[: 2 * (MOST_UNITS - _ROOM_TO_SAY_SO)].decode("utf-16-le", "ignore")
    return f"{kept}… (+{len(text) - len(kept):,} characters)"
