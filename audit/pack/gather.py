"""Gather all that bears on what is asked for, from reports, database, files, kept texts and ledger. Writes nothing.

Where the database cannot be asked, explained accesses would be missing, so that is a fault unless whoever asks says that the report
alone will do. What else cannot be had is told in the case itself.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from audit.catalogue import Catalogue
from audit.errors import InputOutputError, LockedError, UsageError
from audit.files import Audience, make_folder, naming_faults
from audit.ledger import Chain
from audit.ledger.actor import who_acts
from audit.lock import scratch_of
from audit.pack.case import Case, Request, Row
from audit.pack.choose import choose_findings, choose_users, choose_withdrawn, read_reports
from audit.pack.known import Known, ask_database
from audit.pack.records import HERE, read_records
from audit.pack.texts import definitions_of, files_of, queries_of
from audit.pack.trail import lines_that_bear, reviews_of
from audit.progress import Notify
from audit.sources.definition import SourceDefinition
from audit.text import counted
from audit.versions import read_texts
from audit.workspace import Workspace

_HINT = "or make it of the report alone, which then says what is missing: --report-only"
NOT_ASKED = (
    "The database was not asked, as was wished: of the accesses only those are here that the findings cite, as they were when the "
    "report was made. Others of the same user or subject, explained ones too, and what lies beside them are missing."
)
LEDGER_DIFFERS = (
    "The ledger is not as it was written, so what it says of this case may be otherwise; see: audit verify."
)


def gather(
    workspace: Workspace,
    catalogue: Catalogue,
    library: Mapping[str, SourceDefinition],
    request: Request,
    chain: Chain,
    ledger: Path,
    notify: Notify,
) -> Case:
    """Return the whole case. `ledger`: the file that `chain` was read from. Raises as `make_pack` does."""
    runs = read_reports(request)
    findings, evidence = choose_findings(request)
    known, missing = _ask(workspace, catalogue, request, findings, evidence, notify)
    texts = read_texts(workspace)
    queries, detectors = queries_of(runs, findings, texts)
    files = files_of(runs, evidence, known.events if known else ())
    definitions, usable = definitions_of(files, texts, library)
    ids = {row["finding_id"] for row in findings}
    cited = {row["access_id"] for row in evidence}
    accesses = cited | {row["access_id"] for row in known.accesses} if known else cited
    records: list[Row] = []
    if not request.redact:
        with _scratch(workspace) as scratch:
            wanted = _wanted(evidence, [row for row in known.events if row["access_id"] in cited] if known else ())
            records = read_records(workspace, wanted, usable, scratch, notify)
        missing += _lacking_records(records)
    if chain.faults:
        missing.append(LEDGER_DIFFERS)
    lacking = [query.id for query in queries if query.text is None]
    if lacking:
        missing.append(f"The text of {', '.join(lacking)} is not kept, only its hash.")
    return Case(
        asked=request.about,
        by=request.by,
        maker=who_acts().user,
        redacted=False,
        workspace=workspace.name,
        timezone=workspace.timezone,
        runs=runs,
        findings=findings,
        evidence=evidence,
        users=choose_users(request, findings),
        withdrawn=choose_withdrawn(request),
        accesses=known.accesses if known else (),
        context=known.context if known else (),
        events=known.events if known else (),
        records=records,
        reviews=reviews_of(chain, ids, accesses),
        files=files,
        queries=queries,
        definitions=definitions,
        ledger=lines_that_bear(ledger, chain, runs, files, ids, accesses),
        states=known.states if known else None,
        span=known.span if known else None,
        missing=missing,
        detectors=detectors,
    )


def _ask(
    workspace: Workspace,
    catalogue: Catalogue,
    request: Request,
    findings: Sequence[Row],
    evidence: Sequence[Row],
    notify: Notify,
) -> tuple[Known | None, list[str]]:
    """Return what the database knows, and what is missing of it."""
    if request.report_only:
        if not findings:
            asked = " and ".join(f'{name} "{value}"' for name, value in request.about.items())
            raise UsageError(
                f"{asked}: no finding of the report names it, and without the database nothing else is known of it; leave out "
                "--report-only"
            )
        return None, [NOT_ASKED]
    try:
        known = ask_database(workspace, catalogue, request, evidence, notify)
    except (LockedError, InputOutputError) as fault:
        raise type(fault)([*fault.faults[:-1], f"{fault.faults[-1]}; {_HINT}"]) from fault
    except UsageError as fault:
        if request.finding is None:
            raise
        return None, [f"The database does not know whom the finding is about any more: {'; '.join(fault.faults)}."]
    gone = {row["access_id"] for row in evidence} - {row["access_id"] for row in known.events}
    told = counted(len(gone), "cited access is", "cited accesses are")
    return known, [
        f"{told} not in the database any more, purged or mapped anew since; the report tells of them."
    ] if gone else []


def _wanted(evidence: Iterable[Row], events: Iterable[Row]) -> dict[tuple[str, str], list[int]]:
    """Return the numbers of the records that the findings cite, by path and hash of their file."""
    wanted: dict[tuple[str, str], set[int]] = {}
    for row in (*evidence, *events):
        if row["path"] is not None and row["record_no"] is not None:
            wanted.setdefault((row["path"], row["sha256"]), set()).add(row["record_no"])
    return {file: sorted(numbers) for file, numbers in wanted.items()}


def _lacking_records(records: Sequence[Row]) -> list[str]:
    lacking: dict[tuple[str, str], int] = {}
    for row in records:
        if row["state"] != HERE:
            lacking[row["path"], row["state"]] = lacking.get((row["path"], row["state"]), 0) + 1
    return [f"{counted(number, 'record')} of {path}: {state}." for (path, state), number in sorted(lacking.items())]


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Path]:
    """A private folder in the workspace, for parts of the log; what a kill leaves there the next run removes."""
    folder = scratch_of(workspace)
    with naming_faults(folder, "made", "free some space or give the right to write there"):
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(folder, Audience())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
