"""What a file shows of having lost something on its way here. Hints, not faults: what is whole was loaded."""

from pathlib import Path

import duckdb

from audit.load.files import compression_of, open_decompressed, reading
from audit.load.raw import REJECT_TABLE

# Rows of a spreadsheet, header included: of today's formats, and of those before 2007.
_FULL = (1_048_576, 65_536)
_TAIL = 8


def cut_off(path: Path, quote: str = "", ended: bool | None = None) -> tuple[str, ...]:
    """Say so where a file of lines ends within a line: its last cell may be a part of one, which no count shows.

    A closing quote shows that the cell is whole. `ended`: whether the last line is, where that is known already.
    """
    if ended or (ended is None and _is_ended(path, quote)):
        return ()
    return ("its last line has no end: if the export was cut off there, the last record is not whole",)


def full_sheet(records: int, above: int) -> tuple[str, ...]:
    """Say so where a file has as many rows, those `above` its records included, as a spreadsheet can hold."""
    full = [rows for rows in _FULL if rows in (records + above, records + 1)]
    if not full:
        return ()
    return (f"it has {full[0]:,} rows, all that a spreadsheet can hold: the rest of the export may be missing",)


def other_width(connection: duckdb.DuckDBPyConnection, records: int) -> tuple[str, ...]:
    """Say so where most records were rejected for their number of fields: then it is the header that is at fault."""
    row = connection.execute(
        f"SELECT reason, count(*) AS many FROM {REJECT_TABLE} WHERE contains(reason, ' fields where ') "
        "GROUP BY reason ORDER BY many DESC, reason LIMIT 1"
    ).fetchone()
    if row is None or row[1] * 2 <= records:
        return ()
    return (
        f"{row[1]:,} of {records:,} records have {row[0]}: if a label or a column is missing, name the columns by "
        "[read] header = [...] with skip = 1, and see [read] delimiter and quote",
    )


def _is_ended(path: Path, quote: str) -> bool:
    with reading(path), open_decompressed(path) as stream:
        if not compression_of(path):
            stream.seek(-min(_TAIL, path.stat().st_size), 2)
        tail = b""
        while chunk := stream.read(1 << 20):
            tail = (tail + chunk)[-_TAIL:]
    # Without the zeros that a line end has before or behind it in UTF-16 and UTF-32.
    return not tail or tail.rstrip(b"\0").endswith((b"\n", b"\r", *([quote.encode()] if quote else [])))
