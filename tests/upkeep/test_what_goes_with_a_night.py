"""What goes, comes again or fails in a night: withdrawn loads, rows that go with no load, an update that does not end."""

from dataclasses import replace
from typing import Any

import pytest
from nights import Warehouse
from one_night import (
    CATALOGUE,
    KNOWN,
    NEAR_MIDNIGHT,
    SOMETHING_ELSE,
    check,
    event,
    events,
    happen,
    holds,
    later,
    staffed,
)

WITHDRAWN = {
    "an access of its own": ([event("1")], [event("2", later(9))]),
    "the event before midnight of an act across it": (
        [event("1", NEAR_MIDNIGHT)],
        [event("2", later(seconds=4, since=NEAR_MIDNIGHT))],
    ),
    "what stood between two events": (
        [event("2", later(seconds=2), subject_id="P9")],
        [event("1"), event("3", later(seconds=4))],
    ),
    "the parent of an act": (
        [event("1", later(-3))],
        [event("2", parent_event_id="1"), event("3", later(1), parent_event_id="1")],
    ),
    "the other source of an id": ([event("1", later(9), source="other", origin="machine")], [event("1")]),
}


@pytest.mark.parametrize("name", WITHDRAWN)
@pytest.mark.parametrize("again", [False, True])
def test_a_load_is_withdrawn(name: str, again: bool) -> None:
    goes, stays = WITHDRAWN[name]
    loads: list[int] = []

    def first(warehouse: Warehouse) -> None:
        warehouse.replace("incident", [SOMETHING_ELSE])
        loads.extend([warehouse.append(goes), warehouse.append(stays)])

    def second(warehouse: Warehouse) -> None:
        warehouse.withdraw(loads[0])
        if again:
            warehouse.append([{**row, "action": "print"} for row in goes])

    if again and goes[0].get("origin") == "machine":
        return
    check(first, second)


def test_rows_that_go_with_no_load_are_noticed_at_the_next() -> None:
    def purge(warehouse: Warehouse) -> None:
        warehouse.connection.execute("DELETE FROM event WHERE event_id = '2'")
        warehouse.append([event("9", later(9))])

    check(lambda warehouse: happen(warehouse, events(event("1"), event("2", later(seconds=3)))), purge)


def test_reference_rows_that_go_with_no_load_are_noticed_at_the_next_load_of_their_table() -> None:
    def lose(warehouse: Warehouse) -> None:
        warehouse.connection.execute("DELETE FROM incident_subject")
        warehouse.replace("incident_subject", [holds("P9")])

    check(lambda warehouse: happen(warehouse, {**events(event("1")), **KNOWN}), lose)


def test_of_several_loads_of_a_table_in_one_night_the_last_counts() -> None:
    def load_three_times(warehouse: Warehouse) -> None:
        warehouse.replace("incident_staff", [])
        warehouse.replace("incident_staff", [staffed(), staffed("U3")])
        warehouse.replace("incident_staff", [staffed(), staffed("U2")])

    seen = events(event("1"), event("2", later(9), user_id="U2"), event("3", later(9), user_id="U3"))
    check(lambda warehouse: happen(warehouse, {**seen, **KNOWN}), load_three_times)


def test_a_night_that_brings_nothing_changes_nothing() -> None:
    warehouse = Warehouse(CATALOGUE)
    happen(warehouse, {**events(event("1")), **KNOWN})
    warehouse.update()
    marks = warehouse.connection.execute("SELECT * FROM upkeep").fetchall()

    warehouse.update()

    assert warehouse.connection.execute("SELECT * FROM upkeep").fetchall() == marks


def test_an_update_that_fails_leaves_what_stood_and_its_mark() -> None:
    warehouse = Warehouse(CATALOGUE)
    happen(warehouse, {**events(event("1")), **KNOWN})
    warehouse.update()
    before, mark = warehouse.kept(), warehouse.connection.execute("SELECT * FROM upkeep").fetchall()
    happen(warehouse, events(event("2", later(seconds=3))))
    views, warehouse.catalogue = warehouse.catalogue, _with_a_broken_view(warehouse.catalogue)
    with pytest.raises(Exception, match="no_such_column"):
        warehouse.update()
    warehouse.catalogue = views

    assert warehouse.kept() == before
    assert warehouse.connection.execute("SELECT * FROM upkeep").fetchall() == mark
    warehouse.update()
    assert warehouse.kept() != before


def test_a_kept_view_by_subject_follows_one_by_day_to_subjects_that_nothing_else_touched() -> None:
    """An own view numbers the subjects of a day; another tells each subject's highest number. A new subject renumbers the old."""
    kept = next(view for view in CATALOGUE.views if view.partition)
    by_day = replace(
        kept,
        id="numbered_subject",
        reads=("access",),
        partition=("user_id", "local_date"),
        local=False,
        sql="SELECT user_id, subject_id, local_date, row_number() OVER "
        "(PARTITION BY user_id, local_date ORDER BY occurred_at DESC, access_id) AS number FROM access",
    )
    by_subject = replace(
        by_day,
        id="highest_number",
        reads=("numbered_subject",),
        partition=("user_id", "subject_id"),
        sql="SELECT user_id, subject_id, max(number) AS number FROM numbered_subject GROUP BY user_id, subject_id",
    )
    warehouse = Warehouse(replace(CATALOGUE, views=(*CATALOGUE.views, by_day, by_subject)))
    happen(warehouse, events(event("1"), event("2", later(-9), subject_id="P9")))
    warehouse.update()

    happen(warehouse, events(event("3", later(seconds=999), subject_id="P2")))
    warehouse.update()

    assert warehouse.kept()["highest_number"] == [("U1", "P1", 2), ("U1", "P2", 1), ("U1", "P9", 1)]


def _with_a_broken_view(catalogue: Any) -> Any:
    broken = [
        replace(view, sql="SELECT no_such_column FROM access") if view.partition else view for view in catalogue.views
    ]
    return replace(catalogue, views=tuple(broken))
