"""How `audit findings --budget` prints: the findings chosen, and beside them the control accesses, told apart."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.finding_view import local
from audit.cli.nothing_view import say_none
from audit.cli.output import print_lines, print_rows
from audit.cli.queue_view import FOR_PEOPLE, check_detectors, for_people
from audit.cli.review_view import control_sentence
from audit.cli.session import Session
from audit.errors import UsageError
from audit.report.budget import SHARE_PERCENT, Budget, choose_budget
from audit.report.read import Run, Wanted, read_manifest
from audit.report.tables import FINDINGS
from audit.reviews import tally_control
from audit.text import counted

_COLUMNS = (*FINDINGS.names, "control")
_CONTROL = ("place", "time", "user_id", "system", "action", "subject_id", "explained_by", "access_id")


def print_budget(
    run: Run, wanted: Wanted, budget: int, percent: int | None, session: Session, output_format: str
) -> None:
    """Print the findings chosen and the control accesses, and record it; for machines both as rows, told apart by `control`."""
    if wanted.limit is not None or wanted.user_id or wanted.subject_id:
        raise UsageError("--budget: shares out the whole queue; leave out --limit, --user and --subject")
    manifest = read_manifest(run)
    check_detectors(manifest, wanted, session.messages)
    reviews = session.control_reviews()
    chosen = choose_budget(run, wanted, budget, percent or SHARE_PERCENT, reviews.keys())
    if chosen.drawn is None:
        session.messages.warn([f"report {run.run_id} holds no control accesses; make a new one with: audit run"])
    findings = chosen.findings.to_pylist()
    control = chosen.control.to_pylist()
    shown = [*(row["finding_id"] for row in findings), *(row["access_id"] for row in control)]
    session.record_look("findings", asdict(wanted) | {"budget": budget, "share": percent}, shown, run.run_id)
    left_out = _left_out(chosen, percent or SHARE_PERCENT)
    if output_format != "table":
        for sentence in left_out:
            session.messages.note(sentence)
        rows = [{**row, "control": False} for row in findings] + [_as_finding(row) for row in control]
        print_rows(rows, output_format, columns=_COLUMNS)
        return
    if findings:
        print_rows(for_people(findings), columns=FOR_PEOPLE, always=("finding",))
    else:
        say_none(run, wanted, session)
    print_lines(["", *left_out] if left_out else [])
    if control:
        _print_control(control, ZoneInfo(manifest.timezone))
    if reviews and chosen.drawn is not None:
        print_lines(["", f"Control so far: {control_sentence(tally_control(chosen.drawn, reviews))}"])


def _left_out(chosen: Budget, percent: int) -> list[str]:
    """Say what the shares passed over, and of which level: whoever reviews must know what was chosen for them."""
    told = [
        f"{sum(levels.values()):,} more of {detector} left out by its share of {percent} %: "
        f"{', '.join(f'{number:,} {level}' for level, number in levels.items())}; all: audit findings --detector {detector}"
        for detector, levels in chosen.left_out.items()
    ]
    if chosen.critical_left_out:
        more = counted(chosen.critical_left_out, "more critical finding")
        told.append(f"{more} than the budget holds; all: audit findings --level critical")
    return told


def _print_control(control: list[dict[str, Any]], zone: ZoneInfo) -> None:
    drawn = f"Control: {len(control)} drawn by lot from {_uncited(control[0]['population'])}"
    print_lines(["", f"{drawn} (seed {control[0]['seed']})."])
    print_lines(
        [
            "Misuse among them is misuse that the detectors miss. What accounts for one: audit explain ACCESS; then, whatever it "
            "is, audit review ACCESS",
            "",
        ]
    )
    rows = [{**row, "time": local(row["occurred_at"], zone), "explained_by": row["explanation"]} for row in control]
    print_rows(rows, columns=_CONTROL, always=("access_id",))


def _uncited(population: int) -> str:
    return counted(population, "access that no finding cites", "accesses that no finding cites")


def _as_finding(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a control access in the columns of findings: it has no id, detector, level, score or rank."""
    details = {name: row[name] for name in ("place", "seed", "population", "system", "action", "explanation", "path")}
    return dict.fromkeys(_COLUMNS) | {
        "user_id": row["user_id"],
        "subject_id": row["subject_id"],
        "first_at": row["occurred_at"],
        "last_at": row["occurred_at"],
        "event_count": 1,
        "days": 1,
        "summary": f"control: {row['access_id']} was drawn by lot, no finding cites it",
        "details": json.dumps(details | {"record_no": row["record_no"]}),
        "event_ids": [row["access_id"]],
        "control": True,
    }
