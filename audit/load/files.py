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

_ENDINGS = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
# No text begins so.
_MAGIC = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# Stands in decoded text for bytes that are none in the declared encoding. No encoding gives it by itself.
UNDECODABLE = "\udcff"
_MARK_ERRORS = "audit-mark"


def _mark(fault: UnicodeError) -> tuple[str, int]:
    return UNDECODABLE, cast("UnicodeDecodeError", fault).end


codecs.register_error(_MARK_ERRORS, _mark)


def compression_of(path: Path) -> str | None:
    """Return "gzip" or "zstd" by the file's ending, or by its first bytes where the ending says nothing; or None."""
    by_name = _ENDINGS.get(path.suffix.lower())
    return by_name or next((name for magic, name in _MAGIC.items() if _begins(path, magic)), None)


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(magic)) == magic
    except OSError:
        return False


def bare_suffix(path: Path) -> str:
    """Return the ending that tells the format, in lower case and without that of a compression: ".csv"."""
    inner = path.with_suffix("") if path.suffix.lower() in _ENDINGS else path
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


def encoding_of(path: Path, encoding: str) -> str:
    """Return the encoding that a file is to be read in: where UTF is declared, that of its byte order mark.

    A file with another mark cannot be what was declared, and a vendor's portal may export either. UTF-16 and UTF-32 without
    a mark and without a byte order in the name are read as most systems write them: the small end first.
    """
    codec = codecs.lookup(encoding).name
    if not is_utf8(encoding) and codec not in ("utf-16", "utf-32"):
        return encoding
    with reading(path), open_decompressed(path) as stream:
        begin = stream.read(4)
    # That of UTF-32 begins as that of UTF-16 does.
    marked = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    if marked or is_utf8(encoding):
        return marked or encoding
    return f"{codec}-be" if begin.startswith(b"\0") else f"{codec}-le"


def check_text(path: Path) -> None:
    """Refuse an archive that no reader of text opens.

    Raises:
        InputOutputError: the file is one.

    """
    if any(_begins(path, magic) for magic in _ARCHIVES):
        raise InputOutputError(
            f"{path}: is an archive or workbook and no text; nothing of it was loaded, unpack it first"
        )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into an error that names it.

    Raises:
        InputOutputError: the file cannot be read, or the archive is cut off or broken.

    """
    try:
        yield
    except UnicodeError as fault:
        raise InputOutputError(f"{path}: is not of the encoding declared; see [read] encoding") from fault
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
