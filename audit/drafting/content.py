"""Open a file's content and say what kind of file it is, by its first bytes and not by its name."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from audit.drafting.found import Remark
from audit.errors import InputOutputError, SourceError
from audit.load.files import compression_of

HEAD_BYTES = 8 << 20
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls): save it as .xlsx or CSV"),
    (b"%PDF", "a PDF: ask for the export as CSV or XLSX"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it"),
    (b"Rar!", "a RAR archive: unpack it"),
    (b"SQLite format 3", "a SQLite database: export the table as CSV"),
)


def packing(path: Path) -> str | None:
    """Return "gzip" or "zstd" by the first bytes, or None.

    Raises:
        InputOutputError: the file cannot be read. SourceError: no definition could read it.

    """
    try:
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as fault:
        raise InputOutputError(f"{path}: cannot be read ({fault.strerror})") from fault
    for magic, what in _REFUSED:
        if start.startswith(magic):
            raise SourceError(f"{path}: is {what}")
    if start.lstrip()[:1] == b"<":
        raise SourceError(f"{path}: is HTML or XML, which no definition reads: ask for the export as CSV or XLSX")
    return next((name for magic, name in _MAGIC if start.startswith(magic)), None)


def packing_remarks(path: Path, packed: str | None) -> list[Remark]:
    """The loader believes the ending of a file, where it names a packing: say so where the content belies it."""
    named = compression_of(path)
    if named == packed:
        return []
    return [Remark(f"the file's name says {named}, its content is not: rename it, or it cannot be loaded", unsure=True)]


@contextmanager
def content_of(path: Path, packed: str | None) -> Iterator[IO[bytes]]:
    """Open the unpacked content.

    Raises:
        InputOutputError: it cannot be read, or the archive is cut off.

    """
    try:
        with _opened(path, packed) as stream:
            yield stream
    except (EOFError, gzip.BadGzipFile, pa.ArrowException, OSError) as fault:
        reason = getattr(fault, "strerror", None) or "the archive is cut off or broken"
        raise InputOutputError(f"{path}: cannot be read ({reason})") from fault


def read_head(path: Path, packed: str | None) -> tuple[bytes, bool]:
    """Return the first bytes of the content, and whether they are all of it."""
    with content_of(path, packed) as stream:
        head = stream.read(HEAD_BYTES)
        return head, not stream.read(1)


def _opened(path: Path, packed: str | None) -> IO[bytes]:
    if packed == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if packed == "zstd":
        return cast("IO[bytes]", BufferedReader(pa.input_stream(str(path), compression="zstd")))
    return path.open("rb")
