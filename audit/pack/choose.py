"""Choose from published reports what a pack is about: findings, their evidence, and those withdrawn. Opens no database."""

from audit.pack.case import ReportRun, Request, Row
from audit.report.intact import check_intact
from audit.report.read import (
    Run,
    Wanted,
    has_table,
    manifest_sha256,
    read_evidence,
    read_findings,
    read_manifest,
    read_table,
    read_withdrawn,
)

_READ = ("findings", "evidence", "withdrawn", "users")


def check_reports(request: Request) -> None:
    """Check the reports by their hashes. Raises DifferenceError, InputOutputError."""
    for run in request.runs:
        check_intact(run, *_READ)


def read_reports(request: Request) -> list[ReportRun]:
    """Return the reports that the pack is from."""
    return [
        ReportRun(run.run_id, manifest_sha256(run), (run.folder / "manifest.json").read_bytes(), read_manifest(run))
        for run in request.runs
    ]


def choose_findings(request: Request) -> tuple[list[Row], list[Row]]:
    """Return the findings asked for, those too that a review set aside, by rank, each with its `run_id`; and their evidence."""
    if request.finding is not None:
        run = request.runs[0]
        findings: list[Row] = [{**request.finding, "run_id": run.run_id}]
        return findings, read_evidence(run, str(request.finding["finding_id"])).to_pylist()
    findings, evidence, replaced = [], list[Row](), set[str]()
    for run in request.runs:
        found = [row for row in _findings_of(run, request) if row["detector"] not in replaced]
        if found:
            evidence += read_evidence(run, *(str(row["finding_id"]) for row in found)).to_pylist()
        findings += found
        replaced |= read_manifest(run).detectors().keys()
    findings.sort(key=lambda row: (row["rank"] is None, -row["score"], row["rank"] or 0, row["finding_id"]))
    places = {row["finding_id"]: place for place, row in enumerate(findings)}
    evidence.sort(key=lambda row: (places[row["finding_id"]], row["occurred_at"], row["access_id"]))
    return findings, evidence


def choose_withdrawn(request: Request) -> list[Row]:
    """Return the findings on the same user or subject that stood in the report before and no longer do, with why."""
    about = request.finding
    user = about["user_id"] if about else request.user_id
    subject = about["subject_id"] if about else request.subject_id
    if user is None and subject is None:
        return []
    wanted = Wanted(user_id=user, subject_id=subject)
    rows = [
        row for run in request.runs if has_table(run, "withdrawn") for row in read_withdrawn(run, wanted).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["finding_id"], row["why"]))


def choose_users(request: Request, findings: list[Row]) -> list[Row]:
    """Return what the reports say of the users whom these findings name, each as the report of the finding has it."""
    wanted = {(row["run_id"], row["user_id"]) for row in findings if row["user_id"] is not None}
    rows: list[Row] = []
    for run in request.runs:
        if any(run_id == run.run_id for run_id, _ in wanted):
            found = [{**row, "run_id": run.run_id} for row in read_table(run, "users").to_pylist()]
            rows += [row for row in found if (run.run_id, row["user_id"]) in wanted]
    return rows


def _findings_of(run: Run, request: Request) -> list[Row]:
    wanted = Wanted(user_id=request.user_id, subject_id=request.subject_id, suppressed=True)
    return [{**row, "run_id": run.run_id} for row in read_findings(run, wanted).to_pylist()]
