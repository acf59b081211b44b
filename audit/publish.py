"""Make a report of what a run examined: add the rules' own table and what no longer stands, and publish it whole."""

import platform
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from audit.catalogue import Catalogue, Detector
from audit.comparison import Comparison, read_inputs, shared_queries
from audit.detect import Detection
from audit.engine import Engine
from audit.explain import Horizon
from audit.findings import Findings
from audit.findings.score import REASONS
from audit.ledger import ledger_of
from audit.program import program_version
from audit.recording import record_published, record_run
from audit.report.manifest import Disposition, Manifest, QueryUsed, Skipped
from audit.report.manifest import Horizon as ManifestHorizon
from audit.report.read import latest, manifest_sha256
from audit.report.report import DetectorNote, Report, ReviewNote
from audit.report.tables import LEVELS, WITHDRAWN
from audit.report.write import Draft, begin_report, new_run_id
from audit.reviews import Dispositions, Review
from audit.rules import tell_rules
from audit.withdrawn import find_withdrawn
from audit.workspace import Workspace


@dataclass(frozen=True)
class Examined:
    """What a run found out, before it is published."""

    findings: Findings
    detections: Sequence[Detection]
    horizon: Horizon
    coverage: pa.Table
    control: pa.Table
    comparison: Comparison
    dispositions: Dispositions = field(default_factory=Dispositions)


@dataclass(frozen=True)
class Origin:
    """How a run came about: what it is for, when it began, seconds by step, what a reader must be told, what was asked."""

    purpose: str
    started_at: datetime
    step_seconds: Mapping[str, float]
    warnings: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """A report that is there. `ledger_head`: the hash of the ledger's last entry of this run."""

    run_id: str
    folder: Path
    findings: pa.Table
    users: pa.Table
    ledger_head: str

    def reaches(self, level: str) -> bool:
        """Say whether a finding that is not suppressed has the level, or a graver one."""
        graver = set(LEVELS[LEVELS.index(level) :])
        return any(
            found in graver and rank is not None
            for found, rank in zip(self.findings["level"].to_pylist(), self.findings["rank"].to_pylist(), strict=True)
        )


def begin(workspace: Workspace, started_at: datetime) -> AbstractContextManager[Draft]:
    """Begin the report of a run that started then (aware): its tables may be written as they come."""
    before = latest(workspace.reports)
    run_id = new_run_id(started_at, after=before.run_id if before else None)
    return begin_report(workspace.reports, run_id, workspace.group)


def publish(
    engine: Engine, workspace: Workspace, catalogue: Catalogue, examined: Examined, origin: Origin, draft: Draft
) -> Published:
    """Write what is left of the report of a run, on the ledger too, and return it."""
    ledger = ledger_of(workspace)
    before = latest(workspace.reports)
    # What did not run to its end found nothing out: no later report is compared with it.
    ended = [detection.detector for detection in examined.detections if detection.failed is None]
    used = [*shared_queries(catalogue), *ended]
    manifest = Manifest(
        run_id=draft.run_id,
        started_at=origin.started_at,
        finished_at=datetime.now(UTC),
        purpose=origin.purpose,
        workspace=workspace.name,
        timezone=workspace.timezone,
        basis=examined.comparison.basis,
        versions={"access-audit": program_version(), engine.name: engine.version, "python": platform.python_version()},
        step_seconds=origin.step_seconds,
        detector_seconds={found.detector.id: round(found.seconds, 3) for found in examined.detections},
        inputs=read_inputs(engine),
        queries=tuple(QueryUsed(q.id, q.kind, q.sha256, dict(q.parameters)) for q in used),
        dispositions=tuple(_disposition(review, examined.dispositions) for review in examined.dispositions.reviews),
        ledger_head=ledger.read().head,
        previous_manifest_sha256=manifest_sha256(before) if before else None,
        compared_with=examined.comparison.run_id,
        compared_by_detector=examined.comparison.by_detector,
        only=examined.comparison.only,
        horizon=_horizon(examined.horizon),
        skipped=tuple(Skipped(found.detector.id, found.skipped) for found in examined.detections if found.skipped),
        warnings=(*origin.warnings, *_about_horizon(examined.horizon)),
    )
    report = make_report(engine, catalogue, examined, manifest)
    folder = draft.publish(report, lambda sha256: record_run(ledger, manifest, sha256, origin.options))
    head = record_published(ledger, draft.run_id).hash
    return Published(draft.run_id, folder, report.findings, report.users, head)


def make_report(engine: Engine, catalogue: Catalogue, examined: Examined, manifest: Manifest) -> Report:
    """Put the tables of a report together from what was examined."""
    findings = examined.findings
    return Report(
        findings=findings.findings,
        evidence=findings.evidence,
        users=findings.users,
        rules=tell_rules(engine, catalogue, examined.detections, findings, examined.coverage),
        coverage=examined.coverage,
        control=examined.control,
        withdrawn=_withdrawn(engine, catalogue, examined, manifest),
        manifest=manifest,
        notes={found.detector.id: _note(found.detector) for found in examined.detections},
        reviews=_review_notes(examined, ZoneInfo(manifest.timezone)),
        reasons=REASONS,
    )


def _disposition(review: Review, dispositions: Dispositions) -> Disposition:
    excludes = review.excludes(dispositions.today)
    return Disposition(review.finding_id, review.outcome, review.no, review.entry, excludes)


def _review_notes(examined: Examined, zone: ZoneInfo) -> tuple[ReviewNote, ...]:
    """Return the reviews of findings that this report has, by local day, and whether they exclude them."""
    findings = examined.findings.findings.select(["finding_id", "summary", "suppressed_by"])
    reviewed = pa.array([review.finding_id for review in examined.dispositions.reviews], pa.string())
    findings = findings.filter(pc.is_in(findings["finding_id"], value_set=reviewed))
    found = {row["finding_id"]: row for row in findings.to_pylist()}
    return tuple(
        ReviewNote(
            review.finding_id,
            found[review.finding_id]["summary"],
            review.outcome,
            review.by,
            str(review.day(zone)),
            review.note,
            str(review.until) if review.until else None,
            found[review.finding_id]["suppressed_by"] is not None,
        )
        for review in examined.dispositions.reviews
        if review.finding_id in found
    )


def _horizon(horizon: Horizon) -> ManifestHorizon:
    return ManifestHorizon(horizon.oldest_at, horizon.newest_at, horizon.judged_until, horizon.judges)


def _about_horizon(horizon: Horizon) -> tuple[str, ...]:
    if not horizon.judges:
        return ("no incident is loaded: nothing is called unexplained, and only log-only detectors run",)
    if horizon.judged_until is None or horizon.newest_at is None or horizon.newest_at <= horizon.judged_until:
        return ()
    return (
        f"accesses after {horizon.judged_until:%Y-%m-%d %H:%M} UTC are not judged: the incidents loaded reach no further; "
        "check the feed of incidents",
    )


def _withdrawn(engine: Engine, catalogue: Catalogue, examined: Examined, manifest: Manifest) -> pa.Table:
    """Return what no longer stands of each report that some detectors are compared with."""
    evidence, gone = examined.findings.evidence, examined.findings.gone.combine_chunks()
    tables = []
    for base in examined.comparison.bases:
        ids = base.findings["finding_id"].filter(pc.is_in(base.findings["finding_id"], value_set=gone)).to_pylist()
        tables.append(find_withdrawn(engine, catalogue, base.run, ids, evidence, base.manifest, manifest))
    return pa.concat_tables(tables).sort_by("finding_id") if tables else WITHDRAWN.empty_table()


def _note(detector: Detector) -> DetectorNote:
    return DetectorNote(
        detector.title, detector.description, detector.falsepositives, detector.blind_spots, detector.triage
    )
