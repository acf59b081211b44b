"""The head of a CSV file: its header, and where its data begins. Reads no more than it must."""

import csv
import io
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from audit.errors import SourceError
from audit.load.csv_dialect import csv_cells
from audit.load.files import is_utf8, open_decompressed, reading
from audit.sources.definition import ReadOptions

_HEAD = 1 << 20


@dataclass(frozen=True)
class Head:
    r"""The names as they stand, where the data begins in lines and bytes (UTF-8), and what ends a line: \n or \r."""

    header: tuple[str, ...]
    lines: int
    start: int
    line_end: str


def read_head(path: Path, read: ReadOptions) -> Head | None:
    """Return the head, or None for a file without any record or header.

    Raises:
        SourceError: the header is no record. InputOutputError: the file cannot be read.

    """
    lines = _head_lines(path, read)
    first = next(number for number in count(read.skip) if number >= len(lines) or _holds_something(lines[number]))
    if first >= len(lines):
        return None
    if isinstance(read.header, tuple):
        return _head(read.header, "".join(lines[: read.skip]), _line_end(lines))
    cells, taken = _first_record(lines[first:], read)
    if not read.header:
        names = tuple(f"column_{number + 1}" for number in range(len(cells)))
        return _head(names, "".join(lines[: read.skip]), _line_end(lines))
    return _head(cells, "".join(lines[: first + taken]), _line_end(lines[first + taken - 1 : first + taken]))


def _line_end(lines: list[str]) -> str:
    r"""Return what ends most of the lines: in an old Mac's file a lone \r, which elsewhere is a character like others."""
    return "\r" if sum(1 if line.endswith("\r") else -1 for line in lines) > 0 else "\n"


def _head(names: tuple[str, ...], before: str, line_end: str) -> Head:
    start = len(before.encode("utf-8", "surrogateescape"))
    readable = tuple(name.encode("utf-8", "replace").decode() for name in names)
    # A header without an end of its own is the last line of the file.
    unfinished = bool(before) and not before.endswith(line_end)
    return Head(readable, before.count(line_end) + unfinished, start, line_end)


def _holds_something(line: str) -> bool:
    return bool(line.strip().strip("\ufeff"))


def _first_record(lines: list[str], read: ReadOptions) -> tuple[tuple[str, ...], int]:
    lines = [lines[0].removeprefix("\ufeff"), *lines[1:]]
    reader = csv_cells(lines, read)
    try:
        return tuple(next(reader)), reader.line_num
    except csv.Error as fault:
        raise SourceError(
            f"line {read.skip + 1} cannot be read as a header: check [read] delimiter, quote and skip"
        ) from fault


def _head_lines(path: Path, read: ReadOptions) -> list[str]:
    """Return the first lines: as many as are to be skipped, and some more."""
    size = _HEAD
    while True:
        text, whole = _head_text(path, read.encoding, size)
        lines = list(io.StringIO(text, newline=""))
        # The last line may be cut, and what it is needed for is the header.
        if whole or any(map(_holds_something, lines[read.skip : -1])):
            return lines
        size *= 8


def _head_text(path: Path, encoding: str, size: int) -> tuple[str, bool]:
    """Return the text of the first bytes, and whether they are all."""
    with reading(path), open_decompressed(path) as stream:
        head = stream.read(size)
    whole = len(head) < size
    # Of UTF-8 each byte must come back, so that the bytes before the data can be counted.
    if is_utf8(encoding):
        return head.decode("utf-8", "surrogateescape"), whole
    return io.TextIOWrapper(io.BytesIO(head), encoding=encoding, errors="replace", newline="").read(), whole
