"""Open a file by its ending: plain, gzip or zstd, as bytes or as lines of text. Knows nothing of records."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from audit.errors import InputOutputError

# Stands in decoded text for bytes that are none in the declared encoding. No encoding gives it by itself.
UNDECODABLE = "\udcff"
_MARK_ERRORS = "audit-mark"


def _mark(fault: UnicodeError) -> tuple[str, int]:
    return UNDECODABLE, cast("UnicodeDecodeError", fault).end


codecs.register_error(_MARK_ERRORS, _mark)


def compression_of(path: Path) -> str | None:
    """Return "gzip" or "zstd" by the file's ending, or None."""
    return {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}.get(path.suffix.lower())


def bare_suffix(path: Path) -> str:
    """Return the ending that tells the format, in lower case and without that of a compression: ".csv"."""
    inner = path.with_suffix("") if compression_of(path) else path
    return inner.suffix.lower()


def is_utf8(encoding: str) -> bool:
    """Say whether text in the encoding is UTF-8, as all ASCII is."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def open_decompressed(path: Path) -> IO[bytes]:
    """Open a file's content, decompressed by its ending."""
    compression = compression_of(path)
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "zstd":
        return cast("IO[bytes]", BufferedReader(pa.input_stream(str(path), compression="zstd")))
    return path.open("rb")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into an error that names it.

    Raises:
        InputOutputError: the file cannot be read, or the archive is cut off or broken.

    """
    try:
        yield
    except (EOFError, zlib.error, pa.ArrowException, OSError) as fault:
        if compression_of(path) and getattr(fault, "strerror", None) is None:
            raise InputOutputError(f"{path}: the archive is cut off or broken; nothing of it was loaded") from fault
        raise InputOutputError(f"{path}: cannot be read ({getattr(fault, 'strerror', None) or 'broken'})") from fault


def read_lines(path: Path, encoding: str, newline: str) -> Iterator[str]:
    r"""Yield a file's lines with their ends; `newline` "" ends them at \n, \r and \r\n, "\n" at that alone.

    A byte order mark is left out; UNDECODABLE stands for bytes that are not of the encoding.
    """
    with reading(path), open_decompressed(path) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors=_MARK_ERRORS, newline=newline)
        first = next(text, "").removeprefix("\ufeff")
        if first:
            yield first
        yield from text


def readable(text: str) -> str:
    """Return decoded text with the replacement character in the place of what could not be decoded."""
    return text.replace(UNDECODABLE, "\ufffd")
