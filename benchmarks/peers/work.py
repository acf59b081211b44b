"""What all contenders share: which columns they load, the steps of work.sql, and the three answers that each must write.

An answer is a Parquet file in the folder that the contender is given:

    unexplained     user_id, subject_id, event_id
    repeated        user_id, subject_id, event_id
    after_warning   user_id, warning_id, event_id, after_warning
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Only what the work needs, to the contenders' advantage: Access Audit loads every column of every file.
_TABLES = """
event: event_id user_id account system workstation parent_event_id origin action subject_kind subject_id reference occurred_at
account: account user_id system starts_at ends_at
staff: user_id role
posting: user_id unit role starts_at ends_at
subject: subject_id subject_kind
subject_link: subject_id linked_id relation starts_at ends_at
incident: reference unit opened_at closed_at
incident_subject: reference subject_id
incident_staff: reference user_id starts_at ends_at
authority: user_id role unit system action subject_kind starts_at ends_at
warning: warning_id user_id system subject_id issued_at expires_at
"""
TABLES = {name: rest.split() for name, _, rest in (line.partition(": ") for line in _TABLES.strip().splitlines())}
ANSWERS = {
    "unexplained": ("user_id", "subject_id", "event_id"),
    "repeated": ("user_id", "subject_id", "event_id"),
    "after_warning": ("user_id", "warning_id", "event_id", "after_warning"),
}
TIMEZONE = "Europe/London"


@dataclass(frozen=True)
class Step:
    """A step of work.sql: a table that is kept, a view, or a table settled by repetition (`settle`)."""

    how: str
    name: str
    index: str | None
    sql: str


def read_steps() -> Iterator[Step]:
    """Yield the steps of work.sql in order."""
    text = Path(__file__).with_name("work.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- (table|view|settle) (\w+)(?: \(([\w, ]+)\))?\n", text, flags=re.MULTILINE)[1:]
    for how, name, index, sql in zip(*[iter(parts)] * 4, strict=True):
        yield Step(how, name, index, sql.strip())


def is_time(column: str) -> bool:
    """Say whether a column holds a time, which the work knows without the `_at`, in seconds."""
    return column.endswith("_at")


def work_name(column: str) -> str:
    """Return what the work calls a column of a file."""
    return column.removesuffix("_at")


def files_of(force: Path, table: str) -> list[Path]:
    """Return the CSV files of a table."""
    return sorted((force / "logs").glob("*.csv")) if table == "event" else [force / "context" / f"{table}.csv"]


def given_folders() -> tuple[Path, Path]:
    """Return the folder of the force, and the one for the answers, as the command line gives them."""
    force, answers = (Path(word) for word in sys.argv[1:3])
    return force, answers
