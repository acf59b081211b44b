"""Each thing that a night may change reaches the accesses that it must: two nights, worked out one by one.

The second night must change what is kept, and give what everything made at once gives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
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
SAME_ACT: dict[str, tuple[Night, Night]] = {
    "an event follows within the chain": (events(event("1")), events(event("2", later(seconds=4)))),
    "a late event comes between two of one act": (
        events(event("1"), event("3", later(seconds=4))),
        events(event("2", later(seconds=2), subject_id="P9")),
    ),
    "an event follows after midnight": (
        events(event("1", NEAR_MIDNIGHT)),
        events(event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
    ),
    "an event comes before midnight": (
        events(event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
        events(event("1", NEAR_MIDNIGHT)),
    ),
    "a parent comes days late": (events(event("2", parent_event_id="1")), events(event("1", later(-3)))),
    "a child comes days late": (events(event("1", later(-3))), events(event("2", parent_event_id="1"))),
    "a child comes whose parent shares an act across midnight": (
        events(event("1", NEAR_MIDNIGHT), event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
        events(event("3", later(5), parent_event_id="2")),
    ),
    "a link joins two accesses": (
        events(event("1"), event("2", later(seconds=3), subject_id="V1")),
        {"subject_link": [link()]},
    ),
    "a link that joined two ends": (
        {**events(event("1"), event("2", later(seconds=3), subject_id="V1")), "subject_link": [link()]},
        {"subject_link": [link(ends_at=later(-1))]},
    ),
    "an account gets a user": (
        events(event("1", user_id=None, account="a"), event("2", later(seconds=3))),
        {"account": [{"account": "a", "user_id": "U1"}]},
    ),
    "an account changes hands": (
        {
            **events(event("1", user_id=None, account="a"), event("2", later(seconds=3))),
            "account": [{"account": "a", "user_id": "U1"}],
        },
        {"account": [{"account": "a", "user_id": "U2"}]},
    ),
    "another source uses the same id": (
        events(event("1"), event("2", later(seconds=3))),
        events(event("1", later(9), source="other", user_id="U2")),
    ),
    "a machine of another source uses the same id": (
        events(event("1")),
        events(event("1", later(9), source="other", origin="machine")),
    ),
}
EXPLAINED: dict[str, tuple[Night, Night]] = {
    "the subject is put on an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": []},
        {"incident_subject": [holds()]},
    ),
    "the user is assigned": ({**events(event("1")), **KNOWN, "incident_staff": []}, {"incident_staff": [staffed()]}),
    "an assignment is withdrawn": ({**events(event("1")), **KNOWN}, {"incident_staff": []}),
    "an incident is closed long before": (
        {**events(event("1")), **KNOWN},
        {"incident": [incident(opened_at=later(-90), closed_at=later(-60)), SOMETHING_ELSE]},
    ),
    "a linked subject is put on an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [], "subject_link": [link()]},
        {"incident_subject": [holds("V1")]},
    ),
    "a link leads to an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")]},
        {"subject_link": [link()]},
    ),
    "a link the other way round leads to an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")]},
        {"subject_link": [link(subject_id="V1", linked_id="P1")]},
    ),
    "a link that led to an incident goes": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")], "subject_link": [link()]},
        {"subject_link": []},
    ),
    "a colleague joins an incident on which the user was alone": (
        {**events(event("0", later(-20)), event("1")), **KNOWN},
        {"incident_staff": [staffed(), staffed("U2")]},
    ),
    "a look-up before the incident comes late": (
        {**events(event("1")), **KNOWN},
        events(event("0", later(-20))),
    ),
    "a look-up of the linked subject before the incident comes late": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")], "subject_link": [link()]},
        events(event("0", later(-20), subject_id="V1")),
    ),
    "an explained access comes shortly before": (
        {
            **events(event("2", reference=None)),
            **KNOWN,
            "incident_staff": [{**staffed(), "starts_at": later(-9), "ends_at": later(-15, seconds=-60)}],
        },
        events(event("1", later(seconds=-3600))),
    ),
    "a posting is corrected": (
        {
            **events(event("1")),
            "incident": [incident(unit="CID")],
            "incident_subject": [holds()],
            "posting": [posting()],
        },
        {"posting": [posting(unit="CID")]},
    ),
    "an authority for a role comes": (
        {**events(event("1")), "incident": [SOMETHING_ELSE], "staff": [{"user_id": "U1", "role": "desk"}]},
        {"authority": [{"authority_id": "AU", "role": "desk"}]},
    ),
    "an authority is withdrawn": (
        {**events(event("1")), "incident": [SOMETHING_ELSE], "authority": [{"authority_id": "AU", "user_id": "U1"}]},
        {"authority": []},
    ),
    "a record of staff is corrected": (
        {
            **events(event("1")),
            "incident": [SOMETHING_ELSE],
            "authority": [{"authority_id": "AU", "role": "desk"}],
            "staff": [{"user_id": "U1", "role": "response"}],
        },
        {"staff": [{"user_id": "U1", "role": "desk"}]},
    ),
    "a linked subject turns out to be a vehicle": (
        {
            **events(event("1")),
            "incident": [SOMETHING_ELSE],
            "subject_link": [link()],
            "subject": [{"subject_id": "V1", "subject_kind": "address"}],
            "authority": [{"authority_id": "AU", "user_id": "U1", "subject_kind": "vehicle"}],
        },
        {"subject": [{"subject_id": "V1", "subject_kind": "vehicle"}]},
    ),
    "the first incident comes": (events(event("1")), {"incident": [incident()]}),
    "the last incident goes": ({**events(event("1")), **KNOWN}, {"incident": []}),
    "the incidents reach further": (
        {**events(event("1", later(30))), "incident": [SOMETHING_ELSE]},
        {"incident": [SOMETHING_ELSE, incident("INC-9", opened_at=later(29))]},
    ),
}


# What explains the access stays the same, and what is told of it by a kept view does not.
TOLD: dict[str, tuple[Night, Night]] = {
    "the sex of somebody looked up is corrected": (
        {**events(event("1")), **KNOWN, "subject": [{"subject_id": "P1", "subject_kind": "person", "sex": "M"}]},
        {"subject": [{"subject_id": "P1", "subject_kind": "person", "sex": "F"}]},
    ),
    "the marker of somebody looked up goes": (
        {**events(event("1")), **KNOWN, "subject": [{"subject_id": "P1", "markers": "vulnerable"}]},
        {"subject": [{"subject_id": "P1"}]},
    ),
    "an incident turns out to be of another kind": (
        {**events(event("1", user_id="U2")), **KNOWN, "incident": [incident(kind="theft"), SOMETHING_ELSE]},
        {"incident": [incident(kind="robbery"), SOMETHING_ELSE]},
    ),
    "a subject without an explanation is put on another incident": (
        {
            **events(event("1", user_id="U2")),
            **KNOWN,
            "incident": [incident(kind="theft"), incident("INC-2", kind="arson")],
        },
        {"incident_subject": [holds(), holds(reference="INC-2")]},
    ),
    "an incident that was quoted in vain is entered": (
        {**events(event("1", reference="INC-7")), **KNOWN},
        {"incident": [incident(), SOMETHING_ELSE, incident("INC-7")]},
    ),
    "an incident that was quoted holds a subject linked to that looked up": (
        {
            **events(event("1", reference="INC-1", subject_id="V1")),
            **KNOWN,
            "incident_subject": [],
            "subject_link": [link()],
        },
        {"incident_subject": [holds()]},
    ),
    "a link that made a quoted incident fit goes": (
        {**events(event("1", user_id="U2", reference="INC-1", subject_id="V1")), **KNOWN, "subject_link": [link()]},
        {"subject_link": []},
    ),
    "an incident that was quoted had been closed": (
        {**events(event("1", user_id="U2", reference="INC-1")), **KNOWN},
        {"incident": [incident(closed_at=later(-1)), SOMETHING_ELSE]},
    ),
    "a right of the post becomes the user's own": (
        {
            **events(event("1")),
            "incident": [incident(kind="theft")],
            "incident_subject": [holds()],
            "staff": [{"user_id": "U1", "role": "desk"}],
            "authority": [{"authority_id": "AU", "role": "desk"}],
        },
        {"authority": [{"authority_id": "AU", "user_id": "U1"}]},
    ),
    "another month begins": (
        {**events(event("1", later(-20))), **KNOWN},
        events(event("2")),
    ),
}


def happen(warehouse: Warehouse, night: Night) -> int | None:
    for table, rows in night.items():
        if table != "event":
            warehouse.replace(table, rows)
    return warehouse.append(night["event"]) if "event" in night else None


def check(first: Callable[[Warehouse], object], second: Callable[[Warehouse], object]) -> None:
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


@pytest.mark.parametrize("name", [*SAME_ACT, *EXPLAINED, *TOLD])
def test_a_second_night_changes_what_it_must_and_nothing_else(name: str) -> None:
    first, second = (SAME_ACT | EXPLAINED | TOLD)[name]

    check(lambda warehouse: happen(warehouse, first), lambda warehouse: happen(warehouse, second))


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
