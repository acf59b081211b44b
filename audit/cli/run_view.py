"""How `audit run` and `audit demo` print what a run did: a summary for people, one object for machines."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audit.cli.load_view import files, loaded_sentence, totals
from audit.cli.messages import Messages
from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.cli.queue_view import FOR_PEOPLE, for_people
from audit.detect import failures
from audit.load.health import UNRESOLVED
from audit.report.manifest import Manifest
from audit.report.read import Run, count_withdrawn, published_runs, read_manifest, read_table
from audit.report.shown import percent
from audit.report.tables import LEVELS, STATUSES
from audit.run import RunResult
from audit.text import counted
from audit.workspace import Workspace

_FIRST = 10
_SHOWN = 5
_USER_COLUMNS = ("rank", "user_id", "score", "findings", "accesses", "unexplained", "unit", "role", "signs")
_STATES = ("explained", "weak", "unexplained", "unjudged")


def print_run(workspace: Workspace, result: RunResult, output_format: str, messages: Messages) -> None:
    """Print what a run did; what went wrong goes to stderr."""
    manifest = read_manifest(_run(result))
    say_faults(workspace, result, manifest, messages)
    facts = facts_of(result, manifest)
    if output_format == "json":
        print_object(facts | {"users": _first_users(result), "first_findings": _first_findings(result)})
    else:
        print_summary(workspace, result, facts)
    messages.close({"step": "run", **facts})


def say_faults(workspace: Workspace, result: RunResult, manifest: Manifest, messages: Messages) -> None:
    """Say on stderr what stopped a file, and what a reader of the report must know."""
    stopped = [*result.loaded.faults, *failures(result.detections)]
    faults = [message for fault in stopped for message in fault.faults]
    messages.error(faults)
    if not workspace.inputs:
        messages.warn(
            [f"{workspace.config}: names no [[input]], so nothing is loaded; take the # from those that you have"]
        )
    told = _told_before(workspace, manifest)
    warnings = [warning for warning in manifest.warnings if warning not in faults and warning not in told]
    messages.warn([*warnings, *result.loaded.remarks])


def _told_before(workspace: Workspace, manifest: Manifest) -> set[str]:
    """Return what the run before said of accounts that nobody held: it stands in the report, and each night it is no news."""
    before = [run for run in published_runs(workspace.reports) if run.run_id < manifest.run_id]
    said = read_manifest(before[-1]).warnings if before else ()
    return {warning for warning in said if UNRESOLVED in warning}


def facts_of(result: RunResult, manifest: Manifest) -> dict[str, Any]:
    """Return the numbers of a run: counts and names, no content."""
    return {
        "run_id": result.published.run_id,
        "report": str(result.published.folder / "report.html"),
        "seconds": result.seconds,
        "exit_code": int(result.code),
        "files": files(result.loaded),
        "records": totals(result.loaded.loads),
        "accesses": _states(result),
        "findings": _findings(result.published.findings, count_withdrawn(manifest)),
        "detectors_alone": list(manifest.only),
        "compared_with": manifest.compared_with,
        "compared_by_detector": dict(manifest.compared_by_detector),
        "skipped": [{"detector": skip.detector, "reason": skip.reason} for skip in manifest.skipped],
        "stale": list(result.stale),
        "ledger_head": result.published.ledger_head,
    }


def print_summary(workspace: Workspace, result: RunResult, facts: Mapping[str, Any]) -> None:
    """Print the summary for people: what was loaded, how much is explained, whom and what to look at first."""
    print_lines([f"{workspace.name}: run {facts['run_id']}, {facts['seconds']:.1f} seconds", ""])
    print_facts([
        ("Loaded", loaded_sentence(result.loaded)),
        *([("", "Why records were quarantined or rejected: audit quarantine")] if _held_back(facts) else []),
        ("Accesses", _accesses_sentence(facts["accesses"])),
        *([("Detectors", _alone(facts["detectors_alone"]))] if facts["detectors_alone"] else []),
        ("Findings", _findings_sentence(facts["findings"])),
        *([("", _comparison(facts))] if facts["findings"]["total"] or facts["findings"]["by_status"]["withdrawn"] else []),
        *_skipped(facts["skipped"], facts["accesses"]["accesses"]),
    ])  # fmt: skip
    _print_first("users", _first_users(result), _USER_COLUMNS, facts["findings"]["users"])
    _print_first("findings", for_people(_first_findings(result)), FOR_PEOPLE, facts["findings"]["total"])
    print_lines(["", f"Report: {facts['report']}", f"Ledger: {facts['ledger_head']} (note it: audit verify --head)"])


def _skipped(skipped: Sequence[Mapping[str, str]], accesses: int) -> list[tuple[str, str]]:
    """Tell why each detector could not run; where nothing is loaded, how many: for that is why, whatever each lacks."""
    if not accesses and len(skipped) > 1:
        return [
            ("Skipped", f"{len(skipped)} detectors, for there is no access to run on; what each needs: in the report")
        ]
    return [("" if place else "Skipped", f"{skip['detector']}: {skip['reason']}") for place, skip in enumerate(skipped)]


def _print_first(what: str, rows: list[dict[str, Any]], columns: tuple[str, ...], total: int) -> None:
    if rows:
        print_lines(
            [
                "",
                f"First {len(rows)} of {total:,} {what} to review"
                if total > len(rows)
                else f"{what.capitalize()} to review",
            ]
        )
        print_rows(rows, "table", columns=columns, always=("finding", "user_id"))


def _run(result: RunResult) -> Run:
    return Run(result.published.run_id, result.published.folder)


def _states(result: RunResult) -> dict[str, int]:
    coverage = read_table(_run(result), "coverage", ["accesses", *_STATES])
    return {name: pc.sum(coverage[name]).as_py() or 0 for name in ("accesses", *_STATES)}


def _findings(table: pa.Table, withdrawn: int) -> dict[str, Any]:
    """Count the findings that stand, and of those that stood before how many are withdrawn."""
    table = table.select(["rank", "level", "status", "user_id"])
    ranked = table.filter(pc.is_valid(table["rank"]))
    levels, statuses = _counted(ranked["level"]), _counted(ranked["status"])
    return {
        "total": ranked.num_rows,
        "users": pc.count_distinct(ranked["user_id"]).as_py(),
        "by_level": {level: levels[level] for level in reversed(LEVELS)},
        "by_status": {**{status: statuses[status] for status in STATUSES}, "withdrawn": withdrawn},
    }


def _counted(column: pa.ChunkedArray) -> Counter[str]:
    return Counter({item["values"]: item["counts"] for item in pc.value_counts(column).to_pylist()})


def _held_back(facts: Mapping[str, Any]) -> bool:
    return bool(facts["records"]["quarantined"] or facts["records"]["rejected"])


def _accesses_sentence(states: Mapping[str, int]) -> str:
    total = states["accesses"]
    if total and states["unjudged"] == total:
        return f"{total:,}, none of them judged"
    words = {
        "explained": "explained",
        "weak": "weakly explained",
        "unexplained": "unexplained",
        "unjudged": "not judged",
    }
    parts = ", ".join(f"{states[name]:,} {word} ({percent(states[name], total)})" for name, word in words.items())
    return f"{total:,}: {parts}" if total else "none"


def _findings_sentence(findings: Mapping[str, Any]) -> str:
    if not findings["total"]:
        return "none"
    levels = ", ".join(f"{number:,} {level}" for level, number in findings["by_level"].items() if number)
    return f"{findings['total']:,} for review, on {counted(findings['users'], 'user')}: {levels}"


def _comparison(facts: Mapping[str, Any]) -> str:
    if facts["compared_with"] is None:
        return "No report on other data is there to compare with, so all are new."
    statuses = ", ".join(f"{number:,} {status}" for status, number in facts["findings"]["by_status"].items())
    several = len(set(facts["compared_by_detector"].values())) > 1
    older = " (which was of some detectors alone), and of the others with the one before" if several else ""
    hint = " (why: audit findings --withdrawn)" if facts["findings"]["by_status"]["withdrawn"] else ""
    return f"Compared with run {facts['compared_with']}{older}: {statuses}{hint}"


def _alone(detectors: Sequence[str]) -> str:
    shown = ", ".join(detectors[:_SHOWN]) + (f" and {len(detectors) - _SHOWN} more" if len(detectors) > _SHOWN else "")
    return f"{shown} alone; the findings of all others stand as the reports before have them"


def _first_users(result: RunResult) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = result.published.users.slice(0, _FIRST).to_pylist()
    for row in rows:
        row["components"] = json.loads(row["components"])
        row["signs"] = ", ".join(f"{name} {points}" for name, points in row["components"].items())
    return rows


def _first_findings(result: RunResult) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = result.published.findings.slice(0, _FIRST).to_pylist()
    return [row | {"key": json.loads(row["key"]), "details": json.loads(row["details"])} for row in rows]
