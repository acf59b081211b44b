"""The [read] table of a definition: how the records of a file are found."""

import codecs
from typing import Any

from audit.sources.faults import Faults, Kinds
from audit.sources.records import ReadOptions
from audit.timezones import read_zone

FORMATS = ("csv", "json", "ndjson", "parquet", "xlsx", "fixed")

_READ: Kinds = {
    "format": str,
    "encoding": str,
    "timezone": str,
    "null_values": list,
    "delimiter": str,
    "quote": str,
    "escape": str,
    "skip_spaces": bool,
    "header": (bool, list),
    "skip": int,
    "sheet": str,
    "widths": list,
    "records": str,
}


def parse_read(section: Any, faults: Faults) -> ReadOptions:
    """Return the options; a fault leaves its option at the default."""
    if not isinstance(section, dict):
        faults.add("[read] must be a table")
        return ReadOptions()
    if not faults.check_kinds("[read]", section, _READ):
        return ReadOptions()
    options: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in section.items()
    }
    read = ReadOptions(**options)
    _check_words(read, faults)
    _check_dialect(read, faults)
    return read


def _check_words(read: ReadOptions, faults: Faults) -> None:
    if read.format not in FORMATS:
        faults.add(f'[read] format = "{read.format}" is not one of {", ".join(FORMATS)}')
    try:
        known = codecs.lookup(read.encoding)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if not known:
        faults.add(f'[read] encoding = "{read.encoding}" is not an encoding of text that Python knows')
    try:
        read_zone(read.timezone)
    except ValueError as fault:
        faults.add(f"[read] timezone: {fault}")


def _check_dialect(read: ReadOptions, faults: Faults) -> None:
    if len(read.delimiter) != 1 or len(read.quote) > 1:
        faults.add("[read] delimiter must be one character, and quote one or none")
    elif set(read.delimiter + read.quote) & set("\r\n") or read.delimiter == read.quote:
        faults.add("[read] delimiter and quote must differ, and neither may end a line")
    if len(read.escape) > 1 or (read.escape and read.escape in ("\r", "\n", read.delimiter)):
        faults.add("[read] escape must be one character or none, not a line's end and not the delimiter")
    if read.skip < 0:
        faults.add("[read] skip must not be negative")
    if isinstance(read.header, tuple):
        names = [name.strip() for name in read.header]
        if not all(names) or len(set(names)) < len(names) or not names:
            faults.add("[read] header must name each column, each by another name")
