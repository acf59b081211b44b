"""Read a file once for its SHA-256 and an independent count of its records.

DuckDB's CSV reader can lose thousands of records under one open quote without a word, so its count is believed only
where this one agrees.
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa

from audit.errors import InputOutputError

_CHUNK = 1 << 22


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 (hex), its size, and how many records stand behind its header; None where nobody asked."""

    sha256: str
    bytes: int
    records: int | None = None


@dataclass(frozen=True)
class CountingRule:
    """What to count: lines that are not blank from `start` (bytes, decompressed); `quote` may hold line ends in."""

    start: int
    quote: bytes


def compression_of(path: Path) -> str | None:
    """Return "gzip" or "zstd" by the file's ending, or None."""
    return {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}.get(path.suffix.lower())


def bare_suffix(path: Path) -> str:
    """Return the ending that tells the format, in lower case and without that of a compression: ".csv"."""
    inner = path.with_suffix("") if compression_of(path) else path
    return inner.suffix.lower()


def open_decompressed(path: Path) -> IO[bytes]:
    """Open a file's content, decompressed by its ending."""
    compression = compression_of(path)
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "zstd":
        return cast("IO[bytes]", BufferedReader(pa.input_stream(str(path), compression="zstd")))
    return path.open("rb")


def hash_file(path: Path) -> Fingerprint:
    """Return a file's SHA-256 and size."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Fingerprint(digest.hexdigest(), size)


def count_records(path: Path, rule: CountingRule) -> int:
    """Count the records of a file behind its header.

    Raises:
        InputOutputError: the archive is cut off or broken.

    """
    counter = _Counter(rule.quote)
    skip = rule.start
    for chunk in _chunks(path):
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        counter.feed(chunk[skip:])
        skip = 0
    return counter.total()


def check_whole(path: Path) -> None:
    """Read an archive to its end.

    Raises:
        InputOutputError: it is cut off or broken.

    """
    for _ in _chunks(path):
        pass


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_decompressed(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (EOFError, gzip.BadGzipFile, pa.ArrowException, OSError) as fault:
        if compression_of(path) is None:
            raise
        raise InputOutputError(f"{path}: the archive is cut off or broken; nothing of it was loaded") from fault


class _Counter:
    """Counts lines that are not blank, line ends inside quotes excepted."""

    def __init__(self, quote: bytes) -> None:
        self._quote = quote
        self._inside = 0
        self._count = 0
        self._line_bytes = 0
        self._last = b""

    def feed(self, chunk: bytes) -> None:
        simple = not self._inside and (not self._quote or self._quote not in chunk)
        if simple and self._plain(chunk):
            return
        cells = np.frombuffer(chunk, dtype=np.uint8)
        ends = cells == 10
        if not simple:
            parity = np.bitwise_xor.accumulate((cells == self._quote[0]).view(np.uint8)) ^ self._inside
            self._inside = int(parity[-1])
            ends &= parity == 0
        self._count_lines(chunk, np.flatnonzero(ends))

    def total(self) -> int:
        """Return the count, the unfinished last line included."""
        unfinished = self._line_bytes > 0 and not (self._line_bytes == 1 and self._last == b"\r")
        return self._count + int(unfinished)

    def _plain(self, chunk: bytes) -> bool:
        """Count a chunk without quotes and blank lines; False where it has blank ones."""
        begins_blank = self._line_bytes <= 1 and chunk[:2].lstrip(b"\r")[:1] == b"\n"
        if begins_blank or b"\n\n" in chunk or b"\n\r\n" in chunk:
            return False
        ends = chunk.count(b"\n")
        self._count += ends
        self._line_bytes = len(chunk) - chunk.rfind(b"\n") - 1 if ends else self._line_bytes + len(chunk)
        self._last = chunk[-1:]
        return True

    def _count_lines(self, chunk: bytes, ends: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> None:
        if len(ends) == 0:
            self._line_bytes += len(chunk)
            self._last = chunk[-1:]
            return
        lengths = np.diff(ends, prepend=-1) - 1
        lengths[0] += self._line_bytes
        values = np.frombuffer(chunk, dtype=np.uint8)
        before = values[np.maximum(ends - 1, 0)]
        if ends[0] == 0:
            before[0] = self._last[0] if self._last else 0
        blank = (lengths == 0) | ((lengths == 1) & (before == 13))
        self._count += int(len(ends) - np.count_nonzero(blank))
        self._line_bytes = len(chunk) - int(ends[-1]) - 1
        self._last = chunk[-1:]
