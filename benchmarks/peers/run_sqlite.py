"""The common work in SQLite: the csv module and executemany, indexes, then work.sql as tables of one database file.

Times and local days are made by a function with a memory of hours: a tenth of the cost of parsing each.
"""

import csv
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from work import ANSWERS, TABLES, TIMEZONE, files_of, given_folders, is_time, read_steps, work_name

ZONE = ZoneInfo(TIMEZONE)


@cache
def hour(text: str) -> tuple[int, str]:
    """Return the seconds since 1970 and the local day of an hour in UTC, as `2025-01-31T07`."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    return int(moment.timestamp()), moment.astimezone(ZONE).date().isoformat()


def seconds(text: str) -> int | None:
    """Return the seconds since 1970 of a time as `2025-01-31T07:50:44Z`."""
    return hour(text[:13])[0] + int(text[14:16]) * 60 + int(text[17:19]) if text else None


def read_rows(path: Path, table: str) -> Iterator[list[object]]:
    """Yield the rows of a file, empty fields as NULL, an event's with its local day."""
    columns = TABLES[table]
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        places = [(header.index(name), is_time(name)) for name in columns]
        origin, occurred = (columns.index("origin"), header.index("occurred_at")) if table == "event" else (0, 0)
        for record in reader:
            row: list[object] = [seconds(record[i]) if timed else record[i] or None for i, timed in places]
            if table == "event":
                if row[origin] == "machine":
                    continue
                row.append(hour(record[occurred][:13])[1])
            yield row


def index(connection: sqlite3.Connection, table: str, columns: str) -> None:
    """Make the index of a table."""
    connection.execute(f"CREATE INDEX {table}_index ON {table} ({columns})")


force, answers = given_folders()
connection = sqlite3.connect(answers / "work.sqlite", isolation_level=None)
for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", "cache_size = -1000000", "threads = 2"):
    connection.execute(f"PRAGMA {pragma}")
for table, columns in TABLES.items():
    names = [f"{work_name(name)} {'INTEGER' if is_time(name) else 'TEXT'}" for name in columns]
    names += ["local_date TEXT"] * (table == "event")
    connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    marks = ", ".join("?" * len(names))
    connection.execute("BEGIN")
    for path in files_of(force, table):
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", read_rows(path, table))
    connection.execute("COMMIT")
for table, key in {
    "event": "event_id",
    "account": "account",
    "staff": "user_id",
    "posting": "user_id",
    "subject": "subject_id",
    "incident": "reference",
    "incident_subject": "reference",
    "incident_staff": "reference, user_id",
}.items():
    index(connection, table, key)
for step in read_steps():
    if step.how == "settle":
        connection.execute(f"CREATE TABLE {step.name} AS SELECT node, node AS act FROM node")
        index(connection, step.name, "node, act")
        before, total = None, -1
        while total != before:
            before = total
            connection.execute(f"CREATE TABLE later AS {step.sql}")
            connection.execute(f"DROP TABLE {step.name}")
            connection.execute(f"ALTER TABLE later RENAME TO {step.name}")
            index(connection, step.name, "node, act")
            (total,) = connection.execute(f"SELECT sum(act) FROM {step.name}").fetchone()
        continue
    if step.name == "person":
        # In place: a second copy of the log would cost more than the update of a few.
        connection.execute(
            "UPDATE event SET user_id = account_user.user_id FROM account_user WHERE event.event_id = account_user.event_id"
        )
        connection.execute("CREATE VIEW person AS SELECT * FROM event")
        connection.execute("CREATE INDEX event_by_user ON event (user_id, occurred, event_id)")
        continue
    connection.execute(f"CREATE {step.how} {step.name} AS {step.sql}")
    if step.index:
        index(connection, step.name, step.index)
    if step.how == "table":
        connection.execute(f"ANALYZE {step.name}")
    if step.name == "access":
        connection.execute("CREATE INDEX access_by_pair ON access (user_id, subject_id, occurred)")
for name, columns in ANSWERS.items():
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
    kinds = pa.schema([(column, pa.int64() if column == "after_warning" else pa.string()) for column in columns])
    values = zip(*rows, strict=True) if rows else [[] for _ in columns]
    pq.write_table(
        pa.Table.from_arrays([pa.array(v, kinds.field(i).type) for i, v in enumerate(values)], schema=kinds),
        answers / f"{name}.parquet",
    )
