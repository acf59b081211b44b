"""Writes bytes that are the same on every run: plain or gzip, no clock, no file name inside."""

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

from clock import iso_utc


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, gzipped when its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, buffer, mtime=0) as archive:
            archive.write(content)
        content = buffer.getvalue()
    path.write_bytes(content)


def cell(value: object) -> str:
    """A value in canonical form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso_utc(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def write_table(path: Path, kind: type, rows: Iterable[object]) -> int:
    """A table whose columns are the fields of its dataclass; gives the number of rows."""
    names = [field.name for field in fields(kind)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([cell(getattr(row, name)) for name in names])
        count += 1
    write_bytes(path, buffer.getvalue().encode())
    return count
