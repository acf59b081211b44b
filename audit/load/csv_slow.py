"""Read a dirty CSV file record by record with Python's csv: rejects the line that is no record, goes on with the next."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from audit.load.fingerprint import open_decompressed
from audit.load.raw import Reject
from audit.sources.definition import ReadOptions

# A quote left open would swallow the rest of the file: past this many characters it counts as left open.
_LONGEST_RECORD = 1 << 24
_UNDECODABLE = "\udcff"

csv.field_size_limit(_LONGEST_RECORD)
codecs.register_error("audit-mark", lambda fault: (_UNDECODABLE, fault.end))  # type: ignore[attr-defined]


def read_records(path: Path, read: ReadOptions, width: int, lines_before: int) -> Iterator[list[str] | Reject]:
    """Yield each record's cells, or a Reject in its place; `record_no` counts both, blank lines neither."""
    with open_decompressed(path) as stream:
        text = io.TextIOWrapper(stream, encoding=read.encoding, errors="audit-mark", newline="")
        yield from _split(islice(text, lines_before, None), read, width)


def _split(lines: Iterator[str], read: ReadOptions, width: int) -> Iterator[list[str] | Reject]:
    waiting: deque[str] = deque()
    record_no = 0
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        if not line.rstrip("\r\n"):
            continue
        record_no += 1
        taken, cells, reason = _read_one(line, waiting, lines, read, width)
        if reason:
            waiting.extendleft(reversed(taken[1:]))
            yield Reject(record_no, reason, line.rstrip("\r\n").replace(_UNDECODABLE, "\ufffd"))
        else:
            yield cells


def _read_one(
    line: str, waiting: deque[str], lines: Iterator[str], read: ReadOptions, width: int
) -> tuple[list[str], list[str], str]:
    """Return the lines taken, the cells, and why they are no record ("" when they are one)."""
    taken = [line]
    while True:
        cells, reason = _parse("".join(taken), read)
        if reason != _OPEN:
            break
        if not _take_to_next_quote(taken, waiting, lines, read.quote):
            return taken, [], "a quote is left open"
    if not reason and len(cells) != width:
        reason = f"{len(cells)} fields where the header has {width}"
    if not reason and any(_UNDECODABLE in cell for cell in cells):
        reason = f"bytes that are not {read.encoding}"
    return taken, cells, reason


_OPEN = "open"


def _parse(text: str, read: ReadOptions) -> tuple[list[str], str]:
    if not read.quote:
        return text.rstrip("\r\n").split(read.delimiter), ""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=read.delimiter, quotechar=read.quote, strict=True, doublequote=True
    )
    try:
        cells = next(reader)
    except csv.Error as fault:
        return [], _OPEN if "unexpected end of data" in str(fault) else "quotes that do not pair"
    if next(reader, None) is not None:
        return [], "quotes that do not pair"
    return cells, ""


def _take_to_next_quote(taken: list[str], waiting: deque[str], lines: Iterator[str], quote: str) -> bool:
    """Take lines up to the next that holds a quote; False where the file or the patience ends before."""
    size = sum(map(len, taken))
    while size < _LONGEST_RECORD:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return False
        taken.append(line)
        size += len(line)
        if quote in line:
            return True
    return False
