"""How `audit show` prints one finding, for somebody who must judge it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.cli.review_view import review_lines, review_objects
from audit.findings.score import REASONS
from audit.report.glossary import NUMBERS
from audit.report.shown import with_local_times
from audit.reviews import Review

Row = Mapping[str, Any]
_TIMELINE = (
    "no", "time", "subject_id", "user_id", "system", "action", "file:record", "reason", "reference", "explained_by", "access_id",
)  # fmt: skip


def print_finding(
    finding: Row, evidence: Sequence[Row], reviews: Sequence[Review], timezone: str, output_format: str
) -> None:
    """Print a finding and its evidence: for people with local times, as JSON as the report has them."""
    decoded = {**finding, "key": json.loads(finding["key"]), "details": json.loads(finding["details"])}
    if output_format == "json":
        print_object(decoded | {"reviews": review_objects(reviews), "evidence": list(evidence)})
        return
    zone = ZoneInfo(timezone)
    print_lines([finding["summary"], ""])
    print_facts(_facts(finding, decoded["key"], zone, timezone))
    _print_section("Reviews (a run applies those that stood when it began)", review_lines(reviews, zone))
    numbers = {name: value for name, value in decoded["details"].items() if name != "score_parts"}
    _print_section("Numbers", [(name, _told(name, value, zone)) for name, value in numbers.items()])
    parts = decoded["details"].get("score_parts", {})
    _print_section(
        f"Score {finding['score']}",
        [(f"{points:>+4} {name}", REASONS.get(name, "")) for name, points in parts.items()],
    )
    _print_evidence(evidence, decoded["key"], zone)
    print_lines(
        [
            "",
            f"For review, not a verdict. Honest causes, and what to do first: audit detectors show {finding['detector']}",
        ]
    )


def _facts(finding: Row, key: Row, zone: ZoneInfo, timezone: str) -> list[tuple[str, str]]:
    days = "one day" if finding["days"] == 1 else f"{finding['days']:,} days"
    counted = f"{finding['event_count']:,} that count, on {days}" if finding["event_count"] else "none"
    span = [local(finding[name], zone) for name in ("first_at", "last_at") if finding[name]]
    rank = f"{finding['rank']:,}" if finding["rank"] else f"none: excluded by {finding['suppressed_by']}"
    return [
        ("Finding", finding["finding_id"]),
        ("Rank", f"{rank}; score {finding['score']}; {finding['level']}; {finding['status']}"),
        ("Detector", f"{finding['detector']} ({finding['family']})"),
        *((name, str(with_local_times(value, zone))) for name, value in key.items()),
        ("Accesses", counted),
        ("From, to", f"{', '.join(dict.fromkeys(span))} (times are local: {timezone})"),
    ]


def _print_section(heading: str, facts: Sequence[tuple[str, str]]) -> None:
    if facts:
        print_lines(["", heading])
        print_facts([(f"  {label}", text) for label, text in facts])


def _told(name: str, value: object, zone: ZoneInfo) -> str:
    """Return a number, and what it means where its name does not say it."""
    text = _number(with_local_times(value, zone))
    return f"{text}  ({NUMBERS[name]})" if name in NUMBERS else text


def _number(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _print_evidence(evidence: Sequence[Row], key: Row, zone: ZoneInfo) -> None:
    """Print what counts and what is context, then what was tried, and the files in which the records lie."""
    files = list(dict.fromkeys((access["path"], access["sha256"]) for access in evidence))
    rows = [_row(number, access, files, zone) for number, access in enumerate(evidence, start=1)]
    for heading, counts in (("Accesses that count", True), ("Accesses for context", False)):
        chosen = [row for row in rows if row["counts"] is counts]
        if chosen:
            print_lines(["", heading])
            print_rows(chosen, columns=_columns(chosen, key), always=("access_id",))
    _print_section("What was tried to explain them", _tried(rows))
    _print_section(
        "Files", [(str(number), f"{path} sha256 {sha256}") for number, (path, sha256) in enumerate(files, 1)]
    )


def _columns(rows: Sequence[Row], key: Row) -> tuple[str, ...]:
    """Leave out what is empty in all rows, and what the finding is about, which stands above."""
    told = [name for name in _TIMELINE if any(row[name] not in (None, "") for row in rows)]
    return tuple(name for name in told if name not in key)


def _row(number: int, access: Row, files: Sequence[tuple[str, str]], zone: ZoneInfo) -> dict[str, Any]:
    return {
        **access,
        "no": number,
        "time": local(access["occurred_at"], zone),
        "file:record": f"{files.index((access['path'], access['sha256'])) + 1}:{access['record_no']}",
        "explained_by": access["explanation"],
    }


def _tried(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return each text once, with the numbers of its accesses."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if row["tried"]:
            numbers.setdefault(row["tried"], []).append(row["no"])
    return [(_ranges(found), text) for text, found in numbers.items()]


def _ranges(numbers: Sequence[int]) -> str:
    """Write 1, 2, 3, 7 as 1-3, 7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return a UTC time without a zone as the clock on the wall showed it."""
    return f"{moment.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"
