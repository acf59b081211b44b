"""Print results on stdout: a table for people, JSON, NDJSON or CSV for machines. Only results; all else is stderr's.

What is printed came from logs, so it is hostile: a table makes control and bidi characters visible and knows no
markup, CSV is safe to open in a spreadsheet, JSON is ASCII and carries the text as it is.
"""

import csv
import io
import json
import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from textwrap import wrap
from typing import Any, TextIO

import pyarrow as pa
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from audit.text import shortened, spreadsheet_safe, visible

FORMATS = ("table", "json", "ndjson", "csv")
# Text columns of a report that hold JSON: in JSON they are what they say, not text in text.
JSON_COLUMNS = frozenset({"key", "details", "components"})

Row = Mapping[str, Any]
_BATCH_ROWS = 1_000
# In a terminal: a column this narrow is never folded, a sentence wants that much, and no cell shows more.
_SHORT_CELLS = 20
_SENTENCE_CELLS = 40
_LONG_CHARACTERS = 400
_GAP_CELLS = 2
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow"}


def print_rows(
    rows: pa.Table | Sequence[Row],
    output_format: str = "table",
    stream: TextIO | None = None,
    columns: Sequence[str] | None = None,
    always: Collection[str] = (),
) -> None:
    """Print an Arrow table, or rows that all have the same keys, in one of FORMATS, to `stream` (stdout).

    `columns`: which, and in what order; all by default. Needed for an empty list of rows to have a header. `always`: columns of
    a table that a narrow terminal shows too, as what the reader must type to read on.
    """
    names = list(columns) if columns is not None else _names(rows)
    stream = stream or sys.stdout
    selected = ({name: row[name] for name in names} for row in _iterate(rows, names))
    written = (
        _write_table(names, selected, stream, always)
        if output_format == "table"
        else _WRITERS[output_format](names, selected, stream)
    )
    for text in written:
        stream.write(_encodable(text, stream))


def print_object(content: Row, stream: TextIO | None = None) -> None:
    """Print one object as JSON."""
    (stream or sys.stdout).write(json.dumps(_jsonable(content), allow_nan=False, indent=2) + "\n")


def print_lines(lines: Iterable[str], stream: TextIO | None = None, fold: bool = True) -> None:
    """Print lines for people: folded at words on a terminal, whole where piped."""
    stream = stream or sys.stdout
    width = Console(file=stream).width if fold and stream.isatty() else None
    for line in lines:
        for piece in _folded(visible(line), width):
            stream.write(_encodable(piece, stream) + "\n")


def print_facts(facts: Sequence[tuple[str, str]], stream: TextIO | None = None) -> None:
    """Print labels and what they say, each under the other."""
    wide = max((len(label) for label, _ in facts), default=0) + _GAP_CELLS
    stream = stream or sys.stdout
    width = Console(file=stream).width if stream.isatty() else None
    for label, text in facts:
        pieces = _folded(visible(text), max(width - wide, _SHORT_CELLS) if width else None)
        for number, piece in enumerate(pieces):
            stream.write(_encodable(f"{label if number == 0 else '':<{wide}}{piece}".rstrip() + "\n", stream))


def _folded(line: str, width: int | None) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    if width is None or cell_len(line) <= width:
        return [line]
    return wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _names(rows: pa.Table | Sequence[Row]) -> list[str]:
    if isinstance(rows, pa.Table):
        return list(rows.column_names)
    return list(rows[0]) if rows else []


def _iterate(rows: pa.Table | Sequence[Row], names: Sequence[str]) -> Iterable[Row]:
    """Yield the rows; of a table in batches, so that a million findings need little memory."""
    if not isinstance(rows, pa.Table):
        return rows
    batches = rows.select(names).to_batches(max_chunksize=_BATCH_ROWS)
    return chain.from_iterable(batch.to_pylist() for batch in batches)


def _encodable(text: str, stream: TextIO) -> str:
    """Return the text as the stream can write it: a terminal in ASCII is no reason to fail."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _write_json(_names: Sequence[str], rows: Iterator[Row], _stream: TextIO) -> Iterator[str]:
    """Yield a list of objects, one a line."""
    yield "["
    separator = "\n"
    for row in rows:
        yield separator + _object(row)
        separator = ",\n"
    yield "]\n" if separator == "\n" else "\n]\n"


def _write_ndjson(_names: Sequence[str], rows: Iterator[Row], _stream: TextIO) -> Iterator[str]:
    return (_object(row) + "\n" for row in rows)


def _object(row: Row) -> str:
    return json.dumps({name: _json_column(name, value) for name, value in row.items()}, allow_nan=False)


def _json_column(name: str, value: object) -> object:
    return _read_object(value) if name in JSON_COLUMNS and isinstance(value, str) else _jsonable(value)


def _read_object(text: str) -> object:
    """Return the object that the text is; text that is none stays text, so that an id of digits becomes no number."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    return content if isinstance(content, dict) else text


def _jsonable(value: object) -> object:
    """Return the value as JSON can hold it: times as ISO 8601 in UTC, no NaN, exact numbers as numbers."""
    if isinstance(value, datetime | date):
        return _iso(value, "T")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def _iso(value: date, separator: str) -> str:
    """Write a day, or a time in UTC with a Z; times without a zone are UTC."""
    if not isinstance(value, datetime):
        return value.isoformat()
    utc = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(separator) + "Z"


def _write_csv(names: Sequence[str], rows: Iterator[Row], _stream: TextIO) -> Iterator[str]:
    """Yield a header and records that a spreadsheet does not take for formulas."""
    for cells in chain([names], (row.values() for row in rows)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([_csv_cell(cell) for cell in cells])
        yield line.getvalue()


def _csv_cell(value: object) -> object:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    return spreadsheet_safe(_plain(value, "T"))


def _plain(value: object, separator: str) -> str:
    """Write a cell as text: nothing for NULL, lists with semicolons, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return _iso(value, separator)
    if isinstance(value, list | tuple):
        return ";".join(_plain(item, separator) for item in value)
    if isinstance(value, Mapping):
        return json.dumps(_jsonable(value), ensure_ascii=False)
    return str(value)


def _write_table(
    names: Sequence[str], rows: Iterator[Row], stream: TextIO, always: Collection[str] = ()
) -> Iterator[str]:
    drawn = [list(row.values()) for row in rows]
    numeric = [_is_numeric([cells[place] for cells in drawn]) for place in range(len(names))]
    texts = [[visible(_plain(cell, " ")) for cell in cells] for cells in drawn]
    if not stream.isatty():
        return _draw_plain(names, texts, numeric)
    return _draw_rich(names, texts, numeric, stream, {names.index(name) for name in always if name in names})


def _is_numeric(cells: Sequence[object]) -> bool:
    there = [cell for cell in cells if cell is not None]
    numbers = [isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) for cell in there]
    return bool(numbers) and all(numbers)


def _draw_plain(names: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Iterator[str]:
    """Yield aligned columns without a frame; nothing is cut, for `grep` and files."""
    lines = [names, *texts]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(names))]
    for line in lines:
        padded = [_pad(cell, width, right) for cell, width, right in zip(line, widths, numeric, strict=True)]
        yield "  ".join(padded).rstrip() + "\n"


def _pad(text: str, width: int, right: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank


def _draw_rich(
    names: Sequence[str],
    texts: Sequence[Sequence[str]],
    numeric: Sequence[bool],
    stream: TextIO,
    always: Collection[int],
) -> Iterator[str]:
    """Yield a table as wide as the terminal. Cells are Text, so that no markup in them is read."""
    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    widths = [max(cell_len(cell) for cell in column) for column in zip(names, *texts, strict=True)]
    shown = _fitting(widths, console.width, always)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), caption_justify="left")
    hidden = [name for place, name in enumerate(names) if place not in shown]
    if hidden:
        table.caption = Text(f"No room for: {', '.join(hidden)}. Widen the terminal, or use --format json.")
    for place in shown:
        # Ids, levels and times stay on one line; what room is left goes to sentences.
        title, justify = Text(names[place].replace("_", " ")), "right" if numeric[place] else "left"
        table.add_column(title, justify=justify, no_wrap=widths[place] <= _SHORT_CELLS, overflow="fold")  # type: ignore[arg-type]
    for line in texts:
        table.add_row(*(_cell(names[place], line[place]) for place in shown))
    with console.capture() as capture:
        console.print(table)
    yield capture.get()


def _cell(name: str, text: str) -> Text:
    return Text(shortened(text, _LONG_CHARACTERS), _STYLES.get(text, "") if name == "level" else "")


def _fitting(widths: Sequence[int], room: int, always: Collection[int] = ()) -> list[int]:
    """Return the places of the columns that fit: the last short ones give way until sentences can be read; `always` never."""
    shown = list(range(len(widths)))
    wanted = [width if width <= _SHORT_CELLS else min(width, _SENTENCE_CELLS) for width in widths]
    while sum(wanted[place] + _GAP_CELLS for place in shown) + _GAP_CELLS > room:
        short = [place for place in shown if widths[place] <= _SHORT_CELLS]
        yielding = [place for place in short if place not in always]
        if len(short) < 2 or not yielding:
            break
        shown.remove(yielding[-1])
    return shown


_Writer = Callable[[Sequence[str], Iterator[Row], TextIO], Iterator[str]]
_WRITERS: Mapping[str, _Writer] = {
    "table": _write_table,
    "json": _write_json,
    "ndjson": _write_ndjson,
    "csv": _write_csv,
}
