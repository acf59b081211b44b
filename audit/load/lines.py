"""Read newline-delimited JSON: each line a record, its fields as text. Nested fields are named a.b."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.load.files import UNDECODABLE, read_lines, readable
from audit.load.json_numbers import EXACT, keep_exact_texts
from audit.load.raw import RAW_TABLE, RawFile, Reject, count_rows, insert_rows, keep_rejects, start_rejects
from audit.sources.raw import RawColumns
from audit.sql import quote_literal

_BATCH_LINES = 100_000
_BATCH_CHARACTERS = 1 << 26
_LINES = "raw_line"


def read_ndjson(connection: duckdb.DuckDBPyConnection, path: Path, encoding: str, wanted: Iterable[str]) -> RawFile:
    """Read the wanted fields of all records as text into a temporary table. A field that no record has is absent.

    Raises:
        InputOutputError: the file cannot be read, or the archive is cut off.

    """
    return read_objects(connection, read_lines(path, encoding, newline="\n"), encoding, wanted)


def read_objects(
    connection: duckdb.DuckDBPyConnection, texts: Iterable[str], encoding: str, wanted: Iterable[str]
) -> RawFile:
    """Read the wanted fields of records, each the text of one JSON object; other texts are rejected."""
    start_rejects(connection)
    rejected = _keep_objects(connection, texts, encoding)
    fields = {name: f"c{place}" for place, name in enumerate(dict.fromkeys(label.strip() for label in wanted))}
    places = {name: _pointers(name) for name in fields}
    pointers = list(dict.fromkeys(pointer for found in places.values() for pointer in found))
    found = ", ".join(quote_literal(pointer) for pointer in pointers)
    # One call takes all the fields, for each call parses the line anew.
    values = (
        f", json_extract_string(line, [{found}]) AS found, json_extract_string(exact, [{found}]) AS exact"
        if fields
        else ""
    )
    parts = "".join(
        f", COALESCE({', '.join(_value(pointers.index(pointer) + 1) for pointer in places[name])}) AS {column}"
        for name, column in fields.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT record_no, line{parts} "
        f"FROM (SELECT record_no, line{values} FROM {_LINES})"
    )
    present = {name: column for name, column in fields.items() if _is_present(connection, column, places[name])}
    records = count_rows(connection, RAW_TABLE)
    columns = RawColumns(present if records else fields)
    return RawFile(RAW_TABLE, "line", columns, records + rejected, rejected, others=_other_fields(connection, fields))


def _other_fields(connection: duckdb.DuckDBPyConnection, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the fields of the records, by their outermost names, of which nothing is wanted."""
    known = {part.lower() for name in wanted for part in (name, name.partition(".")[0])}
    rows = connection.execute(
        f"SELECT DISTINCT unnest(json_keys(line)) AS name FROM {RAW_TABLE} ORDER BY name"
    ).fetchall()
    return tuple(name for (name,) in rows if name.strip().lower() not in known)


def _value(place: int) -> str:
    """SQL for a field's text: from the exact form where there is one, but an object or array as it stands."""
    return f"CASE WHEN left(exact[{place}], 1) NOT IN ('{{', '[') THEN exact[{place}] ELSE found[{place}] END"


def _keep_objects(connection: duckdb.DuckDBPyConnection, texts: Iterable[str], encoding: str) -> int:
    """Keep the texts that are objects, and return how many were rejected."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_LINES} (record_no BIGINT, line VARCHAR, exact VARCHAR)")
    rejected = record_no = 0
    for lines in _batches(texts):
        numbers = range(record_no + 1, record_no + len(lines) + 1)
        record_no += len(lines)
        batch = pa.table(
            {"record_no": pa.array(numbers, pa.int64()), "line": pa.array(list(map(readable, lines)), pa.string())}
        )
        marked = [number for number, line in zip(numbers, lines, strict=True) if UNDECODABLE in line]
        rejected += keep_rejects(connection, _rejects(connection, batch, marked, encoding))
        insert_rows(connection, "raw_candidate", batch)
        keep_exact_texts(connection, "raw_candidate")
        connection.execute(
            f"INSERT INTO {_LINES} SELECT record_no, line, exact FROM raw_candidate LEFT JOIN {EXACT} USING (record_no) "
            f"WHERE record_no NOT IN (SELECT record_no FROM raw_reject) ORDER BY record_no; "
            f"DROP TABLE raw_candidate; DROP TABLE {EXACT}"
        )
    return rejected


def _rejects(
    connection: duckdb.DuckDBPyConnection, batch: pa.Table, marked: list[int], encoding: str
) -> Iterator[Reject]:
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_candidate (record_no BIGINT, line VARCHAR)")
    connection.register("raw_batch", batch)
    faulty = connection.execute(
        "SELECT record_no, line FROM raw_batch "
        "WHERE list_contains($marked, record_no) OR CASE WHEN json_valid(line) THEN json_type(line) <> 'OBJECT' ELSE TRUE END "
        "ORDER BY record_no",
        {"marked": marked},
    ).fetchall()
    connection.unregister("raw_batch")
    known = set(marked)
    for number, line in faulty:
        yield Reject(number, f"bytes that are not {encoding}" if number in known else "not a JSON object", line)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """Gather lines that are not blank, so that neither many nor long ones take much memory."""
    some = (text for line in lines if (text := line.rstrip("\r\n")).strip())
    while batch := list(_take(some)):
        yield batch


def _take(lines: Iterator[str]) -> Iterator[str]:
    size = 0
    for line in islice(lines, _BATCH_LINES):
        yield line
        size += len(line)
        if size >= _BATCH_CHARACTERS:
            return


def _pointers(name: str) -> tuple[str, ...]:
    """JSON pointers to a field: by its whole name, and where that has dots, to the nested one."""
    whole = name.replace("~", "~0").replace("/", "~1")
    return (f"/{whole}", f"/{whole.replace('.', '/')}") if "." in name else (f"/{whole}",)


def _is_present(connection: duckdb.DuckDBPyConnection, column: str, pointers: tuple[str, ...]) -> bool:
    """Say whether any record has the field, were it only as null."""
    there = " OR ".join(f"json_exists(line, {quote_literal(pointer)})" for pointer in pointers)
    for test in (f"{column} IS NOT NULL", there):
        if connection.execute(f"SELECT 1 FROM {RAW_TABLE} WHERE {test} LIMIT 1").fetchone():
            return True
    return False
