"""Who is covered by a standing authority, and when: a few thousand rows, in plain Python, for the data frames."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def authorised_users(tables: Mapping[str, Sequence[Row]]) -> list[tuple[Any, ...]]:
    """Return user, system, action, kind of subject, start and end; from rows of authority, posting and staff."""
    rows = []
    places = list(_positions(tables["posting"], tables["staff"]))
    for authority in tables["authority"]:
        what = tuple(authority[name] for name in ("system", "action", "subject_kind"))
        if authority["role"] is None and authority["unit"] is None:
            if authority["user_id"] is not None:
                rows.append((authority["user_id"], *what, authority["starts"], authority["ends"]))
            continue
        for user, unit, role, starts, ends in places:
            place = {"user_id": user, "unit": unit, "role": role}
            if all(authority[name] is None or authority[name] == value for name, value in place.items()):
                rows.append((user, *what, _pick(max, authority["starts"], starts), _pick(min, authority["ends"], ends)))
    return rows


def _pick(choose: Any, *times: Any) -> Any:
    return choose((time for time in times if time is not None), default=None)


def _positions(postings: Sequence[Row], staff: Sequence[Row]) -> Any:
    """Yield user, unit, role, start and end: of each posting, and of each time without one, when the staff record counts."""
    roles = {row["user_id"]: row["role"] for row in staff}
    posted = defaultdict(list)
    for row in sorted(postings, key=lambda row: row["starts"]):
        posted[row["user_id"]].append(row)
    for user, rows in posted.items():
        until = rows[0]["starts"]
        for row in rows:
            if user in roles and until is not None and until < row["starts"]:
                yield user, None, roles[user], until, row["starts"]
            yield user, row["unit"], row["role"] or roles.get(user), row["starts"], row["ends"]
            until = None if until is None or row["ends"] is None else max(until, row["ends"])
        if user in roles and until is not None:
            yield user, None, roles[user], until, None
    for user, role in roles.items():
        yield user, None, role, None, posted[user][0]["starts"] if user in posted else None
