"""What the force knows, indexed for the questions that explanations ask."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reading import instant, read_table

LEAD, GRACE = timedelta(days=1), timedelta(days=14)
LINKS = {"keeper", "occupant", "phone_user", "alias"}
Row = dict[str, str]


@dataclass(frozen=True)
class Incident:
    """An incident with its margins not yet applied."""

    reference: str
    kind: str
    unit: str
    opened_at: datetime
    closed_at: datetime | None

    def was_open(self, when: datetime) -> bool:
        """Open at the time, a day before and a fortnight after counted in."""
        return within(when, self.opened_at, self.closed_at)


def within(when: datetime, begins: datetime, ends: datetime | None) -> bool:
    """Whether a moment lies between two others, lead and grace counted in."""
    return begins - LEAD <= when and (ends is None or when < ends + GRACE)


def lasts(row: Row, when: datetime) -> bool:
    """Whether a row of a table with an interval holds at the time."""
    begins, ends = instant(row["starts_at"]), instant(row["ends_at"])
    return (begins is None or begins <= when) and (ends is None or when < ends)


class Context:
    """All reference tables of a workspace."""

    def __init__(self, folder: Path) -> None:
        names = "staff account posting duty subject subject_link relationship incident incident_subject incident_staff"
        names += " authority permission reason_code warning watch contact complaint"
        self.tables = {name: read_table(folder, name) for name in names.split()}
        self.staff = {row["user_id"]: row for row in self.tables["staff"]}
        self.subjects = {row["subject_id"]: row for row in self.tables["subject"]}
        self.accounts = self.by("account", "account")
        self.postings = self.by("posting", "user_id")
        self.incidents = {row["reference"]: make_incident(row) for row in self.tables["incident"]}
        self.assigned = self.by("incident_staff", "reference")
        self.on_incident: dict[str, set[str]] = defaultdict(set)
        self.incidents_of: dict[str, set[str]] = defaultdict(set)
        for row in self.tables["incident_subject"]:
            self.on_incident[row["reference"]].add(row["subject_id"])
            self.incidents_of[row["subject_id"]].add(row["reference"])
        for reference in self.incidents:
            self.on_incident[reference].add(reference)
            self.incidents_of[reference].add(reference)
        self.links: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for row in self.tables["subject_link"]:
            self.links[row["subject_id"]].append((row["linked_id"], row))
            self.links[row["linked_id"]].append((row["subject_id"], row))

    def by(self, table: str, column: str) -> dict[str, list[Row]]:
        """The rows of a table by one column."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables[table]:
            groups[row[column]].append(row)
        return groups

    def user_of(self, account: str, system: str, when: datetime) -> str:
        """Whose account it was."""
        rows = [row for row in self.accounts.get(account, []) if row["system"] in ("", system) and lasts(row, when)]
        return rows[0]["user_id"] if rows else ""

    def linked(self, subject_id: str, when: datetime) -> set[str]:
        """Subjects one step away, by the relations that explain."""
        rows = self.links.get(subject_id, [])
        return {other for other, row in rows if row["relation"] in LINKS and lasts(row, when)}

    def unit(self, user_id: str, when: datetime) -> str:
        """The unit at the time."""
        return next((row["unit"] for row in self.postings.get(user_id, []) if lasts(row, when)), "")

    def role(self, user_id: str, when: datetime) -> str:
        """The role at the time, the posting's before the staff record's."""
        roles = [row["role"] for row in self.postings.get(user_id, []) if lasts(row, when)]
        return (roles[0] if roles else "") or self.staff.get(user_id, {}).get("role", "")

    def kind(self, subject_id: str) -> str:
        """The kind of a subject, an incident's too."""
        if subject_id in self.incidents:
            return "intelligence" if self.incidents[subject_id].kind == "intelligence" else "incident"
        return self.subjects.get(subject_id, {}).get("subject_kind", "")


def make_incident(row: Row) -> Incident:
    """A row of the incident table."""
    opened_at = instant(row["opened_at"])
    if opened_at is None:
        raise ValueError(f"incident {row['reference']} has no opening")
    return Incident(row["reference"], row["kind"], row["unit"], opened_at, instant(row["closed_at"]))
