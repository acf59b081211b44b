"""The entries of the ledger that bear on a case, as they stand there: loads, the run, reviews, looks at just these findings.

Not the whole ledger, which tells of others. Each line proves itself by its own hash; that nothing was taken out between two of them
only the ledger itself shows.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from audit.errors import InputOutputError
from audit.ledger import Chain, Entry
from audit.ledger.chain import find_entry
from audit.pack.case import LedgerLine, ReportRun, Row
from audit.recording import AS_OF, LOAD, LOOK, PUBLISHED, RUN, WITHDRAWAL
from audit.reviews import CONTROL_REVIEW, REVIEW
from audit.sampled import SAMPLE_REVIEW


def lines_that_bear(
    path: Path,
    chain: Chain,
    runs: Sequence[ReportRun],
    files: Sequence[Row],
    finding_ids: Collection[str],
    access_ids: Collection[str],
) -> list[LedgerLine]:
    """Return the entries that bear on these runs, files, findings and accesses, in order. Raises InputOutputError."""
    run_ids = {run.run_id for run in runs}
    hashes = {(file["path"], file["sha256"]) for file in files}
    chosen = {
        entry.hash
        for entry in chain.entries
        if _reviews(entry, finding_ids, access_ids) or _bears(entry, run_ids, hashes, finding_ids)
    }
    try:
        written = path.read_bytes().split(b"\n") if chosen else []
    except OSError as fault:
        raise InputOutputError(f"{path}: cannot be read; give the right to read it") from fault
    found = []
    for line in written:
        entry, before = find_entry(line)
        if entry is not None and entry.hash in chosen:
            text = line[len(before) :].decode("ascii")
            found.append(LedgerLine(entry.no, entry.at, entry.kind, entry.hash, text))
    return found


def _bears(entry: Entry, run_ids: set[str], hashes: set[tuple[str, str]], finding_ids: Collection[str]) -> bool:
    about = entry.about
    if entry.kind in (RUN, PUBLISHED, AS_OF):
        return about["run_id"] in run_ids
    if entry.kind in (LOAD, WITHDRAWAL):
        return (about.get("path"), about.get("sha256")) in hashes
    # A look at a list tells of others.
    return (
        entry.kind == LOOK
        and about.get("command") == "show"
        and bool(about.get("ids"))
        and set(about["ids"]) <= set(finding_ids)
    )


def _reviews(entry: Entry, finding_ids: Collection[str], access_ids: Collection[str]) -> bool:
    if entry.kind == REVIEW:
        return entry.about["finding_id"] in finding_ids
    return entry.kind in (CONTROL_REVIEW, SAMPLE_REVIEW) and entry.about["access_id"] in access_ids


def reviews_of(chain: Chain, finding_ids: Collection[str], access_ids: Collection[str]) -> list[Row]:
    """Return all reviews of these findings, and of those of these accesses that were drawn by lot, as they were made."""
    return [
        {
            "finding_id": entry.about.get("finding_id"),
            "access_id": entry.about.get("access_id"),
            "at": entry.at,
            "outcome": entry.about["outcome"],
            "by": entry.about["by"],
            "recorded_by": entry.user,
            "note": entry.about["note"],
            "until": entry.about.get("until"),
            "run_id": entry.about.get("run_id"),
            "ledger_no": entry.no,
            "ledger_hash": entry.hash,
        }
        for entry in chain.entries
        if _reviews(entry, finding_ids, access_ids)
    ]
