"""Read published reports. Opens no database, so that it works while a batch runs; writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit.errors import InputOutputError, UsageError
from audit.files import naming_faults, sha256_of
from audit.report.manifest import Manifest, manifest_from_json
from audit.report.matching import Conditions, find_matches, groups_between, is_among, read_matching
from audit.report.tables import LEVELS

_REMEDY = "give the right to read it, take it from a backup, or make a new report with: audit run"

_ENOUGH_TO_SAY_SEVERAL = 5


@dataclass(frozen=True)
class Run:
    """A published report."""

    run_id: str
    folder: Path


@dataclass(frozen=True)
class Wanted:
    """Which findings to read; None = any. `level` means at least that level. Suppressed ones only on request."""

    detector: tuple[str, ...] | None = None
    user_id: str | None = None
    subject_id: str | None = None
    level: str | None = None
    status: str | None = None
    limit: int | None = None
    suppressed: bool = False
    finding_ids: tuple[str, ...] | None = None


def published_runs(reports: Path) -> list[Run]:
    """Return the complete reports, oldest first. A folder that is not there holds none."""
    with naming_faults(reports, "read", _REMEDY):
        # Not by glob, which takes a folder that may not be read for an empty one.
        folders = sorted(path for path in reports.iterdir() if _is_report(path)) if reports.exists() else []
    return [Run(folder.name.removeprefix("run="), folder) for folder in folders]


def _is_report(folder: Path) -> bool:
    """Say whether a report is there; one that may not be looked into counts, so that reading it says why it cannot."""
    try:
        return folder.name.startswith("run=") and (folder / "manifest.json").is_file()
    except PermissionError:
        return True


def latest(reports: Path) -> Run | None:
    """Return the newest complete report, if there is one."""
    return next(reversed(published_runs(reports)), None)


def standing_runs(reports: Path) -> list[Run]:
    """Return the newest reports back to the last of all detectors, the newest first: what they hold together stands."""
    found = []
    for run in reversed(published_runs(reports)):
        found.append(run)
        if not read_manifest(run).only:
            break
    return found


def find_run(reports: Path, run_id: str | None) -> Run:
    """Return the report of that id, or of the only id that begins so; the newest where none is named.

    Raises InputOutputError when no report has been made yet, UsageError when none or several begin so.
    """
    runs = published_runs(reports)
    if not runs:
        raise InputOutputError(f"{reports}: no report has been made yet; make one with: audit run")
    if run_id is None:
        return runs[-1]
    found = [run for run in runs if run.run_id == run_id] or [run for run in runs if run.run_id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f'run "{run_id}": {len(found)} reports begin so; give more of the id')
    raise UsageError(f'run "{run_id}": is not in {reports}; the newest is {runs[-1].run_id}')


def read_manifest(run: Run) -> Manifest:
    """Read the manifest of a report. Raises InputOutputError."""
    path = run.folder / "manifest.json"
    with naming_faults(path, "read", _REMEDY):
        text = path.read_bytes()
    try:
        return manifest_from_json(text.decode())
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise InputOutputError(f"{path}: is not the manifest of a report; {_REMEDY}") from fault


def manifest_sha256(run: Run) -> str:
    """Return the hash of the manifest file, which the next run's manifest names."""
    path = run.folder / "manifest.json"
    with naming_faults(path, "read", _REMEDY):
        return sha256_of(path)


def has_table(run: Run, name: str) -> bool:
    """Say whether the report has that table: reports of earlier versions lack those that came later."""
    return _path(run, name).is_file()


def read_table(run: Run, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table of a report, or some of its columns. Raises InputOutputError."""
    path = _path(run, name)
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        return file.read(columns).select(file.schema_arrow.names if columns is None else list(columns))


def read_findings(run: Run, wanted: Wanted | None = None, columns: Sequence[str] | None = None) -> pa.Table:
    """Read the findings wanted, by rank, suppressed ones first. Under a second in a million: see audit/report/matching.py."""
    wanted = wanted or Wanted()
    path = _path(run, "findings")
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        if not wanted.suppressed:
            return read_matching(file, _conditions(wanted), wanted.limit, columns)
        # They stand at the end of the file; whoever asks for them would not see them among the first of a long queue.
        suppressed = {**_conditions(wanted), "suppressed_by": pc.is_valid}
        found = read_matching(file, suppressed, wanted.limit, columns)
        left = None if wanted.limit is None else wanted.limit - found.num_rows
        return pa.concat_tables(
            [found, read_matching(file, _conditions(replace(wanted, suppressed=False)), left, columns)]
        )


def read_withdrawn(run: Run, wanted: Wanted) -> pa.Table:
    """Read the findings withdrawn that are wanted, by the rank that they had, those without one last."""
    path = _path(run, "withdrawn")
    conditions = _conditions(replace(wanted, suppressed=True))
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        found = read_matching(file, conditions, wanted.limit, None)
    # Not Table.sort_by: it loads what reads data sets.
    return found.take(pc.sort_indices(found, [("rank", "ascending"), ("finding_id", "ascending")]))


def count_withdrawn(manifest: Manifest) -> int:
    """Return how many findings of the report before no longer stood when a report was made."""
    return next((file.rows or 0 for file in manifest.files if file.name == "withdrawn.parquet"), 0)


def count_findings(run: Run, wanted: Wanted) -> int:
    """Count the findings wanted, whatever their limit. Reads no more than the columns of the conditions."""
    path = _path(run, "findings")
    conditions = _conditions(wanted)
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        return sum(len(find_matches(file, group, conditions)) for group in range(file.num_row_groups))


def find_finding(run: Run, finding_id: str) -> dict[str, object]:
    """Read the finding of that id, or of the only id that begins so. Raises UsageError when none or several do."""
    path = _path(run, "findings")
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        begins_so = {"finding_id": partial(pc.starts_with, pattern=finding_id)}
        found = read_matching(file, begins_so, _ENOUGH_TO_SAY_SEVERAL, None).to_pylist()
    exact = [row for row in found if row["finding_id"] == finding_id]
    if len(exact or found) == 1:
        return dict((exact or found)[0])
    if not found:
        raise UsageError(f'finding "{finding_id}": not in the report {run.run_id}; see: audit findings')
    ids = ", ".join(str(row["finding_id"]) for row in found)
    raise UsageError(f'finding "{finding_id}": several begin so ({ids}); give more of the id')


def find_control(run: Run, access_id: str) -> dict[str, object] | None:
    """Read the control access of just that id; None where the report's draw does not hold it."""
    if not has_table(run, "control"):
        return None
    table = read_table(run, "control")
    found = table.filter(pc.equal(table["access_id"], access_id)).to_pylist()
    return dict(found[0]) if found else None


def read_evidence(run: Run, *finding_ids: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read the evidence of these findings, by finding and time."""
    path = _path(run, "evidence")
    with naming_faults(path, "read", _REMEDY), pq.ParquetFile(path) as file:
        groups = groups_between(file, "finding_id", min(finding_ids), max(finding_ids))
        return read_matching(file, {"finding_id": is_among(finding_ids)}, None, columns, groups)


def _path(run: Run, name: str) -> Path:
    return run.folder / f"{name}.parquet"


def _conditions(wanted: Wanted) -> Conditions:
    """Return the conditions that the findings wanted meet, by the column that each is about."""
    exactly = {"user_id": wanted.user_id, "subject_id": wanted.subject_id, "status": wanted.status}
    levels = None if wanted.level is None else LEVELS[LEVELS.index(wanted.level) :]
    among = {"detector": wanted.detector, "level": levels, "finding_id": wanted.finding_ids}
    return {
        **{column: partial(pc.equal, value) for column, value in exactly.items() if value is not None},
        **{column: is_among(values) for column, values in among.items() if values is not None},
        **({} if wanted.suppressed else {"rank": pc.is_valid}),
    }
