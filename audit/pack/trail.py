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
from audit.reviews import REVIEW, read_reviews


def lines_that_bear(
    path: Path, chain: Chain, runs: Sequence[ReportRun], files: Sequence[Row], finding_ids: Collection[str]
) -> list[LedgerLine]:
    """Return the entries that bear on these runs, files and findings, in order. Raises InputOutputError."""
    run_ids = {run.run_id for run in runs}
    hashes = {(file["path"], file["sha256"]) for file in files}
    chosen = {entry.hash: entry for entry in chain.entries if _bears(entry, run_ids, hashes, finding_ids)}
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
    if entry.kind == REVIEW:
        return about["finding_id"] in finding_ids
    # A look at a list tells of others.
    return (
        entry.kind == LOOK
        and about.get("command") == "show"
        and bool(about.get("ids"))
        and set(about["ids"]) <= set(finding_ids)
    )


def reviews_of(chain: Chain, finding_ids: Collection[str]) -> list[Row]:
    """Return all reviews of these findings, in the order in which they were made."""
    found = [review for name, reviews in read_reviews(chain).items() if name in finding_ids for review in reviews]
    return [
        {
            "finding_id": review.finding_id,
            "at": review.at,
            "outcome": review.outcome,
            "by": review.by,
            "recorded_by": review.recorded_by,
            "note": review.note,
            "until": review.until.isoformat() if review.until else None,
            "run_id": review.run_id,
            "ledger_no": review.no,
            "ledger_hash": review.entry,
        }
        for review in sorted(found, key=lambda review: review.no)
    ]
