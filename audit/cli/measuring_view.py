"""How `audit simulate` and `audit evaluate` print: what was planted, and what was found of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.evaluate import Comparison, Evaluation
from audit.evaluate.labels import Expectation
from audit.evaluate.match import Caught, Outcome
from audit.evaluate.measures import Measures
from audit.simulate import Simulated

_FIRST = 20
# What each measure is, in a few words; docs/quality.md defines it.
MEANINGS: Mapping[str, str] = {
    "coverage": "of all accesses: explained, in full or weakly",
    "first_coverage": "of first accesses of a user to a subject: the same",
    "unjudged": "of all accesses: not judged",
    "recall": "of the findings expected: found by the detector that is meant",
    "exact": "of the findings expected: found with exactly the planted numbers",
    "cases_found": "of the planted cases: at least one expected finding is there",
    "cases_whole": "of the planted cases: all expected findings are there",
    "precision_at_10": "of the first 10 users: misusers",
    "precision_at_20": "of the first 20 users: misusers",
    "precision_at_50": "of the first 50 users: misusers",
    "recall_at_50": "of the principals: among the first 50 users",
    "average_precision": "area under precision and recall of the user ranking (PR-AUC)",
    "lookalikes_in_first_50": "innocent users among the first 50",
    "lookalikes_caught": "look-alikes found by the very detector that they imitate",
    "findings_per_10k": "findings for 10,000 accesses",
    "grave_per_100k": "findings of level high or above for 100,000 accesses",
    "event_precision": "of the events that count in findings: planted by a case",
    "event_recall": "of the events that cases planted: count in a finding",
    "grave_event_precision": "the same, in findings of level high or above",
    "grave_event_recall": "the same, in findings of level high or above",
}
_COUNTS = ("lookalikes_in_first_50", "lookalikes_caught", "findings_per_10k", "grave_per_100k")


def print_simulated(made: Simulated, output_format: str) -> None:
    """Print what was made and what to do with it."""
    if output_format == "json":
        print_object(asdict(made) | {"directory": str(made.directory)})
        return
    print_facts([
        ("Force", str(made.directory)),
        ("Made", f"{made.staff:,} staff, {made.incidents:,} incidents, {made.events:,} events"),
        ("Planted", f"{made.cases} cases by {made.misusers} misusers who belong at the top, {made.lookalikes} look-alikes"),
    ])  # fmt: skip
    print_lines(["", "Next:", f"  audit -w {made.directory} run", f"  audit evaluate {made.directory}"])


def print_evaluation(now: Evaluation, change: Comparison | None, output_format: str) -> None:
    """Print the evaluation, and what changed where there is something to compare with."""
    if output_format == "json":
        print_object(_object(now) | ({"compared": _change_object(change)} if change else {}))
        return
    print_lines([f"Report {now.run_id}" + (f", compared with {change.run_id}" if change else ""), ""])
    print_rows(_measure_rows(now.measures, change))
    if change:
        _print_changes(change)
    print_lines(["", "By detector"])
    print_rows([asdict(result) for result in now.detectors])
    print_lines(["", "By kind of case"])
    print_rows([asdict(result) for result in now.cases])
    _print_some("Missed", [_missed_row(outcome) for outcome in now.missed])
    _print_some("Found with other numbers", [_inexact_row(outcome) for outcome in now.inexact])
    _print_some("Look-alikes caught", [_caught_row(caught) for caught in now.caught])
    if now.misplaced:
        print_lines(["", f"Look-alikes among the first 50 users: {', '.join(now.misplaced)}"])


def _measure_rows(measures: Measures, change: Comparison | None) -> list[dict[str, Any]]:
    compared = {one.measure: one for one in change.changes} if change else {}
    rows = []
    for field in fields(measures):
        row: dict[str, Any] = {"measure": field.name, "value": _shown(field.name, getattr(measures, field.name))}
        if change:
            one = compared[field.name]
            row |= {"before": _shown(field.name, one.before), "change": _signed(one.change)}
        rows.append(row | {"what it is": MEANINGS[field.name]})
    return rows


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if name in _COUNTS else f"{value:.4f}"


def _signed(value: float | None) -> str:
    return "" if not value else f"{value:+,.4f}".rstrip("0").rstrip(".")


def _print_changes(change: Comparison) -> None:
    for heading, expectations in (
        ("Found now, and not before", change.won),
        ("Found before, and not now", change.lost),
    ):
        _print_some(heading, [_expected_row(expected) for expected in expectations])
    for heading, caught in (
        ("Look-alikes caught now, and not before", change.caught_now),
        ("Look-alikes left alone now, and not before", change.left_alone_now),
    ):
        _print_some(heading, [_caught_row(one) for one in caught])


def _print_some(heading: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        more = f", the first {_FIRST}; all with --format json" if len(rows) > _FIRST else ""
        print_lines(["", f"{heading}: {len(rows):,}{more}"])
        print_rows(rows[:_FIRST])


def _expected_row(expected: Expectation) -> dict[str, Any]:
    return {"case": expected.case_id, "detector": expected.detector, "key": dict(expected.key)}


def _missed_row(outcome: Outcome) -> dict[str, Any]:
    return _expected_row(outcome.expected) | {"why": outcome.why}


def _inexact_row(outcome: Outcome) -> dict[str, Any]:
    row = _expected_row(outcome.expected)
    return row | {"finding": outcome.finding_id, "differs": "; ".join(outcome.differs)}


def _caught_row(caught: Caught) -> dict[str, Any]:
    lookalike = caught.lookalike
    return {
        "lookalike": lookalike.kind,
        "detector": lookalike.detector,
        "user_id": lookalike.user_id,
        "subject_id": lookalike.subject_id,
        "finding": caught.finding_id,
    }


def _object(now: Evaluation) -> dict[str, Any]:
    unstated = sorted({(one.expected.detector, name) for one in now.outcomes for name in one.unstated})
    return {
        "run_id": now.run_id,
        "measures": asdict(now.measures),
        "detectors": [asdict(result) for result in now.detectors],
        "cases": [asdict(result) for result in now.cases],
        "missed": [_missed_row(outcome) for outcome in now.missed],
        "inexact": [_inexact_row(outcome) | {"differs": list(outcome.differs)} for outcome in now.inexact],
        "unstated": [{"detector": detector, "number": name} for detector, name in unstated],
        "lookalikes_caught": [_caught_row(caught) for caught in now.caught],
        "lookalikes_in_first_50": list(now.misplaced),
    }


def _change_object(change: Comparison) -> dict[str, Any]:
    return {
        "run_id": change.run_id,
        "measures": {
            one.measure: {"now": one.now, "before": one.before, "change": one.change} for one in change.changes
        },
        "found_now": [_expected_row(expected) for expected in change.won],
        "lost_now": [_expected_row(expected) for expected in change.lost],
        "caught_now": [_caught_row(caught) for caught in change.caught_now],
        "left_alone_now": [_caught_row(caught) for caught in change.left_alone_now],
    }
