"""How `audit findings` prints the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa

from audit.cli.messages import Messages
from audit.cli.nothing_view import say_none
from audit.cli.output import print_lines, print_rows
from audit.cli.session import Session
from audit.errors import UsageError
from audit.report.manifest import Manifest
from audit.report.read import Run, Wanted, count_findings, read_findings, read_manifest

FOR_PEOPLE = ("rank", "score", "level", "finding", "summary", "detector", "status")
_SHORT_ID = 10
_FIRST = 20


def print_findings(run: Run, wanted: Wanted, session: Session, output_format: str) -> None:
    """Print the findings wanted, and record it; in a table the first 20 of them, if no limit is set."""
    check_detectors(read_manifest(run), wanted, session.messages)
    if output_format != "table":
        table = _with_reviews(read_findings(run, wanted), session)
        _record(run, wanted, table["finding_id"].to_pylist(), session)
        if not table.num_rows:
            say_none(run, wanted, session)
        print_rows(table, output_format)
        return
    limit = shown_limit(wanted.limit, output_format) or 0
    # One more than is shown tells whether there are more.
    found = _with_reviews(read_findings(run, replace(wanted, limit=limit + 1)), session).to_pylist()
    _record(run, wanted, [row["finding_id"] for row in found[:limit]], session)
    if not found:
        say_none(run, wanted, session)
        return
    reviewed = any(row["review"] for row in found[:limit])
    print_rows(
        for_people(found[:limit]), columns=(*FOR_PEOPLE, "review") if reviewed else FOR_PEOPLE, always=("finding",)
    )
    if len(found) > limit:
        total = count_findings(run, wanted)
        print_lines(["", f"{limit} of {total:,}; more with --limit N"])


def shown_limit(limit: int | None, output_format: str) -> int | None:
    """Return how many are shown: in a table the first 20, if no limit is set."""
    return _FIRST if limit is None and output_format == "table" else limit


def _with_reviews(found: pa.Table, session: Session) -> pa.Table:
    """Add what was decided last of each finding, since the report too."""
    reviews = session.reviews()
    if not reviews:
        return found.append_column("review", pa.nulls(found.num_rows, pa.string()))
    outcomes = [reviews[name][-1].outcome if name in reviews else None for name in found["finding_id"].to_pylist()]
    return found.append_column("review", pa.array(outcomes, pa.string()))


def _record(run: Run, wanted: Wanted, ids: Sequence[str], session: Session) -> None:
    session.record_look("findings", asdict(wanted), ids, run.run_id)


def for_people(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return findings with an id short enough for a table and long enough for `audit show`."""
    return [{**finding, "finding": str(finding["finding_id"])[:_SHORT_ID]} for finding in findings]


def check_detectors(manifest: Manifest, wanted: Wanted, messages: Messages, gone: bool = False) -> None:
    """A detector that did not run has no findings, which must not pass for "nothing found". `gone`: there need be none now."""
    known = {query.id for query in manifest.queries if query.kind == "detector"}
    skipped = {skip.detector: skip.reason for skip in manifest.skipped}
    if manifest.only:
        alone = ", ".join(manifest.only)
        messages.warn([f"the last report is of {alone} alone; for the findings of all detectors: audit run"])
    for detector in wanted.detector or ():
        if detector in skipped:
            messages.warn([f"{detector} was skipped in this report: {skipped[detector]}"])
        elif detector not in known and not gone:
            # Here, because the catalogue brings the SQL parser along, and this is the only word of it.
            from audit.catalogue.faults import suggestion

            hint = suggestion(detector, known) or "; see: audit detectors list"
            raise UsageError(f"--detector {detector}: did not run in the last report{hint}")
