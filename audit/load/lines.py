"""Read newline-delimited JSON: each line a record, its fields as text. Nested fields are named a.b."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.load.fingerprint import check_whole, compression_of, open_decompressed
from audit.load.raw import RAW_TABLE, RawFile, Reject
from audit.sources.mapping import RawColumns
from audit.sql import quote_literal

_BATCH = 1 << 26


def read_ndjson(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Iterable[str]) -> RawFile:
    """Read the wanted fields of all records as text into a temporary table.

    Raises:
        InputOutputError: the archive is cut off or broken.

    """
    if compression_of(path):
        check_whole(path)
    _read_lines(connection, path)
    rejects = tuple(
        Reject(number, "not a JSON object", line)
        for number, line in connection.execute(
            "SELECT record_no, line FROM raw_line WHERE NOT is_object ORDER BY record_no"
        ).fetchall()
    )
    fields = list(dict.fromkeys(name.strip() for name in wanted))
    parts = "".join(f", {_field(name)} AS c{position}" for position, name in enumerate(fields))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT record_no, line{parts} FROM raw_line WHERE is_object"
    )
    counts = connection.execute(f"SELECT count(*), {_present(len(fields))} FROM {RAW_TABLE}").fetchone() or (0,)
    present = {name: f"c{position}" for position, name in enumerate(fields) if counts[position + 1]}
    if counts[0] == 0:
        present = {name: f"c{position}" for position, name in enumerate(fields)}
    records = int(counts[0]) + len(rejects)
    warnings = () if records else ("the file is empty",)
    return RawFile(RAW_TABLE, "line", RawColumns(present), records, rejects, warnings)


def _read_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_line (record_no BIGINT, line VARCHAR, is_object BOOLEAN)")
    record_no = 0
    with open_decompressed(path) as stream:
        while lines := stream.readlines(_BATCH):
            texts = [text for line in lines if (text := line.decode("utf-8-sig", errors="replace").strip("\r\n"))]
            numbers = range(record_no + 1, record_no + len(texts) + 1)
            record_no += len(texts)
            batch = pa.table({"record_no": pa.array(numbers, pa.int64()), "line": pa.array(texts, pa.string())})
            connection.register("raw_batch", batch)
            connection.execute(
                "INSERT INTO raw_line SELECT record_no, line, CASE WHEN json_valid(line) AND NOT contains(line, chr(65533)) "
                "THEN json_type(line) = 'OBJECT' ELSE FALSE END FROM raw_batch"
            )
            connection.unregister("raw_batch")


def _field(name: str) -> str:
    def steps(parts: list[str]) -> str:
        return quote_literal("$" + "".join(f'."{part}"' for part in parts))

    whole = f"line ->> {steps([name])}"
    return f"COALESCE({whole}, line ->> {steps(name.split('.'))})" if "." in name else whole


def _present(width: int) -> str:
    return ", ".join(f"count(c{position})" for position in range(width)) or "0"
