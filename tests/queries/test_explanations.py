"""queries/explanations hold where the contract says, written out plainly, one function a row of its table.

An example holds several forces that have nothing to do with each other, because the engine takes as long for one. Times
lie half days apart, around three that are a fortnight and thirty days apart, or a second before that, so that margins are
met exactly and just missed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, clock, lasts, linked

from audit.catalogue import read_catalogue
from audit.explain import Horizon, explain

CATALOGUE = read_catalogue()
FORCE = SmallForce()
START = datetime(2024, 1, 1, 0, 0, 0)
LEAD, GRACE, LOOKBACK, REENTRY = (timedelta(days=days) for days in (1, 14, 30, 1))
JUDGED_UNTIL = START + timedelta(days=31)
KINDS = {"P1": "person", "P2": "person", "V1": "vehicle"}
FULL = ("incident-assigned", "incident-referenced", "standing-authority", "linked-subject")


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


def rows(least: int, most: int, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.fixed_dictionaries(columns), min_size=least, max_size=most)


USERS = st.sampled_from(("U1", "U1", "U2"))
SUBJECTS = st.sampled_from(("P1", "P1", "V1", "V1", "P2", "INC-1"))
REFERENCES = st.sampled_from(("INC-1", "INC-1", "INC-2"))
UNITS = st.sampled_from(("Patrol", "CID"))
ROLES = maybe("response", "detective")
TIMES = st.builds(
    lambda days, halves, seconds: START + timedelta(days=days, hours=12 * halves) - timedelta(seconds=seconds),
    st.sampled_from((0, 0, 14, 30)),
    st.integers(0, 4),
    st.sampled_from((0, 0, 0, 1)),
)
MAYBE_TIMES = st.none() | TIMES
TABLES = st.fixed_dictionaries(
    {
        "access": rows(
            5,
            8,
            user_id=maybe("U1", "U1", "U1", "U1", "U2"),
            system=st.sampled_from(("NDB", "RMS")),
            action=st.sampled_from(("search", "print")),
            subject_id=maybe("P1", "P1", "P1", "V1", "V1", "P2", "INC-1"),
            reference=maybe("INC-1", "INC-1", "INC-2", "INC-9"),
            occurred_at=TIMES,
        ),
        "incident": rows(2, 2, unit=maybe("Patrol", "CID"), opened_at=TIMES, closed_at=MAYBE_TIMES),
        "incident_subject": rows(2, 4, reference=REFERENCES, subject_id=SUBJECTS),
        "incident_staff": rows(1, 3, reference=REFERENCES, user_id=USERS, starts_at=MAYBE_TIMES, ends_at=MAYBE_TIMES),
        "staff": rows(0, 2, role=ROLES),
        "posting": rows(1, 3, user_id=USERS, unit=UNITS, role=ROLES, starts_at=TIMES, ends_at=MAYBE_TIMES),
        "subject": rows(3, 3),
        "subject_link": rows(
            1,
            2,
            subject_id=SUBJECTS,
            linked_id=SUBJECTS,
            relation=st.sampled_from(("keeper", "keeper", "alias", "family")),
            starts_at=MAYBE_TIMES,
            ends_at=MAYBE_TIMES,
        ),
        "authority": rows(
            0,
            2,
            user_id=maybe("U1"),
            role=ROLES,
            unit=maybe("Patrol", "CID"),
            system=maybe("NDB"),
            action=maybe("search"),
            subject_kind=maybe("person", "vehicle"),
            starts_at=MAYBE_TIMES,
            ends_at=MAYBE_TIMES,
        ).map(lambda drawn: [row for row in drawn if row["user_id"] or row["role"] or row["unit"]]),
    }
)
FORCES = st.lists(TABLES, min_size=6, max_size=24).map(lambda forces: together(forces))
NUMBERED = {
    "access": ("access_id", ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8")),
    "incident": ("reference", ("INC-1", "INC-2")),
    "staff": ("user_id", ("U1", "U2")),
    "subject": ("subject_id", tuple(KINDS)),
    "authority": ("authority_id", ("AU-1", "AU-2")),
}
NAMES = ("access_id", "user_id", "subject_id", "linked_id", "reference", "role", "unit", "authority_id")


def together(forces: Sequence[dict[str, list[Row]]]) -> dict[str, list[Row]]:
    """The tables of all forces, each force with names of its own."""
    return {
        table: [
            made(table, place, row, f"{number:02}-")
            for number, force in enumerate(forces)
            for place, row in enumerate(force[table])
        ]
        for table in forces[0]
    }


def made(table: str, place: int, row: Row, force: str) -> dict[str, Any]:
    """A drawn row as one of the canonical table."""
    column, values = NUMBERED.get(table, ("", ()))
    named = {**row, column: values[place]} if values else dict(row)
    if table in ("access", "subject"):
        named["subject_kind"] = KINDS.get(named["subject_id"])
    if table == "access":
        named |= clock(row["occurred_at"])
    return {name: force + value if name in NAMES and value else value for name, value in named.items()}


@dataclass(frozen=True)
class Knowledge:
    """What a force knows, and the questions that the explanations ask of it."""

    tables: Mapping[str, Sequence[Row]]

    def incident(self, reference: str | None) -> Row | None:
        return next((row for row in self.tables["incident"] if row["reference"] == reference), None)

    def holds(self, reference: str, subject_id: str) -> bool:
        """Whether an incident has a subject on it; it has itself."""
        on_it = ((row["reference"], row["subject_id"]) for row in self.tables["incident_subject"])
        return reference == subject_id or (reference, subject_id) in on_it

    def units(self, user_id: str, when: datetime) -> set[str]:
        return {row["unit"] for row in self.tables["posting"] if row["user_id"] == user_id and lasts(row, when)}

    def positions(self, user_id: str, when: datetime) -> set[tuple[str | None, str | None]]:
        """The units and roles at a time: the posting's role, else the staff record's."""
        role = next((row["role"] for row in self.tables["staff"] if row["user_id"] == user_id), None)
        postings = [row for row in self.tables["posting"] if row["user_id"] == user_id and lasts(row, when)]
        return {(row["unit"], row["role"] or role) for row in postings} or {(None, role)}

    def assigned(self, access: Row, subject_id: str) -> set[str]:
        """The incidents with the subject on them that the user was assigned to at the time, margins counted in."""
        found = set()
        for row in self.tables["incident_staff"]:
            incident = self.incident(row["reference"])
            if row["user_id"] == access["user_id"] and incident and self.holds(row["reference"], subject_id):
                begins, ends = row["starts_at"] or incident["opened_at"], row["ends_at"] or incident["closed_at"]
                if in_time(access, begins, ends):
                    found.add(row["reference"])
        return found

    def own(self, access: Row, subject_id: str, reference: str) -> bool:
        """Whether the incident is the user's alone and was opened after a look-up of the subject."""
        users = {row["user_id"] for row in self.tables["incident_staff"] if row["reference"] == reference}
        opened = self.incident(reference)["opened_at"]  # type: ignore[index]
        return users == {access["user_id"]} and any(
            opened - LOOKBACK <= look["occurred_at"] < opened - LEAD
            for look in self.tables["access"]
            if (look["user_id"], look["subject_id"]) == (access["user_id"], subject_id)
        )

    def quoted(self, access: Row, subject_id: str) -> set[str]:
        """The quoted incident, where it exists, was open and has the subject on it."""
        incident = self.incident(access["reference"])
        if incident is None or not in_time(access, incident["opened_at"], incident["closed_at"]):
            return set()
        return {incident["reference"]} if self.holds(incident["reference"], subject_id) else set()

    def concerns(self, access: Row, reference: str) -> bool:
        """Whether the user was ever on the incident, or the user's unit owns it."""
        unit = self.incident(reference)["unit"]  # type: ignore[index]
        return unit in self.units(access["user_id"], access["occurred_at"]) or any(
            (row["reference"], row["user_id"]) == (reference, access["user_id"])
            for row in self.tables["incident_staff"]
        )

    def of_unit(self, access: Row, subject_id: str) -> set[str]:
        """The incidents of the user's unit with the subject on them, in time."""
        return {
            row["reference"]
            for row in self.tables["incident"]
            if row["unit"] in self.units(access["user_id"], access["occurred_at"])
            and self.holds(row["reference"], subject_id)
            and in_time(access, row["opened_at"], row["closed_at"])
        }

    def authorities(self, access: Row, kind: str | None) -> set[str]:
        """The authorities of which every column that is set matches."""
        return {
            row["authority_id"]
            for row in self.tables["authority"]
            if lasts(row, access["occurred_at"])
            and any(
                all(row[name] in (None, value) for name, value in have.items())
                for unit, role in self.positions(access["user_id"], access["occurred_at"])
                for have in [
                    {
                        "user_id": access["user_id"],
                        "unit": unit,
                        "role": role,
                        "system": access["system"],
                        "action": access["action"],
                        "subject_kind": kind,
                    }
                ]
            )
        }

    def linked_to(self, access: Row) -> set[str]:
        return linked(self.tables["subject_link"], access["subject_id"], access["occurred_at"])

    def kind(self, subject_id: str) -> str | None:
        return next((row["subject_kind"] for row in self.tables["subject"] if row["subject_id"] == subject_id), None)


def in_time(access: Row, begins: datetime, ends: datetime | None) -> bool:
    """Whether an access lies between two times, a day before and a fortnight after counted in."""
    return begins - LEAD <= access["occurred_at"] and (ends is None or access["occurred_at"] < ends + GRACE)


def incident_assigned(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {ref for ref in know.assigned(access, subject_id) if not know.own(access, subject_id, ref)}


def incident_own(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {ref for ref in know.assigned(access, subject_id) if know.own(access, subject_id, ref)}


def incident_referenced(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {ref for ref in know.quoted(access, subject_id) if know.concerns(access, ref)}


def incident_quoted(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {ref for ref in know.quoted(access, subject_id) if not know.concerns(access, ref)}


def incident_unit(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return know.of_unit(access, subject_id)


def standing_authority(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return know.authorities(access, access["subject_kind"])


def linked_subject(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {
        reference
        for other in know.linked_to(access)
        for reference in (
            incident_assigned(know, access, other)
            | incident_referenced(know, access, other)
            | know.authorities(access, know.kind(other))
        )
    }


def linked_weak(know: Knowledge, access: Row, subject_id: str) -> set[str]:
    return {
        reference
        for other in know.linked_to(access)
        for reference in incident_unit(know, access, other) | incident_quoted(know, access, other)
    }


def re_entry(know: Knowledge, access: Row, subject_id: str, explained: Mapping[str, str]) -> set[str]:
    """`explained`: the reference of each access that a full explanation holds for."""
    return {
        explained[earlier["access_id"]]
        for earlier in know.tables["access"]
        if (earlier["user_id"], earlier["subject_id"]) == (access["user_id"], subject_id)
        and earlier["access_id"] in explained
        and timedelta(0) < access["occurred_at"] - earlier["occurred_at"] <= REENTRY
    }


# In the order of the contract's table; re-entry, the last, needs what the others say.
BEFORE_RE_ENTRY: Mapping[str, Callable[[Knowledge, Row, str], set[str]]] = {
    "incident-assigned": incident_assigned,
    "incident-referenced": incident_referenced,
    "standing-authority": standing_authority,
    "linked-subject": linked_subject,
    "incident-unit": incident_unit,
    "incident-quoted": incident_quoted,
    "linked-weak": linked_weak,
    "incident-own": incident_own,
}


def judged(tables: Mapping[str, Sequence[Row]], until: datetime | None) -> list[Row]:
    return [
        row
        for row in tables["access"]
        if row["user_id"] and row["subject_id"] and (until is None or row["occurred_at"] <= until)
    ]


def held_by(
    ask: Callable[[Knowledge, Row, str], set[str]], know: Knowledge, accesses: list[Row]
) -> dict[str, set[str]]:
    """The references by which an explanation holds, for each access for which it does."""
    held = {row["access_id"]: ask(know, row, row["subject_id"]) for row in accesses}
    return {access_id: references for access_id, references in held.items() if references}


def all_held(tables: Mapping[str, Sequence[Row]], until: datetime | None) -> dict[str, dict[str, set[str]]]:
    """Explanation -> access -> references."""
    know, accesses = Knowledge(tables), judged(tables, until)
    held = {name: held_by(ask, know, accesses) for name, ask in BEFORE_RE_ENTRY.items()}
    explained = {access_id: min(references) for name in reversed(FULL) for access_id, references in held[name].items()}
    held["re-entry"] = held_by(partial(re_entry, explained=explained), know, accesses)
    return held


def horizon(until: datetime | None) -> Horizon:
    return Horizon(judges=True, judged_until=until, oldest_at=START, newest_at=START + timedelta(days=32))


def laid(tables: Mapping[str, Sequence[Row]], until: datetime | None) -> None:
    FORCE.fill(tables)
    explain(FORCE.engine, CATALOGUE, horizon(until))


@given(FORCES, st.sampled_from((None, JUDGED_UNTIL)))
@settings(max_examples=30, deadline=None)
def test_each_explanation_holds_where_its_definition_says(tables: dict[str, list[Row]], until: datetime | None) -> None:
    laid(tables, until)
    FORCE.engine.create_view("open_access", "SELECT * FROM judgeable_access")

    found: dict[str, dict[str, set[str]]] = {}
    for query in CATALOGUE.explanations:
        held = found.setdefault(query.id, {})
        for row in FORCE.engine.query(query.sql, query.bound()).to_pylist():
            held.setdefault(row["access_id"], set()).add(row["reference"])

    assert found == all_held(tables, until)


@given(FORCES, st.sampled_from((None, JUDGED_UNTIL)))
@settings(max_examples=15, deadline=None)
def test_the_first_explanation_that_holds_is_named(tables: dict[str, list[Row]], until: datetime | None) -> None:
    expected: dict[str, tuple[str, str, str]] = {}
    for name, held in all_held(tables, until).items():
        for access_id, references in held.items():
            expected.setdefault(access_id, (name, "full" if name in FULL else "weak", min(references)))

    laid(tables, until)

    rows_found = FORCE.engine.query("SELECT access_id, explanation, strength, reference FROM explanation").to_pylist()
    assert len(rows_found) == len(expected)
    assert {row["access_id"]: tuple(row.values())[1:] for row in rows_found} == expected
