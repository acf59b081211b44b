"""A definition's dialect, as Python's csv takes it. Reads no file."""

import csv
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from audit.sources.definition import ReadOptions

if TYPE_CHECKING:
    from _csv import Reader


def escape_of(read: ReadOptions) -> str:
    """Return the character that takes the meaning from the next one; "" where only a doubled quote does so."""
    return "" if read.escape == read.quote else read.escape


def is_plain(read: ReadOptions) -> bool:
    """Say whether the dialect has quotes and delimiters only, which DuckDB and Python read alike."""
    return not (escape_of(read) or read.skip_spaces)


def keep_null_marks(line: str, read: ReadOptions) -> str:
    r"""Escape a cell that is only \N, as MySQL and PostgreSQL write NULL: it would become the text N."""
    if escape_of(read) != "\\" or r"\N" not in line:
        return line
    border = re.escape(read.delimiter)
    return re.sub(rf"(?:(?<={border})|^)\\N(?={border}|[\r\n]|$)", r"\\\\N", line)


def csv_cells(lines: Iterable[str], read: ReadOptions) -> "Reader":
    """Return a reader that is strict about quotes where the dialect has any."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if read.quote else csv.QUOTE_NONE
    return csv.reader(
        lines,
        delimiter=read.delimiter,
        quotechar=read.quote or None,
        escapechar=escape_of(read) or None,
        skipinitialspace=read.skip_spaces,
        quoting=quoting,
        strict=bool(read.quote or escape_of(read)),
    )
