"""Collects what stories plant: rows of the canonical tables, log events, and the labels that tell of them.

Subjects made here belong to the stories alone: honest work never meets them unless a story says so, so that nothing
planted is explained by accident.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.schema import TABLES
from audit.simulate.calendar import Calendar, timestamp
from audit.simulate.database import ADDRESS, INCIDENT, KINDS, PERSON, PHONE, VEHICLE, event_id, identifier
from audit.simulate.staff import Officer, Unit

FIRST_PLANTED_EVENT = 900_000_000_000
FIRST_PLANTED_INCIDENT = 30_000_000


@dataclass(frozen=True)
class Subject:
    """A subject of a story. `number` ties belongings to nobody: links say whose they are."""

    subject_id: str
    kind: str
    name: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Case:
    """One planted story of one actor. `rank_as`: principal (belongs at the top), minor (misuse, but faint) or none."""

    case_id: str
    kind: str
    published: str
    rank_as: str
    scaled: str


@dataclass(frozen=True)
class Expectation:
    """What a detector is meant to find of a case: the finding's key, its count of accesses and days, its details."""

    case: Case
    user_id: str | None
    subject_id: str | None
    detector: str
    key: str
    accesses: int | None
    days: int | None
    details: str
    first_at: int | None
    last_at: int | None


@dataclass(frozen=True)
class Lookalike:
    """An innocent pattern that the named detector must leave alone."""

    kind: str
    user_id: str | None
    subject_id: str | None
    detector: str
    key: str


class Plan:
    """The growing plan. Not frozen: stories add to it one after the other, always in the same order."""

    def __init__(self, calendar: Calendar, first_subject: int) -> None:
        """Number new subjects from `first_subject`, beyond the public."""
        self.calendar = calendar
        self.rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
        self.labels: list[tuple[int, str]] = []
        self.expectations: list[Expectation] = []
        self.lookalikes: list[Lookalike] = []
        self._subjects = first_subject
        self._incidents = FIRST_PLANTED_INCIDENT
        self._cases: dict[str, int] = {}
        self._serials: dict[str, int] = {}

    def add(self, table: str, **values: object) -> None:
        """Add a row to a canonical table; columns not named are NULL, a column that is not there is a bug."""
        columns = TABLES[table].columns
        unknown = values.keys() - columns.keys()
        assert not unknown, unknown
        self.rows[table].append(tuple(values.get(name) for name in columns))

    def serial(self, prefix: str) -> str:
        """Return the next id of a kind: W00001, W00002."""
        self._serials[prefix] = self._serials.get(prefix, 0) + 1
        return f"{prefix}{self._serials[prefix]:05d}"

    def subject(
        self, kind: int, name: str | None, born: date | None = None, sex: str | None = None, markers: str | None = None
    ) -> Subject:
        """Make a subject of its own, on nobody's incident."""
        self._subjects += 1
        made = Subject(identifier(kind, self._subjects), KINDS[kind], name, self._subjects)
        self.add(
            "subject",
            subject_id=made.subject_id,
            subject_kind=made.kind,
            name=name,
            date_of_birth=born,
            sex=sex,
            markers=markers,
        )
        return made

    def belonging(self, kind: int, owner: Subject | None) -> Subject:
        """Make a vehicle, address or phone, linked to its owner when there is one."""
        name = {VEHICLE: "SX", ADDRESS: "Sample Row ", PHONE: "07701"}[kind] + f"{self._subjects % 1_000_000:06d}"
        made = self.subject(kind, name)
        if owner is not None:
            relation = {VEHICLE: "keeper", ADDRESS: "occupant", PHONE: "phone_user"}[kind]
            self.link(made, owner, relation)
        return made

    def link(self, one: Subject, other: Subject, relation: str) -> None:
        """Link two subjects for good."""
        self.add("subject_link", subject_id=one.subject_id, linked_id=other.subject_id, relation=relation)

    def incident(
        self,
        kind: str,
        unit: Unit,
        opened: int,
        closed: int | None,
        subjects: Sequence[Subject],
        staff: Sequence[Officer],
    ) -> Subject:
        """Open an incident of a unit with its subjects and the officers assigned from the start; return it as a subject."""
        self._incidents += 1
        made = Subject(identifier(INCIDENT, self._incidents), "incident")
        self.add(
            "incident", reference=made.subject_id, kind=kind, unit=unit.name, opened_at=timestamp(opened),
            closed_at=None if closed is None else timestamp(closed),
        )  # fmt: skip
        for index, subject in enumerate(subjects):
            self.add(
                "incident_subject", reference=made.subject_id, subject_id=subject.subject_id,
                role="suspect" if index == 0 else "other", linked_at=timestamp(opened),
            )  # fmt: skip
        for officer in staff:
            self.add(
                "incident_staff",
                reference=made.subject_id,
                user_id=officer.user_id,
                role="assigned",
                starts_at=timestamp(opened),
            )
        return made

    def event(self, label: str, officer: Officer | None, at: int, **values: Any) -> str:
        """Add one log event with a label (a case id, honest or machine) and return its id."""
        number = FIRST_PLANTED_EVENT + len(self.labels)
        self.labels.append((number, label))
        values.setdefault("origin", "person")
        if officer is not None:
            values.setdefault("workstation", f"WS-{officer.unit.name}-{officer.number % 12}")
            if values["system"] == "ALPR":
                values.setdefault("account", f"alpr-{officer.user_id.lower()}")
            else:
                values.setdefault("user_id", officer.user_id)
        self.add("event", event_id=event_id(number), occurred_at=timestamp(at), **values)
        return event_id(number)

    def open_case(self, kind: str, published: str = "", rank_as: str = "principal", scaled: str = "") -> Case:
        """Begin a case; its id is its kind and a number."""
        self._cases[kind] = self._cases.get(kind, 0) + 1
        return Case(f"{kind}-{self._cases[kind]}", kind, published, rank_as, scaled)

    def expect(
        self,
        case: Case,
        detector: str,
        officer: Officer | None,
        subject: Subject | None = None,
        times: Sequence[int] = (),
        key: dict[str, str] | None = None,
        **details: object,
    ) -> None:
        """Say what a detector is meant to find: `times` are the accesses that count."""
        named = {
            "user_id": officer.user_id if officer else None,
            "subject_id": subject.subject_id if subject else None,
            **(key or {}),
        }
        self.expectations.append(
            Expectation(
                case, officer.user_id if officer else None, subject.subject_id if subject else None, detector,
                json.dumps({name: value for name, value in named.items() if value is not None}, sort_keys=True),
                len(times) or None, len({self.calendar.local_date(at) for at in times}) or None,
                json.dumps(details, sort_keys=True), min(times, default=None), max(times, default=None),
            )
        )  # fmt: skip

    def imitate(
        self, kind: str, detector: str, officer: Officer | None, subject: Subject | None = None, **key: str
    ) -> None:
        """Say that an innocent pattern was planted which looks like the detector's prey."""
        self.lookalikes.append(
            Lookalike(
                kind,
                officer.user_id if officer else None,
                subject.subject_id if subject else None,
                detector,
                json.dumps(key, sort_keys=True),
            )
        )


__all__ = ["ADDRESS", "PERSON", "PHONE", "VEHICLE", "Case", "Plan", "Subject"]
