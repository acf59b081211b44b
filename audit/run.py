"""The nightly job, as it happens: load what is new, make accesses, explain them, detect, put findings together, report."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import duckdb

from audit.catalogue import Catalogue, queries_of_tried, read_catalogue, with_parameters
from audit.catalogue.faults import suggestion
from audit.comparison import find_comparison
from audit.detect import Detection, failures, run_detectors
from audit.engine import DuckDBEngine, Engine, Limits
from audit.engine.duckdb import close_off, naming_query_faults
from audit.errors import ExitCode, UsageError, worst
from audit.examine import examine
from audit.explain import Horizon, find_horizon, use_explained
from audit.files import remove_abandoned
from audit.lake import write_lake
from audit.ledger import ledger_of
from audit.load import LoadResult, load_inputs
from audit.load.health import incidents_alone, unresolved_accounts
from audit.lock import hold, scratch_of
from audit.memory import reuse_arrow_memory
from audit.progress import Notify, shown
from audit.publish import Origin, Published, begin, publish
from audit.recording import record_loads
from audit.reviews import Dispositions, dispositions_at
from audit.sources.library import read_library
from audit.stale import stale_inputs
from audit.text import counted
from audit.upkeep import bring_up_to_date
from audit.versions import keep_definitions, keep_queries
from audit.warehouse import open_for_reading, open_warehouse
from audit.workspace import Workspace

# Folders in which a report is made again. One that a kill left holds what was loaded.
BENCHES = ".as-of.*.tmp"


@dataclass(frozen=True)
class RunOptions:
    """What the command line may ask of a run. `detectors`: only those; `full`: make everything anew; `engine`: its name."""

    detectors: tuple[str, ...] = ()
    full: bool = False
    fail_on: str | None = None
    purpose: str | None = None
    engine: str = "duckdb"


@dataclass
class Clock:
    """Seconds by step, for the manifest."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)


@dataclass(frozen=True)
class RunResult:
    """What a run did: what was loaded, what was published, and the exit code that follows."""

    loaded: LoadResult
    published: Published
    detections: Sequence[Detection]
    stale: tuple[str, ...]
    code: ExitCode
    seconds: float


def read_queries(workspace: Workspace, in_full: bool = False) -> Catalogue:
    """Return the workspace's queries with its parameters, all checked; `in_full`: shipped texts that passed once, too.

    Raises:
        QueryError, ConfigError: what is wrong with them.
    """
    return with_parameters(
        read_catalogue(workspace.queries, in_full=in_full), workspace.parameters, str(workspace.config)
    )


def run(workspace: Workspace, options: RunOptions, notify: Notify) -> RunResult:
    """Do the nightly job.

    Raises:
        AuditError: nothing could be reported; what could be loaded is loaded. UsageError: there is no such detector.
    """
    started_at = datetime.now(UTC)
    reuse_arrow_memory()
    clock = Clock()
    with clock.step("check"):
        catalogue = read_queries(workspace)
        _check_detectors(catalogue, options.detectors)
    with hold(workspace):
        remove_abandoned(workspace.folder, BENCHES)
        keep_queries(workspace, catalogue)
        loaded, opened = _made_ready(workspace, catalogue, options, notify, clock)
        with opened as engine:
            loaded.warnings += (*unresolved_accounts(engine), *incidents_alone(engine))
            dispositions = read_dispositions(workspace, started_at)
            with clock.step("detect"):
                horizon, detections = detect(engine, workspace, catalogue, options.detectors, notify)
            stale = stale_inputs(engine, workspace, started_at)
            with begin(workspace, started_at) as draft:
                with clock.step("findings"):
                    notify("putting findings together")
                    comparison = find_comparison(engine, workspace, catalogue, detections, dispositions)
                    examined = examine(
                        engine, catalogue, horizon, detections, comparison, dispositions, limits(workspace), draft.begin
                    )
                with clock.step("report"):
                    notify("writing the report")
                    failed = failures(examined.detections)
                    faults = [message for fault in [*loaded.faults, *failed] for message in fault.faults]
                    notes = [*loaded.warnings, *faults, *stale]
                    purpose = options.purpose or workspace.purpose
                    asked = options_asked(workspace, options)
                    origin = Origin(purpose, started_at, dict(clock.seconds), tuple(notes), asked)
                    published = publish(engine, workspace, catalogue, examined, origin, draft)
    codes = [*loaded.codes, *(fault.exit_code for fault in failed), *([ExitCode.STALE] if stale else [])]
    if options.fail_on and published.reaches(options.fail_on):
        codes.append(ExitCode.FAIL_ON)
    seconds = round((datetime.now(UTC) - started_at).total_seconds(), 1)
    return RunResult(loaded, published, examined.detections, stale, worst(codes), seconds)


def _made_ready(
    workspace: Workspace, catalogue: Catalogue, options: RunOptions, notify: Notify, clock: Clock
) -> tuple[LoadResult, AbstractContextManager[Engine]]:
    """Load and explain; the engine to be opened holds what is loaded and explained."""
    if options.engine == "spark":
        from audit.on_spark import reading_on_spark  # and what transpiles, which no other run needs

        loaded = load_for_lake(workspace, notify, clock)
        return loaded, reading_on_spark(workspace, catalogue, horizon_span(workspace), notify, clock.step)
    return load_and_explain(workspace, catalogue, options.full, notify, clock), reading(workspace, notify)


def load_for_lake(workspace: Workspace, notify: Notify, clock: Clock) -> LoadResult:
    """Load what is new of all inputs, and bring the lake up to date; what is explained is for its reader to reckon."""
    library = read_library(workspace.sources, strict=False)
    keep_definitions(workspace, library)
    with closing(open_warehouse(workspace.database, limits(workspace))) as connection:
        with clock.step("load"):
            loaded = load_inputs(connection, workspace, library, notify)
            put_on_ledger(workspace, connection, loaded)
        with clock.step("lake"):
            write_lake(connection, workspace, notify)
    return loaded


def _check_detectors(catalogue: Catalogue, asked: Sequence[str]) -> None:
    known = [detector.id for detector in catalogue.detectors]
    wrong = [name for name in asked if name not in known]
    if wrong:
        raise UsageError(
            f"--detector {name}: there is no such detector{suggestion(name, known) or '; see: audit detectors list'}"
            for name in wrong
        )


def load_and_explain(
    workspace: Workspace, catalogue: Catalogue, full: bool, notify: Notify, clock: Clock
) -> LoadResult:
    """Load what is new of all inputs, and bring accesses and their explanations up to date."""
    library = read_library(workspace.sources, strict=False)
    keep_definitions(workspace, library)
    connection = open_warehouse(workspace.database, limits(workspace))
    try:
        with shown(notify, connection), clock.step("load"):
            loaded = load_inputs(connection, workspace, library, notify)
            put_on_ledger(workspace, connection, loaded)
        with shown(notify, connection), clock.step("explain"):
            make_ready(connection, workspace, catalogue, full, notify)
    finally:
        connection.close()
    return loaded


def put_on_ledger(workspace: Workspace, connection: duckdb.DuckDBPyConnection, loaded: LoadResult) -> None:
    """Record the loads, those too that a killed run had no time to record, and say what the warehouse lacks."""
    ledger = ledger_of(workspace)
    faults = ledger.read().faults
    if faults:
        loaded.warnings.append(
            f"{workspace.relative(ledger.path)}: is not as it was written (in {counted(len(faults), 'place')}); "
            "what differs is told by: audit verify"
        )
    lacking = record_loads(ledger, connection)
    if lacking:
        loaded.warnings.append(
            f"{workspace.relative(workspace.database)}: lacks {counted(len(lacking), 'load')} that the ledger names, or holds "
            f"{'another in its' if len(lacking) == 1 else 'others in their'} place: "
            "was the database made anew, or an older one put back?"
        )


def read_dispositions(workspace: Workspace, moment: datetime) -> Dispositions:
    """Return the reviews that count at a moment (aware)."""
    return dispositions_at(workspace, ledger_of(workspace).read(), moment)


def options_asked(workspace: Workspace, options: RunOptions) -> dict[str, object]:
    """Return what a run was asked to do, for the ledger."""
    return {
        "detectors": list(options.detectors),
        "full": options.full,
        "engine": options.engine,
        "parameters": {name: dict(values) for name, values in workspace.parameters.items()},
    }


def make_ready(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, catalogue: Catalogue, full: bool, notify: Notify
) -> None:
    """Bring what is kept of the log up to date. From here on the connection reaches its own database only."""
    close_off(connection)
    seconds = limits(workspace).seconds
    bring_up_to_date(connection, catalogue, horizon_span(workspace), full, notify, seconds)


def limits(workspace: Workspace) -> Limits:
    """What the engine may use."""
    return Limits(workspace.threads, workspace.memory, workspace.query_minutes * 60, scratch_of(workspace))


@contextmanager
def reading(workspace: Workspace, notify: Notify) -> Iterator[Engine]:
    """An engine over the warehouse that can neither write to it nor reach a file, the network or a setting."""
    connection = open_for_reading(workspace.database, limits(workspace))
    try:
        close_off(connection)
        with naming_query_faults(), shown(notify, connection):
            yield DuckDBEngine(connection, seconds=limits(workspace).seconds)
    finally:
        connection.close()


def detect(
    engine: Engine, workspace: Workspace, catalogue: Catalogue, wanted: Sequence[str], notify: Notify
) -> tuple[Horizon, list[Detection]]:
    """Run the detectors wanted (all, when none is named) over what is explained, as far as it can be judged."""
    horizon = find_horizon(engine, horizon_span(workspace))
    chosen = [detector for detector in catalogue.detectors if not wanted or detector.id in wanted]
    # What was tried is kept, or makes what it reads when it is asked.
    told = [query for query in catalogue.reports if query not in queries_of_tried(catalogue)]
    reads = [name for query in (*chosen, *told) for name in query.reads]
    use_explained(engine, catalogue, horizon, reads)
    return horizon, run_detectors(engine, catalogue, wanted, notify)


def horizon_span(workspace: Workspace) -> timedelta | None:
    """How long after the newest incident an access is still judged; None = without limit."""
    spans = [item.horizon for item in workspace.inputs if item.source == "incident" and item.horizon is not None]
    return max(spans, default=None)
