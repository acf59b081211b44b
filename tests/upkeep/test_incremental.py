"""What is kept from night to night is what would be made of the whole log at once, whatever came late, changed or went.

An example holds several forces that have nothing to do with each other, because the engine takes as long for one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nights import HORIZON, Row, Warehouse

from audit.catalogue import read_catalogue
from audit.engine import DuckDBEngine
from audit.explain import find_horizon, reckon_tried, tell_tried, use_explained

CATALOGUE = read_catalogue()
MIDNIGHT = datetime(2024, 3, 13, 0, 0, 0)
KINDS = {"P1": "person", "P2": "person", "V1": "vehicle", "INC-1": "incident"}
CONTEXT = (
    "account", "authority", "incident", "incident_staff", "incident_subject", "posting", "staff", "subject", "subject_link",
)  # fmt: skip


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


def rows(most: int, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.fixed_dictionaries(columns), max_size=most)


USERS = st.sampled_from(("U1", "U1", "U2"))
SUBJECTS = st.sampled_from(("P1", "P1", "V1", "V1", "P2", "INC-1"))
REFERENCES = st.sampled_from(("INC-1", "INC-1", "INC-2"))
ROLES = maybe("response", "detective")
TIMES = st.builds(
    lambda days, halves: MIDNIGHT + timedelta(days=days, hours=12 * halves),
    st.sampled_from((-30, -2, 0, 14)),
    st.integers(-2, 3),
)
MAYBE_TIMES = st.none() | TIMES
SPAN = {"starts_at": MAYBE_TIMES, "ends_at": MAYBE_TIMES}
EVENT = st.fixed_dictionaries(
    {
        "source": st.sampled_from(("log", "log", "log", "other log")),
        "event_id": st.integers(1, 14).map(str),
        # Around midnight, in steps that make chains and just miss them; some days and weeks off.
        "occurred_at": st.builds(
            lambda days, seconds: MIDNIGHT + timedelta(days=days, seconds=seconds),
            st.sampled_from((0, 0, 0, 0, -1, 1, -28, 14)),
            st.integers(-12, 12),
        ),
        "system": st.sampled_from(("NDB", "RMS")),
        "user_id": maybe("U1", "U1", "U1", "U2"),
        "account": maybe("a1", "a2"),
        "workstation": maybe("W1", "W2"),
        "origin": maybe("person", "person", "person", "machine"),
        "parent_event_id": st.none() | st.none() | st.none() | st.integers(1, 14).map(str),
        "action": st.sampled_from(("search", "view", "print", "assess")),
        "subject_id": maybe("P1", "P1", "V1", "V1", "P2", "INC-1"),
        "reference": maybe("INC-1", "INC-2", "INC-9"),
    }
)
EVENTS = st.lists(EVENT, min_size=4, max_size=14, unique_by=lambda event: (event["source"], event["event_id"]))
REFERENCE_ROWS = {
    "account": rows(2, account=st.sampled_from(("a1", "a2")), user_id=USERS, system=maybe("NDB"), **SPAN),
    "authority": rows(1, user_id=maybe("U1"), role=ROLES, unit=maybe("Patrol"), system=maybe("NDB"), **SPAN),
    "incident": rows(
        2, unit=maybe("Patrol", "CID"), kind=maybe("theft", "fraud"), opened_at=TIMES, closed_at=MAYBE_TIMES
    ),
    "incident_staff": rows(3, reference=REFERENCES, user_id=USERS, **SPAN),
    "incident_subject": rows(3, reference=REFERENCES, subject_id=SUBJECTS),
    "posting": rows(
        2, user_id=USERS, unit=st.sampled_from(("Patrol", "CID")), role=ROLES, starts_at=TIMES, ends_at=MAYBE_TIMES
    ),
    "staff": rows(2, role=ROLES),
    "subject": rows(3, sex=maybe("F", "M"), markers=maybe("minor", "minor;vulnerable")),
    "subject_link": rows(
        2, subject_id=SUBJECTS, linked_id=SUBJECTS, relation=st.sampled_from(("keeper", "keeper", "family")), **SPAN
    ),
}
NUMBERED = {
    "authority": ("authority_id", ("AU-1",)),
    "incident": ("reference", ("INC-1", "INC-2")),
    "staff": ("user_id", ("U1", "U2")),
    "subject": ("subject_id", ("P1", "V1", "P2")),
}
OF_A_FORCE = (
    *("event_id", "parent_event_id", "user_id", "account", "subject_id", "linked_id", "reference", "role", "unit"),
    "authority_id",
)
# Each event's file, each file's night, the nights on which a file is withdrawn and loaded again or not at all.
FILES = st.integers(0, 3)
NIGHTS = 4


@dataclass(frozen=True)
class Force:
    """Events by file, and each reference table as it stands on the nights on which a new file of it comes."""

    files: Mapping[int, list[Row]]
    context: Mapping[int, Mapping[str, list[Row]]]


def forces() -> st.SearchStrategy[Force]:
    some_tables = st.fixed_dictionaries({}, optional=REFERENCE_ROWS)
    return st.builds(
        lambda events, files, first, later: Force(
            {file: [event for event, its in zip(events, files, strict=False) if its == file] for file in range(4)},
            {0: first, **{night + 1: tables for night, tables in enumerate(later)}},
        ),
        EVENTS,
        st.lists(FILES, min_size=14, max_size=14),
        st.fixed_dictionaries(REFERENCE_ROWS),
        st.lists(some_tables, min_size=NIGHTS - 1, max_size=NIGHTS - 1),
    )


def named(table: str, rows: Sequence[Row], force: str) -> list[dict[str, Any]]:
    """The rows of a force, with names of its own."""
    made = []
    for place, row in enumerate(rows):
        column, values = NUMBERED.get(table, ("", ()))
        full = {**row, column: values[place]} if values else dict(row)
        if table in ("event", "subject"):
            full["subject_kind"] = KINDS.get(full["subject_id"])
        full["record_no"] = place + 1
        made.append({name: force + value if name in OF_A_FORCE and value else value for name, value in full.items()})
    return made


def file_of(drawn: Sequence[Force], number: int) -> list[dict[str, Any]]:
    return [row for place, force in enumerate(drawn) for row in named("event", force.files[number], f"{place:02}-")]


def tables_of(drawn: Sequence[Force], night: int) -> dict[str, list[dict[str, Any]]]:
    """The reference tables of which a new file comes that night: what each force last said of it."""
    came = sorted({table for force in drawn for table in force.context[night]})
    return {
        table: [
            row
            for place, force in enumerate(drawn)
            for row in named(
                table,
                next(force.context[n][table] for n in range(night, -1, -1) if table in force.context[n]),
                f"{place:02}-",
            )
        ]
        for table in came
    }


@given(
    st.lists(forces(), min_size=3, max_size=8),
    # Most files come early: a change of context must show where no new event hides it.
    st.lists(st.sampled_from((0, 0, 0, 1, 2, 3)), min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(1, NIGHTS - 1), FILES, st.booleans()), max_size=2),
    st.integers(2, NIGHTS),
)
@settings(max_examples=20, deadline=None)
def test_night_after_night_gives_what_the_whole_log_gives_at_once(
    drawn: list[Force], night_of: list[int], withdrawn: list[tuple[int, int, bool]], nights: int
) -> None:
    warehouse = Warehouse(CATALOGUE)
    loads: dict[int, int] = {}
    for night in range(nights):
        for table, rows_now in tables_of(drawn, night).items():
            warehouse.replace(table, rows_now)
        for when, number, again in withdrawn:
            if when == night and number in loads:
                warehouse.withdraw(loads.pop(number))
                if again:
                    loads[number] = warehouse.append(file_of(drawn, number))
        for number, its_night in enumerate(night_of):
            if its_night == night:
                loads[number] = warehouse.append(file_of(drawn, number))
        warehouse.update()
    found = warehouse.kept()

    warehouse.update(full=True)

    assert found == warehouse.kept()


@given(st.lists(forces(), min_size=3, max_size=8))
@settings(max_examples=10, deadline=None)
def test_what_was_tried_is_told_of_what_is_kept_as_it_would_be_reckoned(drawn: list[Force]) -> None:
    warehouse = Warehouse(CATALOGUE)
    for table, rows_now in tables_of(drawn, 0).items():
        warehouse.replace(table, rows_now)
    for number in range(4):
        warehouse.append(file_of(drawn, number))
    warehouse.update()

    engine = DuckDBEngine(warehouse.connection)
    use_explained(engine, CATALOGUE, find_horizon(engine, HORIZON), ())
    engine.create_table("cited", "SELECT access_id FROM access")

    assert tell_tried(engine, CATALOGUE).to_pylist() == reckon_tried(engine, CATALOGUE).to_pylist()
