"""What `status` and withdrawn.parquet compare with: what stood before, detector by detector. Writes nothing.

A run of some detectors alone replaces the findings of only those. So what stands after a report is, of each detector, its
findings in the newest report that ran it, back to the last report of all detectors. A run compares with the last such
state that rests on something else: other data, queries, parameters or dispositions.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audit.catalogue import Catalogue, Query
from audit.detect import Detection
from audit.engine import Engine
from audit.findings import Previous
from audit.program import program_version
from audit.report.manifest import InputFile, Manifest, Parameter
from audit.report.read import Run, published_runs, read_manifest, read_table
from audit.reviews import Dispositions
from audit.workspace import Workspace

# A year's findings with all their texts take ten times the time to read, and all the memory.
_COMPARED = ("finding_id", "level", "event_ids")
# What the findings of a detector rest on: all that is common to a run, and the query with its parameters.
Footing = tuple[str, str, Mapping[str, Parameter]]


@dataclass(frozen=True)
class Base:
    """A report that some detectors are compared with, and of its findings of those what comparing needs: `_COMPARED`."""

    run: Run
    manifest: Manifest
    detectors: frozenset[str]
    findings: pa.Table


@dataclass(frozen=True)
class Comparison:
    """What a run compares with, newest first; nothing where nothing is there. `only`: the detectors that ran; () = all."""

    basis: str
    only: tuple[str, ...] = ()
    bases: tuple[Base, ...] = ()

    @property
    def run_id(self) -> str | None:
        """The newest report that is compared with."""
        return self.bases[0].run.run_id if self.bases else None

    @property
    def by_detector(self) -> dict[str, str]:
        """The report that each detector is compared with; one that was in none has no entry."""
        return {name: base.run.run_id for base in self.bases for name in sorted(base.detectors)}

    @property
    def previous(self) -> Previous | None:
        """The findings before, as assembling needs them."""
        tables = [base.findings for base in self.bases]
        return Previous(pa.concat_tables(tables)) if tables else None


def find_comparison(
    engine: Engine,
    workspace: Workspace,
    catalogue: Catalogue,
    detections: Sequence[Detection],
    dispositions: Dispositions,
) -> Comparison:
    """Reckon what the findings of these detectors rest on, and find what stood last on something else."""
    basis = _basis(engine, catalogue, dispositions)
    failed = {detection.detector.id for detection in detections if detection.failed is not None}
    ended = [detection.detector for detection in detections if detection.failed is None]
    asked = tuple(sorted(detection.detector.id for detection in detections))
    only = asked if len(asked) < len(catalogue.detectors) else ()
    now: dict[str, Footing] = {query.id: (basis, query.sha256, dict(query.parameters)) for query in ended}
    for standing in _states(workspace):
        # What a run was not of, or what did not run to its end, replaces nothing.
        scope = {name: held for name, held in standing.items() if (name in now if only else name not in failed)}
        if scope and {name: _footing(manifest, name) for name, (_, manifest) in scope.items()} != now:
            return Comparison(basis, only, bases_of(scope))
    return Comparison(basis, only)


def _states(workspace: Workspace) -> Iterator[dict[str, tuple[Run, Manifest]]]:
    """Yield what stood after each report, the newest first: detector -> the report that its findings stand in."""
    runs = published_runs(workspace.reports)[::-1]
    read: dict[int, Manifest] = {}
    for newest in range(len(runs)):
        standing: dict[str, tuple[Run, Manifest]] = {}
        sought: set[str] | None = None
        for place in range(newest, len(runs)):
            manifest = read[place] = read.get(place) or read_manifest(runs[place])
            held = manifest.detectors().keys()
            for name in held if sought is None else held & sought:
                standing.setdefault(name, (runs[place], manifest))
            if not manifest.only:
                # A detector that did not run to its end replaced nothing.
                sought = (manifest.failed() if sought is None else sought & manifest.failed()) - standing.keys()
                if not sought:
                    break
        yield standing


def _footing(manifest: Manifest, detector: str) -> Footing:
    query = manifest.detectors()[detector]
    return manifest.basis, query.sha256, dict(query.parameters)


def bases_of(standing: Mapping[str, tuple[Run, Manifest]]) -> tuple[Base, ...]:
    """Return the reports that the detectors' findings stand in, the newest first, each with those findings."""
    reports = {run.run_id: (run, manifest) for run, manifest in standing.values()}
    bases = []
    for run_id in sorted(reports, reverse=True):
        run, manifest = reports[run_id]
        detectors = frozenset(name for name, (held, _) in standing.items() if held.run_id == run_id)
        bases.append(Base(run, manifest, detectors, _findings_of(run, manifest, detectors)))
    return tuple(bases)


def _findings_of(run: Run, manifest: Manifest, detectors: frozenset[str]) -> pa.Table:
    if detectors >= manifest.detectors().keys():
        return read_table(run, "findings", _COMPARED)
    table = read_table(run, "findings", [*_COMPARED, "detector"])
    ours = pc.is_in(table["detector"], pa.array(sorted(detectors), pa.string()))
    return table.select(_COMPARED).filter(ours)


def shared_queries(catalogue: Catalogue) -> list[Query]:
    """Return the queries that every detector rests on."""
    return [*catalogue.accesses, *catalogue.views, *catalogue.explanations, *catalogue.reports]


def _basis(engine: Engine, catalogue: Catalogue, dispositions: Dispositions) -> str:
    """Hash all that findings depend on but the detectors; not the engine either, for all give the same rows."""
    content: dict[str, object] = {
        "inputs": [[item.source, item.path, item.sha256, item.loaded] for item in read_inputs(engine)],
        "definitions": _definitions(engine),
        "queries": sorted(
            [query.id, query.sha256, repr(sorted(query.parameters.items()))] for query in shared_queries(catalogue)
        ),
        "dispositions": dispositions.basis(),
        "versions": [program_version()],
    }
    if purged := _purged(engine):
        content["purged"] = purged
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def read_inputs(engine: Engine) -> tuple[InputFile, ...]:
    """The files that the findings rest on: those of which something stands in the warehouse, and those that gave nothing."""
    rows = engine.query(
        "SELECT load_log.load_id, source, path, sha256, bytes, records, loaded, duplicates, quarantined, rejected, "
        "COALESCE(load_input.input, '') AS input, COALESCE(load_input.table_name, '') AS \"table\", "
        "COALESCE(load_input.definition, '') AS definition "
        "FROM load_log LEFT JOIN load_input ON load_log.load_id = load_input.load_id ORDER BY load_log.load_id"
    ).to_pylist()
    return tuple(InputFile(**row) for row in rows)


def _definitions(engine: Engine) -> list[str]:
    """The hash of the definition that mapped each load: a file mapped anew gives other events under the same hash."""
    rows = engine.query("SELECT definition FROM load_input ORDER BY load_id").to_pylist()
    return [row["definition"] for row in rows]


def _purged(engine: Engine) -> list[list[int | str]]:
    """How many events of which load are gone, and before which day: what the load log, which stays, does not say."""
    rows = engine.query(
        "SELECT load_id, CAST(before AS VARCHAR) AS before, events FROM purge_load ORDER BY ALL"
    ).to_pylist()
    return [list(row.values()) for row in rows]
