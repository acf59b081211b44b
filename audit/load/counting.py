"""Count a file's records and delimiters without reading them; those inside quotes count as neither.

DuckDB's CSV reader can lose thousands of records under one open quote without a word, so its count is believed only
where this one agrees: it also drops empty cells past the last column without a word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from audit.load.files import open_decompressed, reading

_CHUNK = 1 << 22
_Bytes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint8]]"
_Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"
_Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.intp]]"


@dataclass(frozen=True)
class CountingRule:
    """What to count from `start` (bytes, decompressed): lines that are not blank, and delimiters; `quote` may hold both in."""

    start: int
    quote: bytes
    delimiter: bytes


@dataclass(frozen=True)
class Count:
    """How many records and delimiters stand behind the header.

    `clear`: each quote and each carriage return outside quotes stands where one is expected.
    """

    records: int
    delimiters: int
    clear: bool = True


def count_records(path: Path, rule: CountingRule) -> Count:
    """Count the records of a file behind its header.

    Raises:
        InputOutputError: the file cannot be read, or the archive is cut off or broken.

    """
    counter = _Counter(rule)
    skip = rule.start
    for chunk in _chunks(path):
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        counter.feed(chunk[skip:])
        skip = 0
    return Count(counter.total(), counter.delimiters, counter.clear)


def check_whole(path: Path) -> None:
    """Read an archive to its end.

    Raises:
        InputOutputError: it is cut off or broken.

    """
    for _ in _chunks(path):
        pass


def _chunks(path: Path) -> Iterator[bytes]:
    with reading(path), open_decompressed(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


class _Counter:
    """Counts lines that are not blank, line ends inside quotes excepted."""

    def __init__(self, rule: CountingRule) -> None:
        self._quote = rule.quote
        self._delimiter = rule.delimiter[0]
        # What may stand before an opening quote and behind a closing one.
        self._borders = (self._delimiter, 10, 13, *rule.quote)
        self.delimiters = 0
        self.clear = True
        self._inside = 0
        self._count = 0
        self._line_bytes = 0
        self._last = b"\n"

    def feed(self, chunk: bytes) -> None:
        cells = np.frombuffer(chunk, dtype=np.uint8)
        between = cells == self._delimiter
        if self._last == self._quote and not self._inside and chunk[0] not in self._borders:
            self.clear = False
        if not self._inside and (not self._quote or self._quote not in chunk):
            self._check_ends(chunk, cells, None)
            self.delimiters += int(np.count_nonzero(between))
            if not self._plain(chunk):
                self._count_lines(chunk, np.flatnonzero(cells == 10))
        else:
            quotes = cells == self._quote[0]
            outside = (np.bitwise_xor.accumulate(quotes.view(np.uint8)) ^ self._inside) == 0
            self._check_quotes(cells, quotes, outside)
            self._check_ends(chunk, cells, outside)
            self._inside = int(not outside[-1])
            self.delimiters += int(np.count_nonzero(between & outside))
            self._count_lines(chunk, np.flatnonzero((cells == 10) & outside))
        self._last = chunk[-1:]

    def total(self) -> int:
        """Return the count, the unfinished last line included."""
        self.clear = self.clear and not self._inside
        unfinished = self._line_bytes > 0 and not (self._line_bytes == 1 and self._last == b"\r")
        return self._count + int(unfinished)

    def _check_ends(self, chunk: bytes, cells: "_Bytes", outside: "_Flags | None") -> None:
        """Outside quotes a carriage return stands before a line feed, or it is a character that DuckDB would drop."""
        if self._last == b"\r" and not self._inside and chunk[:1] != b"\n":
            self.clear = False
        if b"\r" in chunk:
            lone = (cells[:-1] == 13) & (cells[1:] != 10)
            self.clear = self.clear and not bool((lone if outside is None else lone & outside[:-1]).any())

    def _check_quotes(self, cells: "_Bytes", quotes: "_Flags", outside: "_Flags") -> None:
        """A quote opens a cell at its beginning and closes it at its end, or is one of two; elsewhere it is a character."""
        border = np.isin(cells, self._borders)
        opens, closes = quotes & ~outside, quotes & outside
        good = not bool((opens[1:] & ~border[:-1]).any()) and not bool((closes[:-1] & ~border[1:]).any())
        if opens[0]:
            good = good and self._last[0] in self._borders
        self.clear = self.clear and good

    def _plain(self, chunk: bytes) -> bool:
        """Count a chunk without quotes and blank lines; False where it has blank ones."""
        begins_blank = self._line_bytes <= 1 and chunk[:2].lstrip(b"\r")[:1] == b"\n"
        if begins_blank or b"\n\n" in chunk or b"\n\r\n" in chunk:
            return False
        ends = chunk.count(b"\n")
        self._count += ends
        self._line_bytes = len(chunk) - chunk.rfind(b"\n") - 1 if ends else self._line_bytes + len(chunk)
        return True

    def _count_lines(self, chunk: bytes, ends: "_Places") -> None:
        if len(ends) == 0:
            self._line_bytes += len(chunk)
            return
        lengths = np.diff(ends, prepend=-1) - 1
        lengths[0] += self._line_bytes
        values = np.frombuffer(chunk, dtype=np.uint8)
        before = values[np.maximum(ends - 1, 0)]
        if ends[0] == 0:
            before[0] = self._last[0]
        blank = (lengths == 0) | ((lengths == 1) & (before == 13))
        self._count += int(len(ends) - np.count_nonzero(blank))
        self._line_bytes = len(chunk) - int(ends[-1]) - 1
