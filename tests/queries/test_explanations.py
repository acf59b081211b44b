"""queries/explanations hold where the contract says, written out plainly, one function a row of its table."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from all_explained import explain
from drawn_force import (
    DRAWN_FORCES,
    GRACE,
    LEAD,
    LOOKBACK,
    REENTRY,
    SECOND,
    START,
    Tables,
    draw_forces,
    judged,
    together,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, lasts, linked

from audit.catalogue import read_catalogue
from audit.explain import Horizon

CATALOGUE = read_catalogue()
FORCE = SmallForce()
JUDGED_UNTIL = START + timedelta(days=31)
FULL = ("incident-assigned", "incident-referenced", "standing-authority", "linked-subject")
# A seed says nothing when it is made smaller.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


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


def held_by(
    ask: Callable[[Knowledge, Row, str], set[str]], know: Knowledge, accesses: list[Row]
) -> dict[str, set[str]]:
    """The references by which an explanation holds, for each access for which it does."""
    held = {row["access_id"]: ask(know, row, row["subject_id"]) for row in accesses}
    return {access_id: references for access_id, references in held.items() if references}


def all_held(tables: Mapping[str, Sequence[Row]], until: datetime | None) -> dict[str, dict[str, set[str]]]:
    """Explanation -> access -> references, in one force."""
    know, accesses = Knowledge(tables), judged(tables, until)
    held = {name: held_by(ask, know, accesses) for name, ask in BEFORE_RE_ENTRY.items()}
    explained = {access_id: min(references) for name in reversed(FULL) for access_id, references in held[name].items()}
    # It is the weak one only where of the full ones none but incident-assigned would hold.
    held["incident-own"] = {own: by for own, by in held["incident-own"].items() if own not in explained}
    held["re-entry"] = held_by(partial(re_entry, explained=explained), know, accesses)
    return held


def all_held_anywhere(forces: Sequence[Tables], until: datetime | None) -> dict[str, dict[str, set[str]]]:
    """The same in every force."""
    held: dict[str, dict[str, set[str]]] = {query.id: {} for query in CATALOGUE.explanations}
    for force in forces:
        for name, references in all_held(force, until).items():
            held[name] |= references
    return held


def horizon(until: datetime | None) -> Horizon:
    return Horizon(judges=True, judged_until=until, oldest_at=START, newest_at=START + timedelta(days=32))


def laid(forces: Sequence[Tables], until: datetime | None) -> None:
    FORCE.fill(together(forces))
    explain(FORCE.engine, CATALOGUE, horizon(until))


@given(DRAWN_FORCES, st.sampled_from((None, JUDGED_UNTIL)))
@settings(max_examples=8, deadline=None, phases=UNSHRUNK)
def test_each_explanation_holds_where_its_definition_says(forces: list[Tables], until: datetime | None) -> None:
    laid(forces, until)
    FORCE.engine.create_view("open_access", "SELECT * FROM judgeable_access")

    found: dict[str, dict[str, set[str]]] = {}
    for query in CATALOGUE.explanations:
        held = found.setdefault(query.id, {})
        for row in FORCE.engine.query(query.sql, query.bound()).to_pylist():
            held.setdefault(row["access_id"], set()).add(row["reference"])

    assert found == all_held_anywhere(forces, until)


@given(DRAWN_FORCES, st.sampled_from((None, JUDGED_UNTIL)))
@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
def test_the_first_explanation_that_holds_is_named(forces: list[Tables], until: datetime | None) -> None:
    expected: dict[str, tuple[str, str, str]] = {}
    for name, held in all_held_anywhere(forces, until).items():
        for access_id, references in held.items():
            expected.setdefault(access_id, (name, "full" if name in FULL else "weak", min(references)))

    laid(forces, until)

    rows_found = FORCE.engine.query("SELECT access_id, explanation, strength, reference FROM explanation").to_pylist()
    assert len(rows_found) == len(expected)
    assert {row["access_id"]: tuple(row.values())[1:] for row in rows_found} == expected


def test_what_is_drawn_meets_every_margin_and_every_overlap() -> None:
    met: Counter[str] = Counter()
    for force in (force for seed in range(20) for force in draw_forces(seed)):
        met.update(where for access in judged(force, JUDGED_UNTIL) for where in met_by(access, force))
        met.update(
            f"{name} by {'several' if len(references) > 1 else 'one'}"
            for name, held in all_held(force, None).items()
            for references in held.values()
        )

    seldom = {where: met[where] for where in TO_BE_MET if met[where] < 5}
    assert not seldom


TO_BE_MET = (
    *(f"{query.id} by one" for query in CATALOGUE.explanations),
    *(f"{name} by several" for name in ("incident-assigned", "incident-unit", "linked-subject", "standing-authority")),
    *(f"{place} of an {span}" for span in ("assignment", "incident") for place in ("lead", "before lead")),
    *(f"{place} of an {span}" for span in ("assignment", "incident") for place in ("grace", "before grace")),
    *(f"looked up {place}" for place in ("30 days", "30 days and a second", "a day", "a day and a second")),
    *(f"{place} a link" for place in ("starts", "ends", "a chain through")),
    *(f"{place} an authority" for place in ("starts", "ends")),
    "24 hours after",
    "24 hours and a second after",
    "at one moment",
    "two postings",
    "no posting",
    "a posting without a role",
    "an incident as subject",
    "at the horizon",
)


def met_by(access: Row, force: Tables) -> Iterator[str]:
    """What is special about where an access lies."""
    know, when, mine = Knowledge(force), access["occurred_at"], (access["user_id"], access["subject_id"])
    for row in force["incident_staff"]:
        incident = know.incident(row["reference"])
        if incident and row["user_id"] == access["user_id"] and know.holds(row["reference"], access["subject_id"]):
            begins, ends = row["starts_at"] or incident["opened_at"], row["ends_at"] or incident["closed_at"]
            yield from margins_met(when, begins, ends, "assignment")
    for incident in force["incident"]:
        if know.holds(incident["reference"], access["subject_id"]):
            yield from margins_met(when, incident["opened_at"], incident["closed_at"], "incident")
            before = incident["opened_at"] - when
            for span, name in ((LOOKBACK, "30 days"), (LEAD, "a day")):
                if before in (span, span + SECOND):
                    yield f"looked up {name}" + (" and a second" if before > span else "")
    for link in force["subject_link"]:
        if access["subject_id"] in (link["subject_id"], link["linked_id"]):
            yield from (f"{name} a link" for name in ("starts", "ends") if link[f"{name}_at"] == when)
    near = know.linked_to(access)
    if {other for one in near for other in linked(force["subject_link"], one, when)} - near - {access["subject_id"]}:
        yield "a chain through a link"
    for authority in force["authority"]:
        yield from (f"{name} an authority" for name in ("starts", "ends") if authority[f"{name}_at"] == when)
    for other in force["access"]:
        if other is not access and (other["user_id"], other["subject_id"]) == mine:
            since = when - other["occurred_at"]
            yield {REENTRY: "24 hours after", REENTRY + SECOND: "24 hours and a second after"}.get(since, "")
            yield "at one moment" if not since else ""
    postings = [row for row in force["posting"] if row["user_id"] == access["user_id"] and lasts(row, when)]
    yield {0: "no posting", 1: "one posting"}.get(len(postings), "two postings")
    yield from ("a posting without a role" for row in postings if row["role"] is None)
    if know.incident(access["subject_id"]):
        yield "an incident as subject"
    if when == JUDGED_UNTIL:
        yield "at the horizon"


def margins_met(when: datetime, begins: datetime, ends: datetime | None, span: str) -> Iterator[str]:
    """Whether an access lies at a margin of a span, where the margin begins to hold or ends to, or a second before."""
    for edge, name in ((begins - LEAD, "lead"), (ends and ends + GRACE, "grace")):
        if edge and edge - when in (timedelta(0), SECOND):
            yield f"{'before ' if when < edge else ''}{name} of an {span}"
