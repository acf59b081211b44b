"""How `audit timeline` prints: who looked, then accesses and what is known beside them, line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.finding_view import local
from audit.cli.output import print_lines, print_rows
from audit.cli.session import Session
from audit.text import counted
from audit.timeline import Asked, Timeline

_FIRST = 50
_USERS = 20
_TRIED = 2
# In this order, as far as there is room; never without what is needed to read on.
_COLUMNS = (
    "time",
    "event",
    "state",
    "user_id",
    "action",
    "subject_id",
    "system",
    "reference",
    "known",
    "reason",
    "access_id",
)
_ALWAYS = ("time", "event", "state", "access_id")
_USER_COLUMNS = ("user_id", "accesses", "explained", "weak", "unexplained", "not judged", "first", "last")
_STATES = {"explained": "explained", "weak": "weakly explained", "unexplained": "unexplained", "unjudged": "not judged"}
_SHORT_STATES = {"explained": "explained", "weak": "weak", "unexplained": "UNEXPLAINED", "unjudged": "not judged"}
_DUTY = {
    "on_duty": "on duty",
    "overtime": "on overtime",
    "restricted": "on restricted duty",
    "leave": "on leave",
    "sick": "sick",
    "suspended": "SUSPENDED",
    "outside": "OFF DUTY",
    "before_joining": "BEFORE JOINING",
    "after_leaving": "AFTER LEAVING",
}

Row = Mapping[str, Any]


def shown_limit(limit: int | None, output_format: str) -> int | None:
    """Return how many accesses are shown at most: on paper and screens a few, if nothing else is asked for."""
    return _FIRST if limit is None and output_format == "table" else limit


def print_timeline(told: Timeline, session: Session, timezone: str, output_format: str) -> None:
    """Print a timeline, and record it: for people with local times, for machines as rows in UTC."""
    session.record_look("timeline", _asked(told.asked), told.access_ids)
    if output_format != "table":
        if told.left_out:
            session.messages.note(_left_out(told))
        print_rows(told.rows, output_format)
        return
    zone = ZoneInfo(timezone)
    print_lines([_sentence(told, timezone), ""])
    if told.users:
        _print_users(told.users, zone)
    rows = [_for_people(row, zone) for row in told.rows.to_pylist()]
    if rows:
        print_rows(rows, columns=_columns(rows, told.asked), always=_ALWAYS)
    else:
        print_lines(["Nothing is known beside that."])
    if told.left_out:
        print_lines(["", _left_out(told)])
    if told.access_ids:
        print_lines(["", "What each explanation says of one of them: audit explain ACCESS_ID"])


def _asked(asked: Asked) -> dict[str, object]:
    return {
        name: str(value) if name in ("since", "until") and value else value for name, value in asdict(asked).items()
    }


def _sentence(told: Timeline, timezone: str) -> str:
    asked = told.asked
    parts = (("of", asked.user_id), ("to", asked.subject_id), ("from", asked.since), ("until", asked.until))
    who = "Accesses" + "".join(f" {word} {value}" for word, value in parts if value)
    total = sum(told.states.values())
    if not total:
        both = asked.user_id and asked.subject_id
        return f"{who}: none, though {'both are' if both else (asked.user_id or asked.subject_id or '') + ' is'} known."
    states = ", ".join(f"{number:,} {_STATES[state]}" for state, number in told.states.items() if number)
    named = sum(user["user_id"] is not None for user in told.users)
    users = f" by {counted(named, 'user')}" if told.users else ""
    return f"{who}: {total:,}{users}: {states}. Times are local ({timezone})."


def _print_users(users: Sequence[Row], zone: ZoneInfo) -> None:
    rows = [
        {
            **user,
            "user_id": user["user_id"] or "(masked or not given)",
            "not judged": user["unjudged"],
            "first": local(user["first_at"], zone)[:10],
            "last": local(user["last_at"], zone)[:10],
        }
        for user in users[:_USERS]
    ]
    columns = tuple(name for name in _USER_COLUMNS if name != "not judged" or any(row[name] for row in rows))
    print_rows(rows, columns=columns)
    if len(users) > _USERS:
        rest = users[_USERS:]
        accesses, unexplained = (sum(user[name] for user in rest) for name in ("accesses", "unexplained"))
        told = f"{counted(accesses, 'access', 'accesses')}, {unexplained:,} of them unexplained"
        print_lines([f"and {counted(len(rest), 'more user')} with {told}"])
    print_lines([""])


def _for_people(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    until = f"; until {local(row['ends_at'], zone)}" if row["ends_at"] else ""
    access = row["event"] == "access"
    told = _DUTY.get(row["told"], row["told"]) if row["event"] == "duty" else row["told"]
    return {
        **row,
        "time": local(row["occurred_at"], zone) if row["occurred_at"] else "",
        "state": _SHORT_STATES[row["state"]] if access else "",
        "known": _known(row) if access else f"{told}{until}",
    }


def _known(row: Row) -> str:
    """Say of an access what explains it, or what was tried, and whether the user was on duty."""
    duty = _DUTY.get(row["duty"] or "", row["duty"])
    if row["state"] == "unjudged":
        why = row["not_judged_for"]
    elif row["explanation"]:
        why = " ".join(filter(None, (row["explanation"], row["explanation_reference"])))
    else:
        why = None
    typed = f"typed by {row['operator_id']}" if row["operator_id"] not in (None, row["user_id"]) else None
    tried = f"tried: {_short(row['tried'])}" if row["tried"] and row["state"] == "unexplained" else None
    return "; ".join(filter(None, (duty, typed, why, tried)))


def _short(tried: str) -> str:
    """Leave of what was tried the nearest; all of it is told by `audit explain`."""
    parts = tried.split("; ")
    return "; ".join(parts[:_TRIED]) + (f"; {len(parts) - _TRIED} more" if len(parts) > _TRIED else "")


def _columns(rows: Sequence[Row], asked: Asked) -> tuple[str, ...]:
    """Leave out what is empty in all rows, and the user that was asked for, who is the same in all."""
    told = [name for name in _COLUMNS if any(row[name] not in (None, "") for row in rows)]
    same = {"user_id"} if asked.user_id else set()
    return tuple(name for name in told if name not in (same | ({"subject_id"} if asked.subject_id else set())))


def _left_out(told: Timeline) -> str:
    number = counted(told.left_out, "older access is", "older accesses are")
    at = next((row for row in told.rows["occurred_at"].to_pylist() if row), None)
    return (
        f"{number} left out; more with --limit N, or before some day with --until DAY" if at else f"{number} left out"
    )
