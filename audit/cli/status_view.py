"""How `audit status` prints: a row for each input, then the last run."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from audit.cli.messages import Messages
from audit.cli.output import print_lines, print_object, print_rows
from audit.status import InputStatus, LastRun, Status

_FOR_PEOPLE = (
    "input",
    "files",
    "loaded",
    "last_event",
    "stale",
    "quarantined",
    "rejected",
    "duplicates",
    "first_event",
)
_COLUMNS = tuple(field.name for field in fields(InputStatus))


def print_status(status: Status, output_format: str, messages: Messages) -> None:
    """Print what is loaded; warnings go to stderr."""
    if status.told_by == "report":
        messages.warn([
            "a batch holds the database: this is what the last report was made from; times of events and stale inputs "
            "are not known"
        ])  # fmt: skip
    messages.warn(status.stale)
    if output_format == "json":
        print_object(asdict(status))
    elif output_format != "table":
        print_rows([asdict(item) for item in status.inputs], output_format, columns=_COLUMNS)
    else:
        _print_for_people(status)


def _print_for_people(status: Status) -> None:
    print_lines([status.workspace, ""])
    if status.inputs:
        rows = [_row(item, status.inputs) for item in status.inputs]
        print_rows(rows, columns=[name for name in _FOR_PEOPLE if any(row[name] != "" for row in rows)])
    else:
        print_lines(["audit.toml names no [[input]]."])
    if status.told_by == "nothing":
        print_lines(["", "Nothing is loaded yet; load and report with: audit run"])
    if any(item.quarantined or item.rejected for item in status.inputs):
        print_lines(["", "Why records were quarantined or rejected: audit quarantine"])
    print_lines(["", *_last_run_lines(status.last_run)])


def _row(item: InputStatus, inputs: Sequence[InputStatus]) -> dict[str, Any]:
    """Return the row of an input: named by its source where that is enough, with days for times."""
    alone = sum(other.source == item.source for other in inputs) == 1
    return asdict(item) | {
        "input": item.source if alone else f"{item.source} {item.path}",
        "first_event": _day(item.first_event),
        "last_event": _day(item.last_event),
        "stale": {True: "stale", False: "no", None: ""}[item.stale],
    }


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _last_run_lines(run: LastRun | None) -> list[str]:
    if run is None:
        return ["No report has been made yet."]
    levels = ", ".join(f"{number:,} {level}" for level, number in run.by_level.items() if number) or "none"
    return [
        f"Last run: {run.run_id}, finished {run.finished_at:%Y-%m-%d %H:%M} UTC",
        f"Findings for review: {run.findings:,}: {levels}" if run.findings else "Findings for review: none",
        f"Report: {run.report}",
    ]
