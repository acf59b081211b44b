"""Compares what was reckoned with EXPECTED.toml. Each check gives a list of sentences about what differs."""

from collections import Counter
from typing import Any

from accesses import Access
from context import Context
from detecting import after_warning, distances, harvest, mismatches, poor_reasons, repeated, unexplained
from reading import Source

Expected = dict[str, Any]
# Those with a check in check_finding. A surge has one of its own, by its accesses.
RECKONED = frozenset({
    "access-after-warning", "bulk-harvest", "poor-reason", "reference-mismatch", "repeated-subject", "self-and-family",
    "unexplained-access",
})  # fmt: skip


def check_load(expected: Expected, sources: dict[str, Source], context: Context) -> list[str]:
    """Every record counted, and every count as expected."""
    faults = []
    for name, source in sources.items():
        fates = source.fates
        records = sum(fates[fate] for fate in ("loaded", "duplicates", "quarantined", "rejected"))
        for count, value in expected["load"][name].items():
            reckoned = records if count == "records" else fates[count]
            if reckoned != value:
                faults.append(f"{name}: {count} {reckoned}, expected {value}")
    for name, rows in context.tables.items():
        if expected["load"][name]["loaded"] != len(rows):
            faults.append(f"{name}: {len(rows)} rows")
    return faults


def check_cases(expected: Expected, accesses: list[Access], context: Context) -> list[str]:
    """Every planted number, and no repeated subject beside those planted."""
    faults = []
    bare = unexplained(accesses)
    by_user = Counter(access.user_id for access in bare)
    for case in expected["case"]:
        if "unexplained" in case and by_user[case["user_id"]] != case["unexplained"]:
            faults.append(f"{case['name']}: {by_user[case['user_id']]} unexplained, expected {case['unexplained']}")
        for finding in case.get("finding", []):
            faults += check_finding(case["name"], finding, accesses, context)
        if case["name"] == "nottingham":
            faults += check_surge(case, accesses)
    planned = {
        (finding["user_id"], finding["subject_id"])
        for case in expected["case"]
        for finding in case.get("finding", [])
        if finding["detector"] == "repeated-subject"
    }
    faults += [f"repeated-subject of {key} is not in EXPECTED.toml" for key in sorted(set(repeated(bare)) - planned)]
    return faults


def check_finding(name: str, finding: Expected, accesses: list[Access], context: Context) -> list[str]:
    """One finding of one case, of the detectors that are reckoned anew here; of the others nothing is said."""
    if finding["detector"] not in RECKONED:
        return []
    bare = unexplained(accesses)
    user, subject = finding["user_id"], finding.get("subject_id", "")
    wanted = finding.get("event_count")
    match finding["detector"]:
        case "access-after-warning":
            before, after = after_warning(bare, finding["warning_id"], context)
            reckoned: object = {"before_count": before, "after_count": after, "total": before + after}
            wanted = finding["details"]
        case "unexplained-access":
            reckoned = sum((access.user_id, access.subject_id) == (user, subject) for access in bare)
        case "repeated-subject":
            reckoned = repeated(bare).get((user, subject))
        case "reference-mismatch":
            reckoned = mismatches(accesses, context)[(user, finding["reference"])]
        case "self-and-family":
            distance = distances(user, context).get(subject)
            rows = [access for access in accesses if (access.user_id, access.subject_id) == (user, subject)]
            reckoned = sum(distance in (0, 1) or (distance in (2, 3) and access.strength != "full") for access in rows)
        case "poor-reason":
            reckoned = poor_reasons(accesses).get((user, finding["system"]), "") and None
        case "bulk-harvest":
            reckoned = harvest(accesses, user, finding["incident_kind"], context)
            wanted = {"event_count": wanted} | finding["details"]
        case other:
            raise AssertionError(f"{other} is said to be reckoned and has no check")
    return [] if reckoned == wanted else [f"{name}: {finding['detector']} {user} {subject}: {reckoned}, not {wanted}"]


def not_reckoned(expected: Expected) -> Counter[str]:
    """The detectors of whose findings nothing was checked, each with how many those are."""
    found = Counter(finding["detector"] for case in expected["case"] for finding in case.get("finding", []))
    return Counter({name: number for name, number in found.items() if name not in {*RECKONED, "subject-surge"}})


def check_surge(case: Expected, accesses: list[Access]) -> list[str]:
    """All accesses to the one subject."""
    rows = [access for access in accesses if access.subject_id == case["subject_id"]]
    bare = [access.user_id for access in rows if not access.strength]
    days = {f"{access.when:%Y-%m-%d}" for access in rows}
    reckoned = (len(rows), len({access.user_id for access in rows}), sorted(bare), len(days) <= 4)
    wanted = (case["accesses"], case["users"], case["unexplained_users"], True)
    return [] if reckoned == wanted else [f"nottingham: {reckoned}"]


def check_lookalikes(expected: Expected, accesses: list[Access], context: Context) -> list[str]:
    """No detector of the first six finds them where it must not; and one honest user in the whole force is no pattern."""
    bare = unexplained(accesses)
    found: dict[str, set[str]] = {
        "unexplained-access": {access.user_id for access in bare} | {access.subject_id for access in bare},
        "repeated-subject": {name for key in repeated(bare) for name in key},
        "reference-mismatch": {user for user, _ in mismatches(accesses, context)},
        "poor-reason": {user for user, _ in poor_reasons(accesses)},
        "access-after-warning": {
            row["user_id"]
            for row in context.tables["warning"]
            if after_warning(bare, row["warning_id"], context)[1] > 0
        },
        "self-and-family": {
            access.user_id
            for access in accesses
            if access.subject_id in distances(access.user_id, context)
            and (distances(access.user_id, context)[access.subject_id] < 2 or access.strength != "full")
        },
    }
    faults = []
    for other in expected["lookalike"]:
        who = other.get("user_id") or other["subject_id"]
        faults += [f"{other['name']}: found by {name}" for name in other["never"] if who in found.get(name, ())]
    planted = {case["user_id"] for case in expected["case"] if "user_id" in case}
    for name, users in found.items():
        honest = sorted(user for user in users - planted if user.startswith("U"))
        print(f"{name}: {len(honest)} users who were not planted {honest if len(honest) < 25 else ''}")
    return faults


def check_explained(expected: Expected, accesses: list[Access]) -> list[str]:
    """The named explanations of some users' accesses to some subjects."""
    counts = Counter((access.user_id, access.subject_id, access.explanation) for access in accesses)
    faults = []
    for row in expected["explained"]:
        reckoned = counts[(row["user_id"], row["subject_id"], row["explanation"])]
        if reckoned != row["accesses"]:
            faults.append(f"{row['explanation']} of {row['user_id']}: {reckoned}, not {row['accesses']}")
    return faults
