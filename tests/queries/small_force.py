"""An engine with the canonical tables of a made-up force, rows given as dictionaries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from audit.detect.drawn import arrow_type
from audit.engine import DuckDBEngine
from audit.schema import TABLES, duckdb_columns

Row = Mapping[str, Any]
_EPOCH = datetime(1970, 1, 1)


class SmallForce:
    """An engine with every canonical table, to be filled again and again."""

    def __init__(self) -> None:
        self.engine = DuckDBEngine.in_memory()
        self._laid: dict[str, pa.Table] = {}

    def fill(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Lay out these tables, and the other canonical ones empty. What a row does not name is NULL."""
        for name in {**TABLES, **tables}:
            table = _table(name, tables.get(name, ()))
            # Most are as empty as in the example before: making each anew would take most of the time.
            if self._laid.get(name) != table:
                self.engine.create_table_from(name, table)
                self._laid[name] = table


def clock(when: datetime) -> dict[str, Any]:
    """Return the time columns of an event or access at this time, in a force that lives by UTC."""
    return {
        "occurred_at": when,
        "local_date": when.date(),
        "local_hour": when.hour,
        "iso_weekday": when.isoweekday(),
        "occurred_epoch": (when - _EPOCH) // timedelta(seconds=1),
    }


def lasts(row: Row, when: datetime) -> bool:
    """Whether the half-open interval of a row holds a time."""
    begins, ends = row.get("starts_at"), row.get("ends_at")
    return (begins is None or begins <= when) and (ends is None or when < ends)


def linked(links: Sequence[Row], subject_id: str, when: datetime) -> set[str]:
    """Return the subjects one step away at a time, by the relations that explain, in either direction."""
    lasting = [
        (row["subject_id"], row["linked_id"])
        for row in links
        if row["relation"] in ("keeper", "occupant", "phone_user", "alias") and lasts(row, when)
    ]
    return {other for one, other in lasting if one == subject_id} | {
        one for one, other in lasting if other == subject_id
    }


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    columns = {column: arrow_type(kind) for column, kind in duckdb_columns(name).items()}
    return pa.table({column: pa.array([row.get(column) for row in rows], kind) for column, kind in columns.items()})
