"""Writes the reference tables in canonical form, each a file of its own in context/."""

from operator import attrgetter
from pathlib import Path

import tables
from routine import REASON_CODES, permissions
from world import World
from write_files import write_table

Rows = list[object]


def sorted_by(rows: Rows, *names: str) -> Rows:
    """Rows in the order of their columns; an empty cell first."""
    return sorted(rows, key=lambda row: tuple(str(attrgetter(name)(row) or "") for name in names))


def write_context(world: World, folder: Path) -> dict[str, int]:
    """All tables; gives the number of rows by table."""
    force, register = world.force, world.register
    files = list(world.files.values())
    plan: dict[str, tuple[type, Rows]] = {
        "staff.csv": (tables.Staff, sorted_by([*force.staff.values()], "user_id")),
        "account.csv": (tables.Account, sorted_by([*force.accounts], "account", "starts_at")),
        "posting.csv": (
            tables.Posting,
            sorted_by([row for rows in force.postings.values() for row in rows], "user_id", "starts_at"),
        ),
        # By time and not by user: a shift has one time and many users, so the archive is half the size.
        "duty.csv.gz": (tables.Duty, sorted_by([*force.rota.rows], "starts_at", "ends_at", "user_id")),
        "subject.csv.gz": (tables.Subject, sorted_by([*register.subjects.values()], "subject_id")),
        "subject_link.csv.gz": (
            tables.SubjectLink,
            sorted_by([*register.links], "subject_id", "linked_id", "relation"),
        ),
        "relationship.csv": (tables.Relationship, sorted_by([*world.relationships], "user_id", "subject_id")),
        "incident.csv": (tables.Incident, sorted_by([file.incident for file in files], "opened_at", "reference")),
        "incident_subject.csv.gz": (
            tables.IncidentSubject,
            sorted_by([*world.incident_subjects], "reference", "subject_id"),
        ),
        "incident_staff.csv.gz": (
            tables.IncidentStaff,
            sorted_by([row for file in files for row in file.staff], "reference", "user_id", "starts_at"),
        ),
        "authority.csv": (tables.Authority, sorted_by([*world.authorities], "authority_id")),
        "permission.csv": (tables.Permission, sorted_by([*permissions()], "role", "system", "subject_kind")),
        "reason_code.csv": (tables.ReasonCode, sorted_by([*REASON_CODES], "code")),
        "warning.csv": (tables.WarningGiven, sorted_by([*world.warnings], "warning_id")),
        "watch.csv": (tables.Watch, sorted_by([*world.watches], "watch_id")),
        "contact.csv": (tables.Contact, sorted_by([*world.contacts], "contact_id")),
        "complaint.csv": (tables.Complaint, sorted_by([*world.complaints], "complaint_id")),
    }
    return {name.split(".")[0]: write_table(folder / name, kind, rows) for name, (kind, rows) in plan.items()}
