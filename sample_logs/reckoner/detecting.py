"""The first six detectors in plain Python, as far as EXPECTED.toml needs them."""

import math
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache

from accesses import Access
from context import Context, lasts
from reading import instant, local_day

Key = tuple[str, str]
GENERIC = {"", "check", "enquiry", "enquiries", "test", "investigation", "intel check", "n/a"}
STEPS = 2


def unexplained(accesses: list[Access]) -> list[Access]:
    """Those that nothing explains."""
    return [access for access in accesses if not access.strength]


def repeated(bare: list[Access]) -> dict[Key, int]:
    """repeated-subject: three unexplained or more, on two local days or more."""
    days: dict[Key, list[str]] = {}
    for access in bare:
        days.setdefault((access.user_id, access.subject_id), []).append(local_day(access.when))
    return {key: len(rows) for key, rows in days.items() if len(rows) >= 3 and len(set(rows)) >= 2}


def after_warning(bare: list[Access], warning_id: str, context: Context) -> tuple[int, int]:
    """access-after-warning for a warning without scope or expiry: unexplained before and after."""
    row = next(row for row in context.tables["warning"] if row["warning_id"] == warning_id)
    if row["system"] or row["subject_id"] or row["expires_at"]:
        raise ValueError("no warning of the sample has a scope")
    issued = instant(row["issued_at"]) or datetime.max
    moments = [access.when for access in bare if access.user_id == row["user_id"]]
    return sum(when < issued for when in moments), sum(when >= issued for when in moments)


def mismatches(accesses: list[Access], context: Context) -> Counter[Key]:
    """reference-mismatch: a quoted reference that does not exist, was not open, or does not hold the subject."""
    found: Counter[Key] = Counter()
    for access in accesses:
        reference, incident = access.reference, context.incidents.get(access.reference)
        if not reference or not access.user_id or not access.subject_id:
            continue
        if (
            incident is None
            or not incident.was_open(access.when)
            or access.subject_id not in context.on_incident[reference]
        ):
            found[(access.user_id, reference)] += 1
    return found


def harvest(accesses: list[Access], user_id: str, kind: str, context: Context) -> dict[str, int]:
    """bulk-harvest: accesses to incidents of the kind, or to subjects on them, that no incident explains."""
    of_kind = {name for name, incident in context.incidents.items() if incident.kind == kind}
    of_kind |= {subject for name in of_kind for subject in context.on_incident[name]}
    rows = [access for access in accesses if access.user_id == user_id and access.subject_id in of_kind]
    rows = [access for access in rows if access.explanation in ("", "standing-authority")]
    days = [date.fromisoformat(local_day(access.when)) for access in rows]
    return {
        "event_count": len(rows),
        "accesses": max(sum(timedelta(0) <= last - day < timedelta(90) for day in days) for last in days),
        "subjects": len({access.subject_id for access in rows}),
        "unexplained_accesses": sum(not access.strength for access in rows),
    }


def wilson_low(hits: int, total: int) -> float:
    """The lower 95 % bound of a share, two-sided."""
    z = 1.959964
    share = hits / total
    middle = share + z * z / (2 * total)
    return (middle - z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))) / (1 + z * z / total)


def is_poor(access: Access) -> bool:
    """A reason that says nothing, or the withdrawn code."""
    return access.reason.strip().lower() in GENERIC or access.events[0].code == "9"


def poor_reasons(accesses: list[Access]) -> dict[Key, str]:
    """poor-reason: a share beyond bounds, or one text ten times for one subject."""
    total: Counter[Key] = Counter()
    poor: Counter[Key] = Counter()
    same: Counter[tuple[str, str, str, str]] = Counter()
    for access in accesses:
        for who in (access.user_id, ""):
            total[(who, access.system)] += 1
            poor[(who, access.system)] += is_poor(access)
        if access.subject_id and access.reason:
            same[(access.user_id, access.system, access.subject_id, access.reason)] += 1
    found = {}
    for key, count in total.items():
        force = poor[("", key[1])] / total[("", key[1])]
        low = wilson_low(poor[key], count)
        if key[0] and count >= 5 and low > 0.3 and low > 2 * force:
            found[key] = f"{poor[key]} of {count}"
    for (user, system, _, _), count in same.items():
        if user and count >= 10:
            found[(user, system)] = f"one reason {count} times"
    return found


@cache
def distances(user_id: str, context: Context) -> dict[str, int]:
    """Subjects near a user: 0 the own record, 1 related, 2 and 3 linked to those in one or two steps."""
    near = {}
    own = context.staff.get(user_id, {}).get("subject_id", "")
    if own:
        near[own] = 0
    for row in context.tables["relationship"]:
        if row["user_id"] == user_id:
            near.setdefault(row["subject_id"], 1)
    edge = set(near)
    for step in range(STEPS):
        edge = {other for subject in edge for other, row in context.links.get(subject, []) if lasts(row, datetime.max)}
        for subject in edge - set(near):
            near[subject] = 2 + step
    return near
