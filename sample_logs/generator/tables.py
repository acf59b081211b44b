"""The rows of the force: one frozen dataclass per canonical reference table, columns in the contract's order.

`Look` is one logged event before any system has written it in its own way.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Staff:
    """Who works here; `subject_id` is the own record."""

    user_id: str
    name: str
    date_of_birth: date
    sex: str
    role: str
    rank: str
    subject_id: str
    joined_on: date
    left_on: date | None = None


@dataclass(frozen=True)
class Account:
    """Whose account it is, and when."""

    account: str
    user_id: str
    system: str
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Posting:
    """Unit, role and supervisor for a time."""

    user_id: str
    unit: str
    role: str
    supervisor_id: str
    starts_at: datetime
    ends_at: datetime | None = None

    def holds(self, when: datetime) -> bool:
        """Whether it covers the moment."""
        return self.starts_at <= when and (self.ends_at is None or when < self.ends_at)


@dataclass(frozen=True)
class Duty:
    """A shift or an absence."""

    user_id: str
    starts_at: datetime
    ends_at: datetime
    status: str


@dataclass(frozen=True)
class Subject:
    """Who or what can be looked up."""

    subject_id: str
    subject_kind: str
    name: str = ""
    date_of_birth: date | None = None
    sex: str = ""
    markers: str = ""


@dataclass(frozen=True)
class SubjectLink:
    """Two subjects that belong together."""

    subject_id: str
    linked_id: str
    relation: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Relationship:
    """A subject near to a user."""

    user_id: str
    subject_id: str
    relation: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Incident:
    """What happened, and which unit owns it."""

    reference: str
    kind: str
    unit: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True)
class IncidentSubject:
    """Who or what is on an incident."""

    reference: str
    subject_id: str
    role: str
    linked_at: datetime


@dataclass(frozen=True)
class IncidentStaff:
    """Who was assigned to an incident."""

    reference: str
    user_id: str
    role: str
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Authority:
    """A standing authority; every column that is set must match."""

    authority_id: str
    user_id: str = ""
    role: str = ""
    unit: str = ""
    system: str = ""
    action: str = ""
    subject_kind: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Permission:
    """What a role may use."""

    role: str
    system: str
    subject_kind: str
    allowed: bool


@dataclass(frozen=True)
class ReasonCode:
    """The meaning of a numbered reason."""

    code: str
    system: str
    meaning: str
    needs_reference: bool
    valid: bool


@dataclass(frozen=True)
class WarningGiven:
    """A warning; without system and subject it is about everything."""

    warning_id: str
    user_id: str
    issued_at: datetime
    kind: str
    system: str = ""
    subject_id: str = ""
    about: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Watch:
    """A user or a subject under watch."""

    watch_id: str
    user_id: str
    subject_id: str
    starts_at: datetime
    ends_at: datetime
    authority: str
    purpose: str


@dataclass(frozen=True)
class Contact:
    """A call or message between a user and a subject."""

    contact_id: str
    user_id: str
    subject_id: str
    occurred_at: datetime
    channel: str
    direction: str
    device: str


@dataclass(frozen=True)
class Complaint:
    """A complaint about a user."""

    complaint_id: str
    user_id: str
    subject_id: str
    received_at: datetime


@dataclass(frozen=True)
class Look:
    """One logged event. `serial` is its place in the making, `parent` the serial of the event that fired it."""

    serial: int
    when: datetime
    system: str
    user_id: str
    action: str
    subject_kind: str
    subject_id: str
    reason: str = ""
    reference: str = ""
    workstation: str = ""
    operator_id: str = ""
    machine: bool = False
    parent: int | None = None
