"""What every reader hands on: one file's records as text in a temporary table, and those that are no records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from audit.sources.raw import RawColumns
from audit.sql import quote_identifier

if TYPE_CHECKING:
    from audit.load.csv_stream import CsvStream

RAW_TABLE = "raw_record"
REJECT_TABLE = "raw_reject"


@dataclass(frozen=True)
class Reject:
    """A piece of a file that cannot be read as a record: its number among the records, why, and its text."""

    record_no: int
    reason: str
    record: str


@dataclass(frozen=True)
class RawFile:
    """One file as read.

    `relation` is SQL for a relation of `record_no` (from 1, rejects counted) and the text columns; `record` is SQL over
    it for the record's text as quarantine keeps it. The `rejected` pieces stand in the table of rejects. `known` are records
    at the beginning that a load before has placed: they are not in the relation, and count as duplicates. `stream`: where the
    relation holds the records only that were not loaded, the file itself. `others`: fields of JSON records that no rule reads,
    which are not among the columns.
    """

    relation: str
    record: str
    columns: RawColumns
    records: int
    rejected: int = 0
    warnings: tuple[str, ...] = ()
    known: int = 0
    stream: "CsvStream | None" = None
    others: tuple[str, ...] = ()

    @property
    def to_place(self) -> int:
        """How many records are still to be given a place."""
        return self.records - self.rejected - self.known


def name_columns(header: Sequence[str]) -> dict[str, str]:
    """Return header name (trimmed, made unique) -> engine column, in order of the header."""
    names: dict[str, str] = {}
    for position, label in enumerate(header):
        name = label.lstrip("\ufeff").strip() or f"column_{position + 1}"
        unique, copy = name, 2
        while unique in names:
            unique, copy = f"{name}_{copy}", copy + 1
        names[unique] = f"c{position}"
    return names


def start_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin with no piece rejected."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {REJECT_TABLE} (record_no BIGINT, reason VARCHAR, record VARCHAR)"
    )


def keep_rejects(connection: duckdb.DuckDBPyConnection, rejects: Iterable[Reject]) -> int:
    """Add rejects to the table of them, and return how many."""
    kept = list(rejects)
    columns = {
        "record_no": pa.array([reject.record_no for reject in kept], pa.int64()),
        "reason": pa.array([reject.reason for reject in kept], pa.string()),
        "record": pa.array([reject.record for reject in kept], pa.string()),
    }
    if kept:
        insert_rows(connection, REJECT_TABLE, pa.table(columns))
    return len(kept)


def insert_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Append an Arrow table's rows to a table with the same columns."""
    connection.register("raw_batch", rows)
    try:
        connection.execute(f"INSERT INTO {quote_identifier(name)} SELECT * FROM raw_batch")
    finally:
        connection.unregister("raw_batch")


def count_rows(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return how many rows a table has."""
    row = connection.execute(f"SELECT count(*) FROM {quote_identifier(name)}").fetchone()
    return int(row[0]) if row else 0
