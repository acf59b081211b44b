"""Findings of the report before that no longer stand, and why: no finding vanishes without a word."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.report.manifest import Manifest
from audit.report.read import Run, Wanted, read_evidence, read_findings
from audit.report.tables import WITHDRAWN


@dataclass(frozen=True)
class _Changes:
    """What became other since the report before.

    `explanations`: of each cited access that there still is, what explains it now ("" = nothing). `before`: what did, of the
    accesses that something explained. `joined`: accesses whose event is part of another one now, such as of a look-up that was
    loaded late. `queries`: what changed of the queries, detectors or not; `views`: those that detectors read, by detector.
    `skipped`: why detectors did not run.
    `loads`: the loads that were withdrawn, in words. `purged`: the first day that the last purge left, if there was one.
    `removed`: detectors that there are no more.
    """

    explanations: Mapping[str, str]
    before: Mapping[str, str]
    joined: Set[str]
    queries: set[str]
    views: Mapping[str, list[str]]
    skipped: Mapping[str, str]
    loads: tuple[str, ...]
    purged: str = ""
    removed: frozenset[str] = frozenset()


def find_withdrawn(
    engine: Engine,
    catalogue: Catalogue,
    run: Run,
    ids: Sequence[str],
    evidence: pa.Table,
    before_manifest: Manifest,
    manifest: Manifest,
) -> pa.Table:
    """Return the findings of these ids in the report `run`, sorted by id, each with `why` it is gone.

    `evidence` is that of now, `before_manifest` that of `run`.
    """
    if not ids:
        return WITHDRAWN.empty_table()
    columns = [*(name for name in WITHDRAWN.names if name != "why"), "event_ids"]
    gone = read_findings(run, Wanted(finding_ids=tuple(ids), suppressed=True), columns)
    known = read_evidence(run, *ids, columns=["access_id", "explanation"])
    known = known.filter(pc.is_valid(known["explanation"]))
    explanations = _explained(engine, gone, evidence)
    lost = {access_id for cited in gone["event_ids"].to_pylist() for access_id in cited} - explanations.keys()
    changes = _Changes(
        explanations,
        dict(zip(known["access_id"].to_pylist(), known["explanation"].to_pylist(), strict=True)),
        _looked_up(engine, lost, "access_event", "''", key="event_id").keys(),
        _changed_queries(before_manifest, manifest),
        {it.id: [view.id for view in catalogue.views_for(it.reads)] for it in catalogue.detectors},
        {skip.detector: skip.reason for skip in manifest.skipped},
        _withdrawn_loads(before_manifest, manifest),
        engine.query("SELECT COALESCE(CAST(max(before) AS VARCHAR), '') AS before FROM purge").to_pylist()[0]["before"],
        frozenset(before_manifest.detectors().keys() - manifest.detectors().keys()),
    )
    why = [
        _why(detector, ids, changes)
        for detector, ids in zip(gone["detector"].to_pylist(), gone["event_ids"].to_pylist(), strict=True)
    ]
    table = gone.append_column("why", pa.array(why, pa.string()))
    return table.select(WITHDRAWN.names).cast(WITHDRAWN).sort_by("finding_id")


def _explained(engine: Engine, gone: pa.Table, evidence: pa.Table) -> Mapping[str, str]:
    """Return what explains each access that the findings gone cited and that there still is. "" = nothing does."""
    ids = {access_id for row in gone["event_ids"].to_pylist() for access_id in row}
    # The log is searched for what nothing cites any more only, and for what is not explained only. Mostly that is nothing.
    cited = evidence.filter(pc.is_in(evidence["access_id"], value_set=pa.array(sorted(ids), pa.string())))
    known = dict(zip(cited["access_id"].to_pylist(), pc.fill_null(cited["explanation"], "").to_pylist(), strict=True))
    known |= _looked_up(engine, ids - known.keys(), "explanation", "explanation")
    return known | _looked_up(engine, ids - known.keys(), "access", "''")


def _looked_up(engine: Engine, ids: Set[str], relation: str, told: str, key: str = "access_id") -> dict[str, str]:
    """Return what is told of those of the accesses that the relation holds under its `key`."""
    if not ids:
        return {}
    engine.create_table_from("gone_access", pa.table({"access_id": pa.array(sorted(ids), pa.string())}))
    rows = engine.query(
        f"SELECT gone_access.access_id, {told} AS told FROM gone_access "
        f"INNER JOIN {relation} AS held ON gone_access.access_id = held.{key}"
    ).to_pylist()
    engine.drop("gone_access")
    return {row["access_id"]: row["told"] for row in rows}


def _why(detector: str, ids: list[str], changes: _Changes) -> str:
    if detector in changes.skipped:
        return f"the detector was skipped: {changes.skipped[detector]}"
    if detector in changes.removed:
        return "there is no such detector any more"
    withdrawn = f"{'; '.join(changes.loads)} withdrawn" if changes.loads else ""
    lost = set(ids) - changes.explanations.keys()
    if lost - changes.joined:
        purged = f"an access that it cited was purged (older than {changes.purged})" if changes.purged else ""
        return withdrawn or purged or "an access that it cited is no longer loaded"
    still = [access_id for access_id in ids if access_id not in lost]
    held = {changes.explanations[access_id] for access_id in still if access_id not in changes.before} - {""}
    if held:
        return f"explained now: {', '.join(sorted(held))}"
    if lost:
        return "an access that it cited is part of another one now"
    if detector in changes.queries:
        return "the detector's query or parameters changed"
    if otherwise := _explained_otherwise(still, changes):
        return f"explained otherwise now: {'; '.join(otherwise)}"
    views = changes.queries.intersection(changes.views.get(detector, ()))
    read = f"the query or parameters of {', '.join(sorted(views))} changed, which the detector reads" if views else ""
    return withdrawn or read or "other data changed what the detector compares with"


def _explained_otherwise(ids: Sequence[str], changes: _Changes) -> list[str]:
    """Return what explains accesses in place of what did: where only a weak explanation held, a full one is as good as new."""
    pairs = {(changes.explanations[access_id], changes.before.get(access_id, "")) for access_id in ids}
    return [f"{now}, before {then}" for now, then in sorted(pairs) if now and then and now != then]


def _withdrawn_loads(before: Manifest, now: Manifest) -> tuple[str, ...]:
    standing = {item.load_id for item in now.inputs}
    return tuple(f"load {item.load_id} ({item.path})" for item in before.inputs if item.load_id not in standing)


def _changed_queries(before: Manifest, now: Manifest) -> set[str]:
    known = {query.id: (query.sha256, dict(query.parameters)) for query in before.queries}
    return {query.id for query in now.queries if known.get(query.id) != (query.sha256, dict(query.parameters))}
