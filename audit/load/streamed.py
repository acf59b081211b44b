"""Append a large event log straight from its file: it is mapped, judged and written in one pass, and stands nowhere between.

What is not so simple (an id that stands twice or is known, a record older than the last purge, an export behind another's
header, no ids) raises NotPlainError, within the caller's transaction: nothing of it is left, and the file is read into a table
first, as other files are.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from audit.load.csv_blocks import NotPlainError
from audit.load.csv_reader import raw_of
from audit.load.csv_stream import STREAM, CsvStream, copy_stream
from audit.load.events import are_different, are_known, insert_events
from audit.load.purged import any_purged, any_purged_in
from audit.load.raw import RAW_TABLE, RawFile, name_columns, start_rejects
from audit.load.stacked import read_by_headers
from audit.load.stage import Staged, broken, judge_known_texts, quarantine_broken
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import RawColumns, derives_event_id, map_columns
from audit.timezones import Zone

# Of what is smaller, planning takes more time than reading.
LEAST_BYTES = 1 << 20


def can_be_streamed(definition: SourceDefinition, stream: CsvStream) -> bool:
    """Say whether a file is worth it: a large log with event ids of its own."""
    if definition.table.arrival != "append" or stream.path.stat().st_size < LEAST_BYTES:
        return False
    return not derives_event_id(definition, RawColumns(name_columns(stream.head.header)))


@dataclass(frozen=True)
class Target:
    """What a file is appended as: its source, the workspace's zone, the load, and the latest time that is none of the future."""

    definition: SourceDefinition
    zone: Zone
    load_id: int
    latest: datetime


def append_stream(connection: duckdb.DuckDBPyConnection, stream: CsvStream, target: Target) -> Staged:
    """Append the records that keep the rules, and name the others; return those, staged.

    Raises:
        NotPlainError: the file needs the other road. SourceError: the definition does not fit it.

    """
    definition, load_id = target.definition, target.load_id
    start_rejects(connection)
    columns = RawColumns(name_columns(stream.head.header), trimmed=stream.only_trimmed)
    # White space that is trimmed could make two texts one.
    stream.watched = _place_of_plain_id(definition, columns) if stream.only_trimmed else None
    mapped = map_columns(definition, columns, STREAM, target.zone, target.latest)
    with stream.as_relation(connection):
        inserted = insert_events(connection, mapped.sql, definition.name, load_id, f"NOT ({broken(mapped)})")
    if any_purged_in(connection, load_id):
        raise NotPlainError
    in_order = stream.watched is not None and stream.seen.order.is_strict
    if not (in_order or are_different(connection, load_id, inserted)) or are_known(
        connection, definition.name, load_id
    ):
        raise NotPlainError
    return _judge_rest(connection, stream, target, inserted)


def _judge_rest(connection: duckdb.DuckDBPyConnection, stream: CsvStream, target: Target, inserted: int) -> Staged:
    """Put the records that were not inserted, for they break a rule, where the readers put those of other files."""
    definition = target.definition
    if inserted == stream.seen.records:
        columns = ", ".join(f"c{place} VARCHAR" for place in range(len(stream.head.header)))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} (record_no BIGINT, {columns})")
    else:
        placed = f"SELECT record_no FROM event WHERE load_id = {int(target.load_id)}"
        copy_stream(connection, stream, RAW_TABLE, f"record_no NOT IN ({placed})")
    raw = replace(raw_of(stream, definition.read, RAW_TABLE), stream=stream)
    if definition.read.header is True:
        raw = _with_header_rows(connection, raw, definition)
    mapped = map_columns(definition, raw.columns, raw.relation, target.zone, target.latest)
    staged = Staged(definition, raw, mapped, mapped.sql)
    if any_purged(connection, staged):
        raise NotPlainError
    if inserted < raw.records:
        quarantine_broken(connection, staged)
        judge_known_texts(connection, staged, definition.name)
    return staged


def _with_header_rows(connection: duckdb.DuckDBPyConnection, raw: RawFile, definition: SourceDefinition) -> RawFile:
    """Mark headers among the records; where the columns behind one are others, what was inserted is not right."""
    marked = read_by_headers(connection, raw, definition)
    if marked.columns.names != raw.columns.names:
        raise NotPlainError
    return marked


def _place_of_plain_id(definition: SourceDefinition, columns: RawColumns) -> int | None:
    """Return the place of the raw column whose cells are the event ids as they stand; None where they are made of more."""
    rule = definition.rules["event_id"]
    if rule.map or rule.masked or rule.pattern or rule.expression or rule.value or rule.default is not None:
        return None
    found = [name for label in rule.columns if (name := columns.find(label)) is not None]
    return list(columns.names.values()).index(found[0]) if len(found) == 1 else None
