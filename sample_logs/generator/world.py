"""The force as a whole: what every story writes into. Holds rows; decides nothing but how a look-up is entered."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import cast
from expected import Case, Explained, Lookalike
from staffing import Workforce
from subjects import Register, kind_of
from tables import (
    Authority,
    Complaint,
    Contact,
    Incident,
    IncidentStaff,
    IncidentSubject,
    Look,
    Relationship,
    WarningGiven,
    Watch,
)

SEED = 20240229
BUCKET = 30  # seconds; two acts of one user are never in the same or in neighbouring buckets


@dataclass(frozen=True)
class CaseFile:
    """An incident with everybody on it, in the order in which they were put there."""

    incident: Incident
    subjects: list[str]
    staff: list[IncidentStaff]


@dataclass(frozen=True)
class World:
    """Everything that the sample holds, before it is written."""

    force: Workforce
    register: Register
    looks: list[Look] = field(default_factory=list)
    files: dict[str, CaseFile] = field(default_factory=dict)
    incident_subjects: list[IncidentSubject] = field(default_factory=list)
    authorities: list[Authority] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    warnings: list[WarningGiven] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    lookalikes: list[Lookalike] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    taken: set[tuple[str, int]] = field(default_factory=set)

    def reserve(self, user_id: str, when: datetime) -> datetime:
        """The first moment from `when` on that no other act of the user is near to."""
        while True:
            bucket = int((when - datetime(2022, 1, 1)).total_seconds()) // BUCKET
            if not any((user_id, bucket + step) in self.taken for step in (-1, 0, 1)):
                self.taken.add((user_id, bucket))
                return when
            when += timedelta(seconds=61)

    def look(
        self,
        user_id: str,
        when: datetime,
        system: str,
        action: str,
        subject_id: str,
        reason: str = "",
        reference: str = "",
        workstation: str = "",
        operator_id: str = "",
    ) -> Look:
        """Enter an act of a user; `workstation` is the user's own desk unless one is given."""
        when = self.reserve(user_id, when)
        desk = workstation or self.desk(operator_id or user_id, when)
        look = Look(
            serial=len(self.looks),
            when=when,
            system=system,
            user_id=user_id,
            action=action,
            subject_kind=kind_of(subject_id),
            subject_id=subject_id,
            reason=reason,
            reference=reference,
            workstation=desk,
            operator_id=operator_id,
        )
        self.looks.append(look)
        return look

    def follow(self, look: Look, seconds: int, action: str, subject_id: str, fired: bool = False) -> Look:
        """A further event of the same act, seconds later; `fired` writes the parent's id into it."""
        event = replace(
            look,
            serial=len(self.looks),
            when=look.when + timedelta(seconds=seconds),
            action=action,
            subject_kind=kind_of(subject_id),
            subject_id=subject_id,
            parent=look.serial if fired else None,
        )
        self.looks.append(event)
        return event

    def desk(self, user_id: str, when: datetime) -> str:
        """One of three machines of the user's unit, the same for a whole day."""
        unit = self.force.unit(user_id, when) if user_id in self.force.staff else "control-room"
        place = cast.UNITS[unit or "response-city"][2]
        return f"{place}-WS{(int(user_id[1:]) * 7 + when.toordinal()) % 12 + 1:02d}"

    def place(self, user_id: str, when: datetime) -> str:
        """The three letters of the user's station."""
        return cast.UNITS[self.force.unit(user_id, when) or "response-city"][2]

    def open_file(
        self,
        incident: Incident,
        subjects: list[tuple[str, str]],
        staff: list[IncidentStaff],
    ) -> CaseFile:
        """Record an incident with its subjects (id, role) and staff."""
        chosen = dict(subjects)
        for subject_id, role in chosen.items():
            self.incident_subjects.append(IncidentSubject(incident.reference, subject_id, role, incident.opened_at))
        self.files[incident.reference] = CaseFile(incident, list(chosen), staff)
        return self.files[incident.reference]


def story(name: str) -> Random:
    """A generator of its own for each story, so that a change to one leaves the others as they were."""
    return Random(f"{SEED}/{name}")
