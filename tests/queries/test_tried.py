"""What is said to have been tried for an access is true of the tables, and is said of every access that needs it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from all_explained import explain
from drawn_force import DRAWN_FORCES, GRACE, LEAD, LOOKBACK, SECOND, START, Tables, draw_forces, judged, together
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, lasts
from test_explanations import FULL, Knowledge, all_held

from audit.catalogue import Catalogue, read_catalogue
from audit.explain import Horizon, ask_all, tell_tried, why_tried

CATALOGUE = read_catalogue()
FORCE = SmallForce()
UNTIL = START + timedelta(days=31)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPAN = r"(?P<span>\d+ days|\d+ hours|less than two hours)"
ID = r"[\w-]+"
WHOSE = r"(?P<whose>the user's|the user's unit's|unit [\w-]+'s|[\w-]+'s|[\w-]+'s and others'|nobody's)"
LINKED = rf"(?: does not hold the subject but (?P<linked>{ID}), linked to it, and)?"
THROUGH = rf"(?: \(through linked (?P<linked>{ID})\))?"


@dataclass(frozen=True)
class Said:
    """One thing said of an access, and what the force knows."""

    know: Knowledge
    access: Row
    parts: Mapping[str, str]
    fully_explained: Mapping[str, Row]

    @property
    def when(self) -> datetime:
        return self.access["occurred_at"]

    @property
    def incident(self) -> Row:
        found = self.know.incident(self.parts["ref"])
        assert found is not None
        return found

    @property
    def target(self) -> str:
        """The subject of the access, or the one linked to it that is spoken of."""
        linked = self.parts.get("linked")
        assert linked is None or linked in self.know.linked_to(self.access)
        return linked or self.access["subject_id"]

    @property
    def staff(self) -> set[str]:
        """Who was ever on the incident spoken of."""
        return {row["user_id"] for row in self.know.tables["incident_staff"] if row["reference"] == self.parts["ref"]}

    @property
    def of_unit(self) -> bool:
        return self.incident["unit"] in self.know.units(self.access["user_id"], self.when)

    def lies(self, earlier: datetime, later: datetime) -> bool:
        """Whether the span said is the one between two times: whole days, under two of them hours."""
        gap = later - earlier
        if gap >= 2 * DAY:
            return self.parts["span"] == f"{gap // DAY} days"
        return self.parts["span"] == (f"{gap // HOUR} hours" if gap >= 2 * HOUR else "less than two hours")

    def is_whose(self) -> bool:
        """Whether the incident is whose it is said to be."""
        staff, unit, whose = sorted(self.staff), self.incident["unit"], self.parts["whose"]
        if self.access["user_id"] in staff:
            return whose == "the user's"
        if self.of_unit:
            return whose == "the user's unit's"
        if unit is not None:
            return whose == f"unit {unit}'s"
        others = " and others'" if len(staff) > 1 else ""
        return whose == (f"{staff[0]}'s{others}" if staff else "nobody's")


def does_not_exist(said: Said) -> bool:
    return said.access["reference"] == said.parts["ref"] and said.know.incident(said.parts["ref"]) is None


def does_not_hold(said: Said) -> bool:
    quoted = said.access["reference"] == said.parts["ref"]
    targets = {said.access["subject_id"], *said.know.linked_to(said.access)}
    return quoted and said.is_whose() and not any(said.know.holds(said.parts["ref"], target) for target in targets)


def closed_or_opened(said: Said) -> bool:
    """A quoted reference holds the target and was not open; where it is not the user's or their unit's, whose it is."""
    opened_at, closed_at = said.incident["opened_at"], said.incident["closed_at"]
    backed = said.access["user_id"] in said.staff or said.of_unit
    early = said.parts["verb"] == "opened"
    return (
        said.access["reference"] == said.parts["ref"]
        and said.know.holds(said.parts["ref"], said.target)
        and (bool(said.parts.get("linked")) == (not said.know.holds(said.parts["ref"], said.access["subject_id"])))
        and (said.when < opened_at - LEAD if early else said.when >= closed_at + GRACE)
        and (said.lies(said.when, opened_at) if early else said.lies(closed_at, said.when))
        and (backed if said.parts["whose"] is None else not backed and said.is_whose())
    )


def neither_theirs(said: Said) -> bool:
    return (
        said.access["reference"] == said.parts["ref"]
        and said.know.holds(said.parts["ref"], said.target)
        and in_time(said, said.incident["opened_at"], said.incident["closed_at"])
        and said.access["user_id"] not in said.staff
        and not said.of_unit
        and said.is_whose()
    )


def in_time(said: Said, begins: datetime, ends: datetime | None) -> bool:
    return begins - LEAD <= said.when and (ends is None or said.when < ends + GRACE)


def spans_assigned(said: Said) -> list[tuple[datetime, datetime | None]]:
    """The spans of the user's assignments to the incident spoken of."""
    return [
        (row["starts_at"] or said.incident["opened_at"], row["ends_at"] or said.incident["closed_at"])
        for row in said.know.tables["incident_staff"]
        if (row["reference"], row["user_id"]) == (said.parts["ref"], said.access["user_id"])
    ]


def gap(said: Said, begins: datetime, ends: datetime | None) -> timedelta:
    """By how much an access lies before or after a span; nothing where it is in time, margins counted in."""
    if in_time(said, begins, ends):
        return timedelta(0)
    return begins - said.when if said.when < begins - LEAD or ends is None else said.when - ends


def assignment(said: Said) -> bool:
    """An assignment ended or began out of time; where the subject itself is spoken of, it is the nearest of all."""
    told = [
        gap(said, begins, ends)
        for begins, ends in spans_assigned(said)
        if (said.when < begins - LEAD) == (said.parts["verb"] == "began")
        and said.lies(said.when - gap(said, begins, ends), said.when)
    ]
    return said.know.holds(said.parts["ref"], said.target) and (
        any(told) if said.parts["linked"] else min(told) == min(gaps_of_assignments(said)) > timedelta(0)
    )


def gaps_of_assignments(said: Said) -> list[timedelta]:
    """By how much each assignment of the user to an incident with the subject on it was missed."""
    return [
        gap(said, row["starts_at"] or incident["opened_at"], row["ends_at"] or incident["closed_at"])
        for row in said.know.tables["incident_staff"]
        for incident in holding(said)
        if (row["reference"], row["user_id"]) == (incident["reference"], said.access["user_id"])
    ]


def alone(said: Said) -> bool:
    """The user alone is on an incident, in time, and had looked the subject up in the month before it opened."""
    opened_at, user = said.incident["opened_at"], said.access["user_id"]
    looks = [
        look["occurred_at"]
        for look in said.know.tables["access"]
        if (look["user_id"], look["subject_id"]) == (user, said.target)
        and opened_at - LOOKBACK <= look["occurred_at"] < opened_at - LEAD
    ]
    return (
        said.know.holds(said.parts["ref"], said.target)
        and said.staff == {user}
        and any(in_time(said, *span) for span in spans_assigned(said))
        and said.parts["whom"] == (said.parts.get("linked") or "the subject")
        and said.lies(max(looks), opened_at)
    )


def of_the_unit(said: Said) -> bool:
    """An incident of the unit holds the subject; the user was never on it, and it was in time or missed by that much."""
    opened_at, closed_at, verb = said.incident["opened_at"], said.incident["closed_at"], said.parts["verb"]
    timing = {
        "is in time, but the user was never on it": lambda: in_time(said, opened_at, closed_at),
        "opened": lambda: said.when < opened_at - LEAD and said.lies(said.when, opened_at),
        "closed": lambda: said.when >= closed_at + GRACE and said.lies(closed_at, said.when),
    }[verb]
    return (
        said.know.holds(said.parts["ref"], said.target)
        and said.of_unit
        and said.access["user_id"] not in said.staff
        and said.access["reference"] != said.parts["ref"]
        and timing()
    )


def holding(said: Said) -> list[Row]:
    return [row for row in said.know.tables["incident"] if said.know.holds(row["reference"], said.access["subject_id"])]


def none_holds(said: Said) -> bool:
    return not holding(said)


def none_theirs(said: Said) -> bool:
    user, units = said.access["user_id"], said.know.units(said.access["user_id"], said.when)
    on_them = {row["reference"] for row in said.know.tables["incident_staff"] if row["user_id"] == user}
    return len(holding(said)) == int(said.parts["count"]) and not any(
        row["reference"] in on_them or row["unit"] in units for row in holding(said)
    )


def authority_of(said: Said) -> Row:
    return next(row for row in said.know.tables["authority"] if row["authority_id"] == said.parts["authority"])


def covers_user(said: Said, when: datetime) -> bool:
    """Whether the authority spoken of covers the user at a time, by user, unit and role, and runs then."""
    authority, user = authority_of(said), said.access["user_id"]
    return lasts(authority, when) and any(
        all(authority[name] in (None, value) for name, value in (("user_id", user), ("unit", unit), ("role", role)))
        for unit, role in said.know.positions(user, when)
    )


def of_other_scope(said: Said) -> set[str]:
    authority = authority_of(said)
    names = {"system": "system", "action": "action", "subject_kind": "subjects of kind"}
    return {
        f"{word} {authority[name]}" for name, word in names.items() if authority[name] not in (None, said.access[name])
    }


def authority_elsewhere(said: Said) -> bool:
    return covers_user(said, said.when) and of_other_scope(said) == {said.parts["other"]}


def authority_out_of_time(said: Said) -> bool:
    """There is a moment so long before or after at which the authority covered the user, and nothing else is amiss."""
    authority = authority_of(said)
    postings = [row for row in said.know.tables["posting"] if row["user_id"] == said.access["user_id"]]
    edges = {row[name] for row in (authority, *postings) for name in ("starts_at", "ends_at") if row[name]}
    stopped = said.parts["verb"] == "stopped covering"
    return (
        not of_other_scope(said)
        and not covers_user(said, said.when)
        and any(
            edge <= said.when and said.lies(edge, said.when) and covers_user(said, edge - SECOND / 2)
            if stopped
            else edge > said.when and said.lies(said.when, edge) and covers_user(said, edge)
            for edge in edges
        )
    )


def no_authority(said: Said) -> bool:
    return not said.know.authorities(said.access, said.access["subject_kind"])


def last_explained(said: Said) -> bool:
    mine = (said.access["user_id"], said.access["subject_id"])
    before = [
        access
        for access in said.fully_explained.values()
        if (access["user_id"], access["subject_id"]) == mine and access["occurred_at"] < said.when
    ]
    latest = max(access["occurred_at"] for access in before)
    named = said.fully_explained[said.parts["access"]]
    return named in before and named["occurred_at"] == latest and said.lies(latest, said.when)


PHRASES: Mapping[str, Callable[[Said], bool]] = {
    "no reference quoted": lambda said: said.access["reference"] is None,
    rf"reference (?P<ref>{ID}) does not exist": does_not_exist,
    rf"reference (?P<ref>{ID}) does not hold the subject and is {WHOSE}": does_not_hold,
    rf"reference (?P<ref>{ID}){LINKED} (?P<verb>closed) {SPAN} before(?: and is {WHOSE})?": closed_or_opened,
    rf"reference (?P<ref>{ID}){LINKED} (?P<verb>opened) {SPAN} after(?: and is {WHOSE})?": closed_or_opened,
    rf"reference (?P<ref>{ID}){LINKED} is neither the user's nor their unit's but {WHOSE}": neither_theirs,
    rf"assignment to (?P<ref>{ID}){THROUGH} (?P<verb>ended) {SPAN} before": assignment,
    rf"assignment to (?P<ref>{ID}){THROUGH} (?P<verb>began) {SPAN} after": assignment,
    rf"alone on (?P<ref>{ID}){THROUGH}, which opened {SPAN} after an earlier look-up of (?P<whom>the subject|{ID})": alone,
    rf"(?P<ref>{ID}) of the user's unit{THROUGH} (?P<verb>closed) {SPAN} before": of_the_unit,
    rf"(?P<ref>{ID}) of the user's unit{THROUGH} (?P<verb>opened) {SPAN} after": of_the_unit,
    rf"(?P<ref>{ID}) of the user's unit{THROUGH} (?P<verb>is in time, but the user was never on it)": of_the_unit,
    "no incident holds the subject": none_holds,
    r"incidents that hold the subject: (?P<count>\d+), none with the user or their unit on it": none_theirs,
    rf"authority (?P<authority>{ID}) is for (?P<other>.+)": authority_elsewhere,
    rf"authority (?P<authority>{ID}) (?P<verb>stopped covering) the user {SPAN} before": authority_out_of_time,
    rf"authority (?P<authority>{ID}) (?P<verb>began to cover) the user {SPAN} after": authority_out_of_time,
    "no authority covers it": no_authority,
    rf"the last fully explained access to the subject, (?P<access>{ID}), was {SPAN} before": last_explained,
}


def tried(forces: Sequence[Tables], until: datetime | None, catalogue: Catalogue = CATALOGUE) -> dict[str, str]:
    """What is said of each access, all being cited."""
    FORCE.fill(together(forces))
    explain(FORCE.engine, catalogue, Horizon(True, until, oldest_at=START, newest_at=START + timedelta(days=90)))
    ids = [access["access_id"] for force in forces for access in force["access"]]
    FORCE.engine.create_table_from("cited", pa.table({"access_id": pa.array(ids, pa.string())}))
    return {row["access_id"]: row["tried"] for row in tell_tried(FORCE.engine, catalogue).to_pylist()}


def facts_of(force: Tables, until: datetime | None) -> tuple[Knowledge, dict[str, Row]]:
    held = all_held(force, until)
    explained = {access_id for name in FULL for access_id in held[name]}
    return Knowledge(force), {row["access_id"]: row for row in force["access"] if row["access_id"] in explained}


def untrue(access: Row, words: str, know: Knowledge, explained: Mapping[str, Row]) -> list[str]:
    """What is said of an access and is not so."""
    found = []
    for part in words.split("; "):
        matches = [(ask, match) for phrase, ask in PHRASES.items() if (match := re.fullmatch(phrase, part))]
        if len(matches) != 1 or not matches[0][0](Said(know, access, matches[0][1].groupdict(), explained)):
            found.append(f"{access['access_id']}: {part}")
    return found


@given(DRAWN_FORCES, st.sampled_from((None, UNTIL)))
@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_whatever_is_said_to_have_been_tried_is_true(forces: list[Tables], until: datetime | None) -> None:
    said = tried(forces, until)

    for force in forces:
        know, explained = facts_of(force, until)
        needing = [access for access in judged(force, until) if access["access_id"] not in explained]
        wrong = [part for access in needing for part in untrue(access, said.pop(access["access_id"]), know, explained)]
        assert not wrong
    assert not said, "something is said of accesses that are fully explained, or not judged"


def test_every_phrase_is_said_of_what_is_drawn() -> None:
    forces = [force for seed in range(6) for force in draw_forces(seed)]
    forces = [numbered(force, number) for number, force in enumerate(forces)]

    parts = Counter(part for words in tried(forces, None).values() for part in words.split("; "))

    never = [phrase for phrase in PHRASES if not any(re.fullmatch(phrase, part) for part in parts)]
    assert not never


def numbered(force: Tables, number: int) -> Tables:
    """A force with names of its own among more than one drawing."""
    return {
        table: [
            {name: f"{number}-{value}" if name in NAMED and value else value for name, value in row.items()}
            for row in rows
        ]
        for table, rows in force.items()
    }


NAMED = ("access_id", "user_id", "subject_id", "linked_id", "reference", "unit", "role", "authority_id", "warning_id")


def test_one_access_alone_is_told_what_it_is_told_in_a_report() -> None:
    forces = draw_forces(1, 8)
    said = tried(forces, None)
    rows = FORCE.engine.query("SELECT access_id, explanation FROM explanation").to_pylist()
    named = {row["access_id"]: row["explanation"] for row in rows}

    for access in (access for force in forces for access in judged(force, None)[:2]):
        access_id = access["access_id"]
        answers = ask_all(FORCE.engine, CATALOGUE, access_id) or []
        assert next((answer.explanation for answer in answers if answer.held), None) == named.get(access_id)
        assert why_tried(FORCE.engine, CATALOGUE, access_id) == said.get(access_id)
