"""What `audit run --as-of RUN` does, in the order in which it happens. Publishes nothing, and changes nothing that is loaded.

A warehouse of its own is made beside the other, filled with what was loaded then, examined as the run examined it, and
removed again. What comes of it is compared with the published report, file by file.
"""

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audit.asof.compare import FileCompared, FindingsCompared, compare_files, compare_findings
from audit.asof.reasons import Reason, Reasons
from audit.asof.rebuild import Rebuild
from audit.asof.then import dispositions_of, queries_of
from audit.catalogue import Catalogue
from audit.comparison import Comparison, bases_of
from audit.detect import Detection
from audit.engine import DuckDBEngine
from audit.errors import InputOutputError, UsageError
from audit.examine import examine
from audit.files import Audience, make_folder, naming_faults, remove_abandoned, sync_folder
from audit.ledger import Chain, ledger_of
from audit.lock import hold
from audit.memory import reuse_arrow_memory
from audit.program import program_version
from audit.progress import Notify
from audit.publish import make_report
from audit.recording import PURGE, RUN, record_as_of
from audit.report.manifest import Manifest, is_as_written
from audit.report.read import Run, find_run, manifest_sha256, published_runs, read_manifest
from audit.report.write import write_report
from audit.run import BENCHES, detect, horizon_span, limits, make_ready, read_queries, reading
from audit.sources.library import read_library
from audit.versions import read_texts
from audit.warehouse import open_warehouse
from audit.workspace import Input, Workspace

_REMEDY = "free some space or give the right to write there, then run again"


@dataclass(frozen=True)
class AsOf:
    """A report that was made again. `folder`: where it was left, if asked for; `findings` None: there are none to compare."""

    run_id: str
    files: tuple[FileCompared, ...]
    findings: FindingsCompared | None
    reasons: tuple[Reason, ...]
    folder: Path | None
    ledger_head: str
    seconds: float

    @property
    def same(self) -> bool:
        """Say whether every file has the bytes that were published."""
        return all(file.same for file in self.files)


def run_as_of(workspace: Workspace, run_id: str, out: Path | None, notify: Notify) -> AsOf:
    """Make the report of that run again, and compare. `out`: a folder that is not there yet, to leave it in.

    Raises:
        AuditError: it could not be made.

    """
    started_at = datetime.now(UTC)
    reuse_arrow_memory()
    if out is not None and out.exists():
        raise UsageError(f"--out {out}: is there already; name a folder that is not")
    published = find_run(workspace.reports, run_id)
    manifest = read_manifest(published)
    reasons = Reasons()
    _judge_published(published, manifest, ledger_of(workspace).read(), reasons)
    _judge_versions(manifest, reasons)
    with _bench(workspace) as bench:
        then = _as_it_was(workspace, manifest, bench)
        catalogue = _queries(workspace, manifest, bench, reasons)
        then = _rebuild(workspace, then, manifest, catalogue, reasons, notify)
        again = _examine(workspace, then, manifest, catalogue, bench, reasons, notify)
        files = compare_files(manifest, again)
        same = any(file.same for file in files if file.name == "findings.parquet")
        findings = compare_findings(published, Run(manifest.run_id, again), same)
        folder = _leave(again, out) if out is not None else None
    differing = [file.name for file in files if not file.same]
    told = [reason.text for reason in reasons.that_matter]
    place = workspace.relative(folder) if folder else None
    entry = record_as_of(ledger_of(workspace), manifest.run_id, manifest_sha256(published), differing, told, place)
    seconds = round((datetime.now(UTC) - started_at).total_seconds(), 1)
    return AsOf(manifest.run_id, files, findings, tuple(reasons), folder, entry.hash, seconds)


def _judge_published(published: Run, manifest: Manifest, chain: Chain, reasons: Reasons) -> None:
    """Say where the manifest, by which all is made again, is not the one that the run wrote."""
    entries = [entry for entry in chain.of_kind(RUN) if entry.about["run_id"] == manifest.run_id]
    as_written = is_as_written((published.folder / "manifest.json").read_bytes())
    if not as_written or any(entry.about["manifest_sha256"] != manifest_sha256(published) for entry in entries):
        reasons.add("report", "manifest.json: is not as it was written; see: audit verify")
    if not entries:
        reasons.add("report", "no run on the ledger made this report; see: audit verify")


def _judge_versions(manifest: Manifest, reasons: Reasons) -> None:
    now = {
        "access-audit": program_version(),
        DuckDBEngine.name: DuckDBEngine.version,
        "python": platform.python_version(),
    }
    for name, version in manifest.versions.items():
        if name in now and now[name] != version:
            reasons.add("version", f"{name} is {now[name]} now, and was {version} then")
        elif name not in now:
            reasons.add("version", f"{name} {version} ran the queries then, and {DuckDBEngine.name} does now")


@contextmanager
def _bench(workspace: Workspace) -> Iterator[Path]:
    """A folder of our own in the workspace, removed whatever happens; one that a kill left, the next run removes too."""
    bench = workspace.folder / f".as-of.{os.getpid()}.tmp"
    with naming_faults(bench, "made", _REMEDY):
        remove_abandoned(workspace.folder, BENCHES)
        make_folder(bench, Audience())
    try:
        yield bench
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _as_it_was(workspace: Workspace, manifest: Manifest, bench: Path) -> Workspace:
    """The workspace as the run saw it, with a database of its own."""
    return replace(
        workspace, name=manifest.workspace, timezone=manifest.timezone, database=bench / "as-of.duckdb", parameters={}
    )


def _queries(workspace: Workspace, manifest: Manifest, bench: Path, reasons: Reasons) -> Catalogue:
    folder = bench / "queries"
    make_folder(folder, Audience())
    return queries_of(manifest, read_texts(workspace), read_queries(workspace), folder, reasons)


def _rebuild(
    workspace: Workspace,
    then: Workspace,
    manifest: Manifest,
    catalogue: Catalogue,
    reasons: Reasons,
    notify: Notify,
) -> Workspace:
    """Fill the database with what was loaded then, and explain it; return the workspace with the horizon of then."""
    library = read_library(workspace.sources, strict=False)
    connection = open_warehouse(then.database, limits(workspace))
    try:
        notify(f"loading what was loaded for run {manifest.run_id}")
        # Held for as long as the database is read: a run that begins meanwhile is told who holds the workspace.
        with hold(workspace):
            rebuild = Rebuild(
                connection,
                replace(workspace, timezone=manifest.timezone),
                manifest,
                library,
                read_texts(workspace),
                reasons,
            )
            rebuild.make()
        span = _span(connection.execute("SELECT max(opened_at) FROM incident").fetchone(), manifest)
        if "incident" in rebuild.spoilt:
            span = horizon_span(workspace)
        elif span != horizon_span(workspace):
            reasons.add("note", "horizon_hours of the input of incidents is another now; that of then was used")
        inputs = (Input("incident", "", horizon=span),) if span is not None else ()
        then = replace(then, inputs=inputs)
        make_ready(connection, then, catalogue, True, notify)
        return then
    finally:
        connection.close()


def _span(newest: tuple[datetime | None, ...] | None, manifest: Manifest) -> timedelta | None:
    """How long after the newest incident the run judged accesses, by what its manifest says of the horizon."""
    until = manifest.horizon.judged_until
    return until - newest[0] if until is not None and newest is not None and newest[0] is not None else None


def _examine(
    workspace: Workspace,
    then: Workspace,
    manifest: Manifest,
    catalogue: Catalogue,
    bench: Path,
    reasons: Reasons,
    notify: Notify,
) -> Path:
    """Run the detectors, and write what comes of it; return the folder."""
    dispositions = dispositions_of(then, manifest, ledger_of(workspace).read(), reasons)
    with reading(then, notify) as engine:
        horizon, detections = detect(engine, then, catalogue, (), notify)
        notify("putting findings together")
        comparison = _comparison(workspace, manifest, detections, reasons)
        examined = examine(engine, catalogue, horizon, detections, comparison, dispositions, limits(then))
        versions = {"access-audit": program_version(), engine.name: engine.version, "python": platform.python_version()}
        made = replace(manifest, finished_at=datetime.now(UTC), versions=versions, files=())
        report = make_report(engine, catalogue, examined, made)
    notify("comparing with the published report")
    return write_report(bench / "reports", manifest.run_id, report, workspace.group)


def _comparison(workspace: Workspace, manifest: Manifest, found: Sequence[Detection], reasons: Reasons) -> Comparison:
    """Compare with the reports that the run compared with."""
    told = dict(manifest.compared_by_detector)
    if manifest.compared_with is not None and not told:
        # A manifest of an earlier version names one report for all.
        told = {detection.detector.id: manifest.compared_with for detection in found}
    there = {
        run.run_id: (run, read_manifest(run))
        for run in published_runs(workspace.reports)
        if run.run_id in told.values()
    }
    purges = ledger_of(workspace).read().of_kind(PURGE)
    for run_id in sorted(set(told.values()) - there.keys()):
        purged = any(f"run={run_id}" in entry.about["reports"] for entry in purges)
        what = "was purged" if purged else "is not there any more"
        reasons.add("report", f"report {run_id}, which that run compared with, {what}")
    standing = {name: there[run_id] for name, run_id in told.items() if run_id in there}
    return Comparison(manifest.basis, manifest.only, bases_of(standing))


def _leave(again: Path, out: Path) -> Path:
    with naming_faults(out, "written", _REMEDY):
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not out.parent.is_dir():
            raise InputOutputError(f"{out.parent}: is no folder")
        shutil.move(again, out)
        sync_folder(out.parent)
    return out
