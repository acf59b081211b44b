"""The head of a CSV file: its header, and where its data begins. Reads no more than it must."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audit.errors import InputOutputError, SourceError
from audit.load.fingerprint import open_decompressed
from audit.sources.definition import ReadOptions

_HEAD = 1 << 20


@dataclass(frozen=True)
class Head:
    """`header`: names as they stand; `lines`: physical lines before the data; `start`: bytes before the data."""

    header: tuple[str, ...]
    lines: int
    start: int


def read_head(path: Path, read: ReadOptions) -> Head | None:
    """Return the head, or None for a file without any record or header.

    Raises:
        InputOutputError: the file cannot be read.

    """
    text = _head_text(path, read.encoding)
    lines = text.splitlines(keepends=True)
    skipped = min(read.skip, len(lines))
    while read.header is True and skipped < len(lines) and not lines[skipped].strip():
        skipped += 1
    if skipped >= len(lines):
        return None
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if read.quote else csv.QUOTE_NONE
    reader = csv.reader(lines[skipped:], delimiter=read.delimiter, quotechar=read.quote or None, quoting=quoting)
    try:
        first = tuple(next(reader))
    except (csv.Error, StopIteration) as fault:
        raise SourceError(f"{path}: the header cannot be read as CSV: check [read] delimiter and quote") from fault
    if read.header is not True:
        names = read.header if isinstance(read.header, tuple) else tuple(f"column_{n + 1}" for n in range(len(first)))
        return Head(names, skipped, _bytes("".join(lines[:skipped]), read.encoding))
    before = skipped + reader.line_num
    return Head(first, before, _bytes("".join(lines[:before]), read.encoding))


def _head_text(path: Path, encoding: str) -> str:
    try:
        with open_decompressed(path) as stream:
            head = stream.read(_HEAD)
    except (EOFError, OSError) as fault:
        raise InputOutputError(
            f"{path}: cannot be read: {getattr(fault, 'strerror', None) or 'cut off or broken'}"
        ) from fault
    text = io.TextIOWrapper(io.BytesIO(head), encoding=encoding, errors="replace", newline="")
    return text.read()


def _bytes(text: str, encoding: str) -> int:
    return len(text.encode(encoding, errors="replace"))
