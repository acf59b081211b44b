"""Know a log that has grown: its beginning is, byte for byte, a file that was loaded before, and need not be judged again.

Only what stands behind is new, and what of the beginning was quarantined then, for that may load by now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from audit.load.csv_blocks import NotPlainError
from audit.load.csv_reader import raw_of
from audit.load.csv_stream import CsvStream, copy_stream
from audit.load.files import compression_of
from audit.load.fingerprint import Fingerprint
from audit.load.raw import RAW_TABLE, RawFile, name_columns, start_rejects
from audit.load.stacked import read_by_headers
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, derives_event_id
from audit.sources.rules import HEADER_RULE


@dataclass(frozen=True)
class Beginning:
    """The load whose whole file a file begins with: its bytes, its records, and how many of them were quarantined."""

    load_id: int
    bytes: int
    sha256: str
    records: int
    quarantined: int


def find_beginnings(
    connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, size: int
) -> tuple[Beginning, ...]:
    """Return the loads that a file of that size may begin with, the longest first.

    Only those mapped by the very definition that stands now: by another, the content under a known id could be another.
    """
    if definition.table.arrival != "append":
        return ()
    rows = connection.execute(
        """
        SELECT load_id, bytes, sha256, records, quarantined
        FROM load_log
        INNER JOIN load_input USING (load_id)
        WHERE source = ? AND definition = ? AND bytes < ? AND records > 0 AND rejected = 0
        ORDER BY bytes DESC, load_id DESC
        """,
        [definition.name, definition.sha256, size],
    ).fetchall()
    return tuple(Beginning(*row) for row in rows)


def beginning_of(
    stream: CsvStream | None, found: tuple[Beginning, ...], hashed: Callable[[], Fingerprint]
) -> Beginning | None:
    """Return the longest of the loads that the file begins with. The hash is awaited only where there may be one."""
    if stream is None or not found:
        return None
    hashes = hashed().beginnings
    return next((one for one in found if hashes.get(one.bytes) == one.sha256), None)


def read_behind(
    connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, stream: CsvStream, beginning: Beginning
) -> RawFile | None:
    """Read the records that need a place; None where the file must be read as any other.

    It must be where event ids are made of content, for they count the equal records of the whole file; where a header was met
    among the source's records, for one in the beginning would say how to read what stands behind it; and where what was
    quarantined is not all there any more.
    """
    columns = RawColumns(name_columns(stream.head.header))
    if (
        derives_event_id(definition, columns)
        or compression_of(stream.path)
        or _any_header_row(connection, definition.name)
    ):
        return None
    if not _ends_with_line(stream.path, beginning.bytes):
        return None
    quarantined = f"SELECT record_no FROM quarantine WHERE load_id = {int(beginning.load_id)}"
    if connection.execute(f"SELECT count(*) FROM ({quarantined})").fetchone() != (beginning.quarantined,):
        return None
    start_rejects(connection)
    try:
        if beginning.quarantined:
            where = f"record_no > {int(beginning.records)} OR record_no IN ({quarantined})"
            copy_stream(connection, stream, RAW_TABLE, where)
        else:
            copy_stream(connection, stream, RAW_TABLE, start=beginning.bytes, before=beginning.records)
    except NotPlainError:
        return None
    raw = replace(raw_of(stream, definition.read, RAW_TABLE), known=beginning.records - beginning.quarantined)
    return read_by_headers(connection, raw, definition) if definition.read.header is True else raw


def _any_header_row(connection: duckdb.DuckDBPyConnection, source: str) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM quarantine INNER JOIN load_log USING (load_id) WHERE source = ? AND list_contains(rules, ?)",
        [source, HEADER_RULE],
    ).fetchone()
    return row != (0,)


def _ends_with_line(path: Path, size: int) -> bool:
    with path.open("rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) == b"\n"
