"""What is loaded, input by input, and the last run. Reads the database, or while a batch holds it the last report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import duckdb

from audit.engine import DuckDBEngine
from audit.errors import LockedError, SourceError
from audit.ledger import ledger_of
from audit.load.health import Health, read_health
from audit.report.intact import damage_of
from audit.report.manifest import InputFile, Manifest
from audit.report.read import Run, count_withdrawn, has_table, latest, read_findings, read_manifest, read_table
from audit.report.tables import LEVELS
from audit.reviews import ControlTally, read_control_reviews, tally_control
from audit.run import limits
from audit.sources.library import read_library
from audit.stale import stale_inputs
from audit.warehouse import open_for_reading
from audit.workspace import Input, Workspace

_UNKNOWN = Health()


@dataclass(frozen=True)
class InputStatus:
    """One input: its files and counts, the first and last event (UTC), and whether it is stale.

    None = not known, and of `stale` also: the input sets no max_age_days. `health`: as far as the database tells it.
    """

    source: str
    path: str
    files: int = 0
    records: int = 0
    loaded: int = 0
    duplicates: int = 0
    quarantined: int = 0
    rejected: int = 0
    first_event: datetime | None = None
    last_event: datetime | None = None
    last_load: datetime | None = None
    stale: bool | None = None
    health: Health = _UNKNOWN


@dataclass(frozen=True)
class LastRun:
    """The last published report. `damage`: why nothing is told of its findings, which are None then.

    `control`: what is reviewed of the accesses drawn by lot; None where the report has none, or another than the run wrote.
    `withdrawn`: how many of the report before no longer stand.
    """

    run_id: str
    finished_at: datetime
    report: str
    findings: int | None
    by_level: dict[str, int]
    damage: tuple[str, ...] = ()
    detectors_alone: tuple[str, ...] = ()
    withdrawn: int = 0
    control: ControlTally | None = None


@dataclass(frozen=True)
class Status:
    """What is loaded and the last run. `told_by`: "database", "report" (a batch holds the database) or "nothing".

    `wrong_definitions`: a sentence on each source definition of the workspace that cannot be used.
    """

    workspace: str
    told_by: str
    inputs: tuple[InputStatus, ...]
    stale: tuple[str, ...]
    last_run: LastRun | None
    wrong_definitions: tuple[str, ...] = ()


def read_status(workspace: Workspace) -> Status:
    """Return what is loaded. Raises InputOutputError."""
    run = latest(workspace.reports)
    manifest = read_manifest(run) if run else None
    last_run = _last_run(workspace, run, manifest) if run and manifest else None
    hashes, wrong = _definitions(workspace)
    if not workspace.database.exists():
        return Status(workspace.name, "nothing", tuple(map(_untold, workspace.inputs)), (), last_run, wrong)
    try:
        inputs, stale = _from_database(workspace, hashes)
    except LockedError:
        files = manifest.inputs if manifest else ()
        return Status(workspace.name, "report", _from_report(workspace, files), (), last_run, wrong)
    return Status(workspace.name, "database", inputs, stale, last_run, wrong)


def _last_run(workspace: Workspace, run: Run, manifest: Manifest) -> LastRun:
    page = str(run.folder / "report.html")
    withdrawn = count_withdrawn(manifest)
    damage = damage_of(run, "findings")
    if damage:
        return LastRun(run.run_id, manifest.finished_at, page, None, {}, damage, manifest.only, withdrawn)
    levels = read_findings(run, columns=["level"])["level"].to_pylist()
    counts = {level: levels.count(level) for level in reversed(LEVELS)}
    control = _control(workspace, run)
    return LastRun(run.run_id, manifest.finished_at, page, len(levels), counts, (), manifest.only, withdrawn, control)


def _control(workspace: Workspace, run: Run) -> ControlTally | None:
    if not has_table(run, "control") or damage_of(run, "control"):
        return None
    return tally_control(read_table(run, "control"), read_control_reviews(ledger_of(workspace).read()))


def _untold(item: Input) -> InputStatus:
    return InputStatus(item.source, item.path)


def _from_database(workspace: Workspace, hashes: Mapping[str, str]) -> tuple[tuple[InputStatus, ...], tuple[str, ...]]:
    connection = open_for_reading(workspace.database, limits(workspace))
    try:
        known = _known_inputs(connection)
        health = read_health(connection, hashes)
        stale = {item.name: stale_inputs(DuckDBEngine(connection), replace(workspace, inputs=(item,)), datetime.now(UTC))
                 for item in workspace.inputs}  # fmt: skip
    finally:
        connection.close()
    known = {name: replace(item, health=health[name]) for name, item in known.items()}
    told = [
        replace(known.pop(item.name, _untold(item)), stale=bool(stale[item.name]) if item.max_age else None)
        for item in workspace.inputs
    ]
    # What audit.toml no longer names, or never did (audit load FILE --source), stands in the database all the same.
    return (*told, *known.values()), tuple(sentence for sentences in stale.values() for sentence in sentences)


def _definitions(workspace: Workspace) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return source -> hash of its definition, and a sentence on each that is wrong."""
    try:
        library = read_library(workspace.sources, strict=False)
    except SourceError as fault:
        return {}, tuple(fault.faults)
    used = {item.source for item in workspace.inputs}
    return {name: definition.sha256 for name, definition in library.items()}, library.warnings(used)


def _known_inputs(connection: duckdb.DuckDBPyConnection) -> dict[str, InputStatus]:
    rows = connection.execute(
        """
        WITH span AS (
            SELECT load_id, min(occurred_at) AS first_event, max(occurred_at) AS last_event FROM event GROUP BY load_id
        )
        SELECT
            load_input.input,
            load_log.source,
            count(*),
            CAST(sum(records) AS BIGINT),
            CAST(sum(loaded) AS BIGINT),
            CAST(sum(duplicates) AS BIGINT),
            CAST(sum(quarantined) AS BIGINT),
            CAST(sum(rejected) AS BIGINT),
            min(first_event),
            max(last_event),
            max(finished_at)
        FROM load_log
        INNER JOIN load_input ON load_log.load_id = load_input.load_id
        LEFT JOIN span ON load_log.load_id = span.load_id
        GROUP BY load_input.input, load_log.source
        ORDER BY load_input.input
        """
    ).fetchall()
    return {name: InputStatus(source, name.removeprefix(f"{source}:"), *rest) for name, source, *rest in rows}


def _from_report(workspace: Workspace, files: Iterable[InputFile]) -> tuple[InputStatus, ...]:
    told = {item.name: _untold(item) for item in workspace.inputs}
    for file in files:
        item = next((item for item in workspace.inputs if _is_of(file, item)), Input(file.source, file.path))
        told[item.name] = _with(told.get(item.name, _untold(item)), file)
    return tuple(told.values())


def _is_of(file: InputFile, item: Input) -> bool:
    return file.source == item.source and PurePosixPath(file.path).match(item.path)


def _with(told: InputStatus, file: InputFile) -> InputStatus:
    return replace(
        told,
        files=told.files + 1,
        records=told.records + file.records,
        loaded=told.loaded + file.loaded,
        duplicates=told.duplicates + file.duplicates,
        quarantined=told.quarantined + file.quarantined,
        rejected=told.rejected + file.rejected,
    )
