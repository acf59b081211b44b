"""How `audit pack` goes: find the report, make the pack, and say where it is and what hash to note."""

import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from audit.cli.meant import saying_what_it_is
from audit.cli.output import print_facts, print_lines, print_object
from audit.cli.session import Session
from audit.errors import SourceError
from audit.pack import Packed, Request, make_pack
from audit.report.intact import check_intact
from audit.report.read import Run, find_finding, find_run, standing_runs
from audit.sources.definition import SourceDefinition
from audit.sources.library import read_library
from audit.text import counted
from audit.workspace import Workspace


def make_and_print(
    session: Session,
    asked: tuple[str | None, str | None, str | None],
    run_id: str | None,
    out: Path,
    by: str | None,
    redact: bool,
    report_only: bool,
    output_format: str,
) -> None:
    """Make a pack of what is `asked`: a finding, a user, a subject; print what it is."""
    workspace, catalogue = session.workspace(), session.catalogue()
    finding, user, subject = asked
    if finding is not None:
        with saying_what_it_is(session, finding, "finding"):
            run, found = _find(session, finding, run_id)
        request = Request((run,), found, by=by, redact=redact, report_only=report_only)
    else:
        request = Request(_runs(session, run_id), None, user, subject, by, redact, report_only)
    with session.messages.progress() as notify:
        made = make_pack(workspace, catalogue, _library(workspace), request, out, notify)
    session.messages.warn(made.missing)
    _print(made, session.named, output_format)


def _find(session: Session, finding: str, run_id: str | None) -> tuple[Run, dict[str, object]]:
    if run_id is None:
        return session.find_finding(finding, "evidence")
    run = find_run(session.workspace().reports, run_id)
    check_intact(run, "findings", "evidence")
    return run, find_finding(run, finding)


def _runs(session: Session, run_id: str | None) -> tuple[Run, ...]:
    reports = session.workspace().reports
    newest = find_run(reports, run_id)
    return (newest,) if run_id is not None else tuple(standing_runs(reports))


def _library(workspace: Workspace) -> Mapping[str, SourceDefinition]:
    """Return the definitions that are right: what files were loaded by is kept, and one that is wrong today is in nobody's way."""
    with suppress(SourceError):
        return read_library(workspace.sources, strict=False)
    return read_library(())


def _print(made: Packed, named: Path | None, output_format: str) -> None:
    """Print what was made; `named` is the workspace of -w, whose ledger the pack is to be held to."""
    if output_format == "json":
        print_object({**asdict(made), "folder": str(made.folder)})
        return
    counts = made.counts
    parts = [
        counted(counts["findings"], "finding"),
        _accesses(counts),
        *([] if made.redacted else [counted(counts["records_had"], "record as it stands", "records as they stand")]),
        f"{counts['files_in_pack']:,} files",
    ]
    command = "audit" if named is None else f"audit -w {shlex.quote(str(named))}"
    print_lines([str(made.folder)], fold=False)
    print_facts(
        [
            ("Holds", ", ".join(parts) + ("; redacted" if made.redacted else "")),
            ("Manifest", f"{made.manifest_sha256} (SHA-256; note it, and tell it apart from the pack)"),
            ("Ledger", made.ledger_head),
            ("Check", f"{command} verify {_typed(made.folder)}, or sha256sum -c SHA256SUMS in it"),
        ]
    )


def _accesses(counts: Mapping[str, int]) -> str:
    # Of the report alone there are only those that findings cite: none in all would be untrue.
    if counts["cited_accesses"] and not counts["accesses"]:
        return counted(counts["cited_accesses"], "cited access", "cited accesses")
    return counted(counts["accesses"], "access in all", "accesses in all")


def _typed(folder: Path) -> str:
    """Return the folder as it is to be typed: a name that begins with a dash would be taken for an option."""
    name = str(folder)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
