"""A warehouse in memory to which nights happen: logs that come late, are withdrawn and loaded again, and changing context."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from audit.catalogue import Catalogue, kept_views
from audit.detect.drawn import arrow_type
from audit.load.change import begin_change, end_change
from audit.schema import TABLES, duckdb_columns
from audit.upkeep import bring_up_to_date
from audit.warehouse import create_tables

Row = Mapping[str, Any]
HORIZON = timedelta(days=20)
_EPOCH = datetime(1970, 1, 1)
_KEPT = ("access", "access_event", "shared_id", "explained", "tried")


class Warehouse:
    """Canonical tables, and what is kept of them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads = 1")
        self.connection.execute("SET TimeZone = 'UTC'")
        create_tables(self.connection)
        self.loads = 0

    def append(self, events: Sequence[Row]) -> int:
        """Load a file of the log, and return the load's id."""
        load_id = self._new_load("event")
        self._insert(
            "event", [{**clock(row["occurred_at"]), "masked": [], **row, "load_id": load_id} for row in events]
        )
        return load_id

    def withdraw(self, load_id: int) -> None:
        """Take what a load brought away."""
        self.connection.execute("DELETE FROM event WHERE load_id = ?", [load_id])

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        """Load a newer file of a reference table."""
        load_id = self._new_load(table)
        begin_change(self.connection, TABLES[table], "TRUE")
        self.connection.execute(f"DELETE FROM {table}")
        self._insert(table, [{**row, "load_id": load_id} for row in rows])
        end_change(self.connection, TABLES[table], load_id, f"SELECT * FROM {table}")

    def update(self, full: bool = False) -> None:
        """Bring what is kept up to date."""
        bring_up_to_date(self.connection, self.catalogue, HORIZON, full, lambda _: None)

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of all that is kept."""
        names = [*_KEPT, *(view.id for view in kept_views(self.catalogue))]
        return {name: self._rows(name) for name in names}

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        return sorted(self.connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)

    def _new_load(self, table: str) -> int:
        self.loads += 1
        self.connection.execute(
            "INSERT INTO load_log BY NAME SELECT ? AS load_id, '' AS source, '' AS path, '' AS sha256, 0 AS bytes, 0 AS records, "
            "0 AS loaded, 0 AS duplicates, 0 AS quarantined, 0 AS rejected, "
            "TIMESTAMP '2024-01-01' AS started_at, TIMESTAMP '2024-01-01' AS finished_at",
            [self.loads],
        )
        self.connection.execute("INSERT INTO load_input VALUES (?, ?, ?, '', [], 0, [])", [self.loads, table, table])
        return self.loads

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        kinds = {column: arrow_type(kind) for column, kind in duckdb_columns(table).items()}
        made = pa.table({column: pa.array([row.get(column) for row in rows], kind) for column, kind in kinds.items()})
        self.connection.register("arrow rows", made)
        self.connection.execute(f'INSERT INTO {table} BY NAME SELECT * FROM "arrow rows"')
        self.connection.unregister("arrow rows")


def clock(when: datetime) -> dict[str, Any]:
    """Return the time columns of an event in a force that lives by UTC."""
    return {
        "occurred_at": when,
        "local_date": when.date(),
        "local_hour": when.hour,
        "iso_weekday": when.isoweekday(),
        "occurred_epoch": (when - _EPOCH) // timedelta(seconds=1),
    }
