"""How `audit findings --withdrawn` prints: findings of the report before that no longer stand, and why."""

from dataclasses import asdict, replace

from audit.cli.output import print_lines, print_rows
from audit.cli.queue_view import check_detectors, for_people, shown_limit
from audit.cli.session import Session
from audit.errors import InputOutputError
from audit.report.manifest import Manifest
from audit.report.read import Run, Wanted, has_table, read_manifest, read_withdrawn

_FOR_PEOPLE = ("was rank", "score", "level", "finding", "summary", "detector", "why")


def print_withdrawn(run: Run, wanted: Wanted, session: Session, output_format: str) -> None:
    """Print the withdrawn findings wanted, by the rank that they had, and record it."""
    manifest = read_manifest(run)
    if not has_table(run, "withdrawn"):
        raise InputOutputError(f"report {run.run_id} does not tell what was withdrawn; make a new one with: audit run")
    check_detectors(manifest, wanted, session.messages, gone=True)
    limit = shown_limit(wanted.limit, output_format)
    found = read_withdrawn(run, replace(wanted, limit=None))
    shown = found if limit is None else found.slice(0, limit)
    session.record_look("findings", asdict(wanted) | {"withdrawn": True}, shown["finding_id"].to_pylist(), run.run_id)
    if not found.num_rows:
        session.messages.note(_none(manifest, wanted))
    if output_format != "table":
        print_rows(shown, output_format)
        return
    if found.num_rows:
        print_lines([f"Compared with run {manifest.compared_with}, these no longer stand:", ""])
        rows = [{**row, "was rank": row["rank"]} for row in for_people(shown.to_pylist())]
        print_rows(rows, columns=_FOR_PEOPLE, always=("finding",))
    if found.num_rows > shown.num_rows:
        print_lines(["", f"{shown.num_rows} of {found.num_rows:,}; more with --limit N"])


def _none(manifest: Manifest, wanted: Wanted) -> str:
    if manifest.compared_with is None:
        return "No report on other data is there to compare with, so none was withdrawn."
    asked = any((wanted.detector, wanted.user_id, wanted.subject_id, wanted.level))
    return f"Compared with run {manifest.compared_with}, {'no such finding' if asked else 'none'} was withdrawn."
