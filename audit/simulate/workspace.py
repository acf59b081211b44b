"""Writes what stands beside the log: audit.toml, the reference tables and the labels. Reads nothing."""

from pathlib import Path

import duckdb

from audit.schema import TABLES
from audit.simulate.calendar import ZONE
from audit.simulate.database import key_order
from audit.simulate.events import TIME_FORMAT
from audit.sql import quote_identifier, quote_literal

_HEAD = """# A simulated force: nothing in it is about anybody. What was planted in it is told in labels/.

[workspace]
name = "Simulated Constabulary"
timezone = "{zone}"
database = "audit.duckdb"
reports = "reports"
purpose = "self-monitoring"

[[input]]
source = "event"
path = "logs/event-*.csv"
"""
_INPUT = """
[[input]]
source = "{table}"
path = "context/{table}.csv"
"""
# Made tables of more rows than this are no longer for reading in an editor; but plain CSV loads fastest.
_HORIZON = "horizon_hours = 36\n"

# Label of the honest events; the planted ones have their own table.
_EVENT_LABELS = """
SELECT event_id(number) AS event_id, label FROM (
    SELECT act_no * 4 + unnest(range(fan)) AS number, if(purpose = 'slip', 'honest-unexplained', 'honest') AS label FROM kept
    UNION ALL SELECT 800000000000 + range, 'machine' FROM range($machine)
    UNION ALL SELECT number, label FROM planted_label
) ORDER BY event_id
"""


def write_config(directory: Path) -> None:
    """Write audit.toml with an input for every canonical table."""
    text = _HEAD.format(zone=ZONE)
    for table in TABLES:
        if table != "event":
            text += _INPUT.format(table=table) + (_HORIZON if table == "incident" else "")
    (directory / "audit.toml").write_text(text, encoding="utf-8")


def write_context(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each reference table, sorted by its key."""
    folder.mkdir()
    for table in TABLES.values():
        if table.name != "event":
            columns = ", ".join(quote_identifier(column) for column in table.columns)
            copy_query(
                connection,
                f"SELECT {columns} FROM out_{table.name} ORDER BY {key_order(table)}",
                folder / f"{table.name}.csv",
            )


def write_event_labels(connection: duckdb.DuckDBPyConnection, folder: Path, machine: int) -> None:
    """Write the label of every event: a case id, honest, honest-unexplained or machine."""
    copy_query(connection, _EVENT_LABELS, folder / "events.csv", {"machine": machine})


def copy_query(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, values: dict[str, object] | None = None
) -> None:
    """Write the answer of a sorted query as CSV."""
    connection.execute(
        f"COPY ({query}) TO {quote_literal(str(path))} (HEADER, DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '{TIME_FORMAT}')",
        values or {},
    )
