"""The tables of a pack: as Parquet, with the text as it is, and as CSV for people. The same rows give the same bytes.

Times are UTC without a zone in Parquet. In CSV each stands twice: in UTC, and local with its zone's name; text that a spreadsheet
would take for a formula has an apostrophe before it.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from audit.pack.case import Case, Row
from audit.report.shown import local_time
from audit.report.tables import EVIDENCE, FINDINGS, USERS, WITHDRAWN
from audit.schema import TABLES
from audit.text import spreadsheet_safe

_TEXT, _COUNT, _TIME, _FLAG = pa.string(), pa.int64(), pa.timestamp("us"), pa.bool_()
_TYPES: Mapping[str, pa.DataType] = {
    **dict.fromkeys(("occurred_at", "ends_at"), _TIME),
    **dict.fromkeys(("record_no", "result_count", "ledger_no", "bytes", "records", "load_id"), _COUNT),
    **dict.fromkeys(("loaded", "duplicates", "quarantined", "rejected"), _COUNT),
    **dict.fromkeys(("is_first", "banner_accepted"), _FLAG),
    "masked": pa.list_(_TEXT),
}
_TRACE = ("source", "path", "sha256", "record_no")
_ACCESS = """access_id occurred_at user_id operator_id system action subject_kind subject_id reason reference state explanation
    explanation_reference tried not_judged_for duty""".split()
_CONTEXT = "occurred_at ends_at event user_id subject_id reference told".split()
_REVIEW = "finding_id access_id at outcome by recorded_by note until run_id ledger_no ledger_hash".split()
_FILE = "source path sha256 bytes records loaded duplicates quarantined rejected definition load_id".split()


def _schema(*names: str) -> pa.Schema:
    return pa.schema([pa.field(name, _TYPES.get(name, _TEXT)) for name in names])


def _event_columns() -> list[str]:
    return [*TABLES["event"].columns, "masked"]


def _loose(schema: pa.Schema) -> pa.Schema:
    """Return a report's schema with any column allowed to be NULL, as redaction leaves them."""
    return pa.schema([pa.field(field.name, field.type) for field in schema])


SCHEMAS: Mapping[str, pa.Schema] = {
    "findings": _loose(FINDINGS).append(pa.field("run_id", _TEXT)),
    "evidence": _loose(EVIDENCE),
    "users": _loose(USERS).append(pa.field("run_id", _TEXT)),
    "withdrawn": _loose(WITHDRAWN),
    "accesses": _schema(*_ACCESS, *_TRACE),
    "context": _schema(*_CONTEXT),
    "events": _schema("access_id", *_event_columns(), *_TRACE),
    "records": _schema("path", "sha256", "record_no", "state", "fields", "line"),
    "reviews": _schema(*_REVIEW),
    "files": _schema(*_FILE),
}
HOLDS: Mapping[str, str] = {
    "findings": "a finding, first to review first; with its score's parts and all its numbers in its details",
    "evidence": "an access that a finding cites, whether it counts, what explains it or what was tried, and its file and record",
    "users": "a user whom a finding names: how many accesses the user has in the whole log, and how many of them nothing explains",
    "withdrawn": "a finding on the same user or subject that stood in the report before and no longer does, and why",
    "accesses": "an access asked for in the database, whatever explains it, with its file and record",
    "context": "what else is known of then: duty, incidents, warnings, postings, authorities, relations, contact",
    "events": "a logged event of one of these accesses, as it was loaded",
    "records": "a cited record as it stands in the file that was loaded",
    "reviews": "what a reviewer decided of a finding, or of one of these accesses that was drawn by lot",
    "files": "a file that is cited, with its hash and how many of its records were loaded",
}
# Left out of a redacted pack: all of each is a record's own text.
NOT_IF_REDACTED = ("events", "records")
_JSON_NAMES = ("key", "details", "fields")


def tables_of(case: Case) -> dict[str, pa.Table]:
    """Return the tables that the pack has."""
    names = [name for name in SCHEMAS if not (case.redacted and name in NOT_IF_REDACTED)]
    return {name: pa.Table.from_pylist([dict(row) for row in getattr(case, name)], SCHEMAS[name]) for name in names}


def parquet_of(table: pa.Table) -> bytes:
    """Return the table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=3)
    return buffer.getvalue()


def csv_of(table: pa.Table, zone: ZoneInfo) -> bytes:
    """Return the table as the bytes of a CSV file, with the mark by which a spreadsheet knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    times = {field.name for field in table.schema if pa.types.is_timestamp(field.type)}
    writer.writerow(
        [
            told
            for name in table.column_names
            for told in ((f"{name} (UTC)", f"{name} (local)") if name in times else (name,))
        ]
    )
    for row in table.to_pylist():
        writer.writerow([cell for name, value in row.items() for cell in _cells(value, name in times, zone)])
    return text.getvalue().encode("utf-8-sig")


def _cells(value: object, is_time: bool, zone: ZoneInfo) -> Iterator[str | int | float | None]:
    if is_time:
        known = isinstance(value, datetime)
        yield f"{value:%Y-%m-%d %H:%M:%S}Z" if known else None
        yield local_time(value, zone) if isinstance(value, datetime) else None
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is None or isinstance(value, int | float):
        yield value
    elif isinstance(value, list):
        yield spreadsheet_safe(";".join(map(str, value)))
    else:
        yield spreadsheet_safe(str(value))


def texts_in(rows: Sequence[Row]) -> Iterator[str]:
    """Yield every text in rows, those in lists and in JSON too."""
    for row in rows:
        for name, value in row.items():
            yield from _texts(value, name in _JSON_NAMES)


def _texts(value: object, is_json: bool) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if is_json:
            yield from _texts(json.loads(value), False)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item, False)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, False)
    elif isinstance(value, date | datetime):
        return
