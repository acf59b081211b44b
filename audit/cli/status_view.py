"""How `audit status` prints: a row for each input, then the last run."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from audit.cli.messages import Messages
from audit.cli.output import print_lines, print_object, print_rows
from audit.cli.review_view import control_sentence
from audit.load.health import UNRESOLVED, Health
from audit.report.shown import percent
from audit.status import InputStatus, LastRun, Status

_SHOWN = 10

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
_COLUMNS = tuple(field.name for record in (InputStatus, Health) for field in fields(record) if field.name != "health")
_HEALTH = (
    "input",
    "days",
    "missing",
    "rows/day",
    "quarantined",
    "user",
    "subject",
    "reason",
    "reference",
)


def print_status(status: Status, output_format: str, messages: Messages) -> None:
    """Print what is loaded; warnings go to stderr."""
    if status.told_by == "report":
        messages.warn([
            "a batch holds the database: this is what the last report was made from; times of events and stale inputs "
            "are not known"
        ])  # fmt: skip
    messages.warn(status.stale)
    messages.warn(status.wrong_definitions)
    messages.error(status.last_run.damage if status.last_run else ())
    if output_format == "json":
        print_object(asdict(status) | {"inputs": [_flat(item) for item in status.inputs]})
    elif output_format != "table":
        print_rows([_flat(item) for item in status.inputs], output_format, columns=_COLUMNS)
    else:
        _print_for_people(status)


def _print_for_people(status: Status) -> None:
    print_lines([status.workspace, ""])
    if status.inputs:
        rows = [_row(item, status.inputs) for item in status.inputs]
        print_rows(rows, columns=[name for name in _FOR_PEOPLE if any(row[name] != "" for row in rows)])
    else:
        print_lines(["audit.toml names no [[input]]."])
    _print_health(status.inputs)
    if status.told_by == "nothing":
        print_lines(["", "Nothing is loaded yet; load and report with: audit run"])
    if any(item.quarantined or item.rejected for item in status.inputs):
        print_lines(["", "Why records were quarantined or rejected: audit quarantine"])
    print_lines(["", *_last_run_lines(status.last_run)])


def _flat(item: InputStatus) -> dict[str, Any]:
    row = asdict(item)
    health: dict[str, Any] = row.pop("health")
    return row | health


def _print_health(inputs: Sequence[InputStatus]) -> None:
    """Print how well each log was logged and loaded: shares are of accesses, and what is odd is said in words."""
    logs = [item for item in inputs if item.health.days is not None]
    if logs:
        print_lines(
            ["", "The logs, by local days, and the share of accesses with a user, subject, reason and reference:"]
        )
        print_rows([_health_row(item, inputs) for item in logs], columns=_HEALTH)
    said = [f"{_name(item, inputs)}: {sentence}" for item in inputs for sentence in _sentences(item.health)]
    if said:
        print_lines(["", *said])


def _health_row(item: InputStatus, inputs: Sequence[InputStatus]) -> dict[str, Any]:
    health = item.health
    return {
        "input": _name(item, inputs),
        "days": health.days,
        "missing": health.days_missing,
        "rows/day": "" if health.rows_a_day is None else f"{health.rows_a_day:,.1f}",
        "quarantined": _percent(health.quarantine_rate),
        "user": _percent(health.with_user),
        "subject": _percent(health.with_subject),
        "reason": _percent(health.with_reason),
        "reference": _percent(health.with_reference),
    }


def _sentences(health: Health) -> Iterator[str]:
    if health.purged:
        yield f"events from before {health.purged_before} that were purged: {health.purged:,}"
    if health.masked:
        masks = ", ".join(f"{column} of {number:,}" for column, number in health.masked.items())
        yield f"masked in events: {masks}"
    if health.unresolved_accounts:
        yield f"{UNRESOLVED}: {health.unresolved_accounts:,}"
    if health.doubled_times:
        yield f"times in an hour that came twice, taken as the first: {health.doubled_times:,}"
    if health.missing_times:
        yield f"times that the clocks skipped, quarantined: {health.missing_times:,}"
    if health.columns_added or health.columns_gone:
        changes = [f'"{name}" is new' for name in health.columns_added]
        changes += [f'"{name}" is gone' for name in health.columns_gone]
        yield f"the last file has other columns than the one before: {', '.join(changes)}"
    yield from (f"of the file loaded last: {sentence}" for sentence in health.last_load_said)
    if health.older_definition:
        loads = ", ".join(map(str, health.older_definition[:_SHOWN]))
        more = " and others" if len(health.older_definition) > _SHOWN else ""
        yield f"its definition was changed after load {loads}{more}; to map a file anew: audit load --again LOAD_ID"


def _percent(share: float | None) -> str:
    return "" if share is None else percent(share) or ""


def _name(item: InputStatus, inputs: Sequence[InputStatus]) -> str:
    """Name an input by its source where that is enough."""
    alone = sum(other.source == item.source for other in inputs) == 1
    return item.source if alone else f"{item.source} {item.path}"


def _row(item: InputStatus, inputs: Sequence[InputStatus]) -> dict[str, Any]:
    """Return the row of an input, with days for times."""
    return asdict(item) | {
        "input": _name(item, inputs),
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
    findings = f"{run.findings:,}: {levels}" if run.findings else "none"
    alone = [f"Of these detectors alone: {', '.join(run.detectors_alone)}"] if run.detectors_alone else []
    return [
        f"Last run: {run.run_id}, finished {run.finished_at:%Y-%m-%d %H:%M} UTC",
        *alone,
        f"Findings for review: {'not known, for the file was changed' if run.damage else findings}",
        *([f"Control: {control_sentence(run.control)}"] if run.control and run.control.reviewed else []),
        *(
            [f"Withdrawn since the report before: {run.withdrawn:,} (why: audit findings --withdrawn)"]
            if run.withdrawn
            else []
        ),
        f"Report: {run.report}",
    ]
