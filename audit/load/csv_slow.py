"""Read a dirty CSV file with Python's csv: a piece that is no record is rejected, and reading goes on behind it.

Whole records are read many at once; only around what is no record does it go line by line. Where a quote is left open,
the line that opens it is rejected and the next is read on, for the records behind it are not at fault.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from audit.load.csv_dialect import csv_cells, is_plain, keep_null_marks
from audit.load.csv_head import Head
from audit.load.files import UNDECODABLE, read_lines, readable
from audit.load.raw import Reject
from audit.load.stacked import is_header
from audit.sources.definition import ReadOptions

# A quote left open would swallow the rest of the file: past this many characters it counts as left open.
_LONGEST_RECORD = 1 << 24
_MOST_LINES = 1 << 14
_FEWEST_LINES = 16
# Half characters, which no decoded text holds.
_HIDDEN_CR, _HIDDEN_LF = "\udc0d", "\udc0a"

csv.field_size_limit(_LONGEST_RECORD)


def read_records(path: Path, read: ReadOptions, head: Head) -> Iterator[list[str] | Reject]:
    """Yield each record's cells, or a Reject in its place; `record_no` counts both, blank lines neither."""
    lines: Iterator[str] = islice(read_lines(path, read.encoding, newline=head.line_end), head.lines, None)
    if not is_plain(read):
        lines = (keep_null_marks(line, read) for line in lines)
    yield from _Splitter(_Lines(map(_hide_ends, lines)), read, head.header).records()


def _hide_ends(line: str) -> str:
    """Hide what Python's csv would take for the end of the line, though it is within it."""
    body = line.rstrip("\r\n")
    if "\r" not in body and "\n" not in body:
        return line
    return body.replace("\r", _HIDDEN_CR).replace("\n", _HIDDEN_LF) + line[len(body) :]


def _show_ends(text: str) -> str:
    return text.replace(_HIDDEN_CR, "\r").replace(_HIDDEN_LF, "\n")


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()

    def take(self) -> str | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def take_many(self, most: int) -> list[str]:
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        return [*taken, *islice(self._lines, most - len(taken))]

    def put_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))


@dataclass(frozen=True)
class _Taken:
    """The lines that were taken for a record, its cells, and why they are no record ("" when they are one)."""

    lines: list[str]
    cells: list[str]
    reason: str = ""


class _Splitter:
    def __init__(self, lines: _Lines, read: ReadOptions, header: tuple[str, ...]) -> None:
        self._lines = lines
        self._read = read
        self._header = header
        self._width = len(header)
        self._record_no = 0

    def records(self) -> Iterator[list[str] | Reject]:
        at_once = _MOST_LINES
        while lines := self._lines.take_many(at_once):
            good, taken = self._whole_records(lines)
            self._record_no += len(good)
            yield from good
            if taken == len(lines):
                at_once = min(at_once * 2, _MOST_LINES)
                continue
            at_once = _FEWEST_LINES
            self._lines.put_back(lines[taken:])
            yield from self._one_record()

    def _whole_records(self, lines: list[str]) -> tuple[list[list[str]], int]:
        """Return the records before the first that is none, and how many lines they took (all, when none is at fault)."""
        good: list[list[str]] = []
        taken = 0
        text = "".join(lines)
        marked, hidden = UNDECODABLE in text, _HIDDEN_CR in text or _HIDDEN_LF in text
        parsed = self._parse(lines)
        try:
            for cells, end in parsed:
                if cells and (len(cells) != self._width or (marked and any(UNDECODABLE in cell for cell in cells))):
                    return good, taken
                taken = end
                if cells:
                    good.append([_show_ends(cell) for cell in cells] if hidden else cells)
        except csv.Error:
            return good, taken
        return good, len(lines)

    def _parse(self, lines: list[str]) -> Iterator[tuple[list[str], int]]:
        """Yield the cells of each record and the number of lines taken so far; blank lines have no cells."""
        if not self._read.quote and is_plain(self._read):
            for number, line in enumerate(lines, start=1):
                text = line.rstrip("\r\n")
                yield (text.split(self._read.delimiter) if text else []), number
            return
        reader = csv_cells(lines, self._read)
        for cells in reader:
            yield cells, reader.line_num

    def _one_record(self) -> Iterator[list[str] | Reject]:
        line = self._lines.take()
        if line is None or not line.rstrip("\r\n"):
            return
        self._record_no += 1
        taken = self._take_record(line)
        if not taken.reason:
            yield [_show_ends(cell) for cell in taken.cells]
            return
        swallowed = 0 if taken.cells and not self._swallowed(taken.lines) else len(taken.lines) - 1
        rejected = taken.lines[: len(taken.lines) - swallowed]
        self._lines.put_back(taken.lines[len(rejected) :])
        yield Reject(self._record_no, taken.reason, readable(_show_ends("".join(rejected).rstrip("\r\n"))))

    def _take_record(self, line: str) -> _Taken:
        taken = [line]
        while True:
            cells, fault = self._parse_one(taken)
            if fault != _OPEN:
                break
            if not self._take_to_next_quote(taken):
                return _Taken(taken, [], "a quote is left open")
        if fault:
            return _Taken(taken, [], fault)
        if len(cells) != self._width and self._is_header(cells):
            self._width = len(cells)
        if len(cells) != self._width:
            return _Taken(taken, cells, f"{len(cells)} fields where the header has {self._width}")
        if any(UNDECODABLE in cell for cell in cells):
            return _Taken(taken, cells, f"bytes that are not {self._read.encoding}")
        return _Taken(taken, cells)

    def _is_header(self, cells: list[str]) -> bool:
        """Say whether another export begins here, under a header of another width: the record behind it has that width too."""
        if self._read.header is not True or not is_header(cells, self._header):
            return False
        line = self._lines.take()
        if line is None:
            return False
        self._lines.put_back([line])
        return len(self._parse_one([line])[0]) == len(cells)

    def _parse_one(self, lines: list[str]) -> tuple[list[str], str]:
        try:
            records = [cells for cells, _ in self._parse(lines)]
        except csv.Error as fault:
            if "field limit" in str(fault):
                return [], f"a cell of more than {_LONGEST_RECORD:,} characters"
            return [], _OPEN if "unexpected end of data" in str(fault) else "quotes that do not pair"
        return (records[0], "") if len(records) == 1 else ([], "quotes that do not pair")

    def _take_to_next_quote(self, taken: list[str]) -> bool:
        """Take lines up to the next that holds a quote; False where the file or the patience ends before."""
        size = sum(map(len, taken))
        while size < _LONGEST_RECORD:
            line = self._lines.take()
            if line is None:
                return False
            taken.append(line)
            size += len(line)
            if self._read.quote in line:
                return True
        return False

    def _swallowed(self, lines: list[str]) -> bool:
        """Say whether a quote left open swallowed records: those between its line and the one that closed it are whole."""
        between = [line for line in lines[1:-1] if line.rstrip("\r\n")]
        alone = [self._parse_one([line]) for line in between]
        return bool(between) and all(not fault and len(cells) == self._width for cells, fault in alone)


_OPEN = "open"
