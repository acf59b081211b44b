"""Small nights to work out by hand: rows with what most of them have, and what is kept after one night and another."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from nights import Row, Warehouse

from audit.catalogue import read_catalogue

CATALOGUE = read_catalogue()
NOON = datetime(2024, 3, 12, 12, 0, 0)
NEAR_MIDNIGHT = datetime(2024, 3, 12, 23, 59, 58)
Night = Mapping[str, Sequence[Row]]


def event(event_id: str, when: datetime = NOON, **cells: Any) -> dict[str, Any]:
    common = {"source": "log", "system": "NDB", "user_id": "U1", "action": "view", "subject_id": "P1", "record_no": 1}
    return {**common, "subject_kind": "person", "event_id": event_id, "occurred_at": when, **cells}


def later(days: int = 0, seconds: int = 0, since: datetime = NOON) -> datetime:
    return since + timedelta(days=days, seconds=seconds)


def link(**cells: Any) -> Row:
    return {"subject_id": "P1", "linked_id": "V1", "relation": "keeper", **cells}


def incident(reference: str = "INC-1", **cells: Any) -> Row:
    return {"reference": reference, "opened_at": later(-2), **cells}


def staffed(user_id: str = "U1", reference: str = "INC-1") -> Row:
    return {"reference": reference, "user_id": user_id}


def holds(subject_id: str = "P1", reference: str = "INC-1") -> Row:
    return {"reference": reference, "subject_id": subject_id}


def posting(**cells: Any) -> Row:
    return {"user_id": "U1", "unit": "Patrol", "starts_at": later(-99), **cells}


def events(*rows: Row) -> Night:
    return {"event": rows}


SOMETHING_ELSE = incident("INC-0")
KNOWN = {"incident": [incident(), SOMETHING_ELSE], "incident_subject": [holds()], "incident_staff": [staffed()]}


def happen(warehouse: Warehouse, night: Night) -> int | None:
    for table, rows in night.items():
        if table != "event":
            warehouse.replace(table, rows)
    return warehouse.append(night["event"]) if "event" in night else None


def check(first: Callable[[Warehouse], object], second: Callable[[Warehouse], object]) -> None:
    """The second night changes what is kept, and gives what everything made at once gives."""
    warehouse = Warehouse(CATALOGUE)
    first(warehouse)
    warehouse.update()
    before = warehouse.kept()
    second(warehouse)
    warehouse.update()
    found = warehouse.kept()

    warehouse.update(full=True)

    assert found == warehouse.kept()
    assert found != before
