"""Findings of the report before that no longer stand, and why: no finding vanishes without a word."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audit.engine import Engine
from audit.report.manifest import Manifest
from audit.report.read import Run, Wanted, read_findings, read_table
from audit.report.tables import WITHDRAWN


@dataclass(frozen=True)
class _Changes:
    """What became other since the report before.

    `explanations`: of each cited access that is still loaded, what explains it now ("" = nothing). `before`: what did, of the
    accesses that something explained. `queries`, `skipped`: detectors that changed, and why those skipped did not run.
    `loads`: the loads that were withdrawn, in words. `purged`: the first day that the last purge left, if there was one.
    `removed`: detectors that there are no more.
    """

    explanations: Mapping[str, str]
    before: Mapping[str, str]
    queries: set[str]
    skipped: Mapping[str, str]
    loads: tuple[str, ...]
    purged: str = ""
    removed: frozenset[str] = frozenset()


def find_withdrawn(
    engine: Engine, run: Run, before: pa.Table, now: pa.Table, before_manifest: Manifest, manifest: Manifest
) -> pa.Table:
    """Return the findings of `before` that are not among `now`, sorted by id, each with `why` it is gone.

    `before` are ids (finding_id) of findings of the report `run`.
    """
    withdrawn = before["finding_id"].filter(
        pc.invert(pc.is_in(before["finding_id"], value_set=now["finding_id"].combine_chunks()))
    )
    if not len(withdrawn):
        return WITHDRAWN.empty_table()
    columns = [*(name for name in WITHDRAWN.names if name != "why"), "event_ids"]
    gone = read_findings(run, Wanted(finding_ids=tuple(withdrawn.to_pylist()), suppressed=True), columns)
    evidence = read_table(run, "evidence", ["finding_id", "access_id", "explanation"])
    known = evidence.filter(pc.is_in(evidence["finding_id"], value_set=withdrawn.combine_chunks()))
    known = known.filter(pc.is_valid(known["explanation"]))
    changes = _Changes(
        _explained(engine, gone),
        dict(zip(known["access_id"].to_pylist(), known["explanation"].to_pylist(), strict=True)),
        _changed_queries(before_manifest, manifest),
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


def _explained(engine: Engine, gone: pa.Table) -> Mapping[str, str]:
    ids = sorted({access_id for row in gone["event_ids"].to_pylist() for access_id in row})
    engine.create_table_from("gone_access", pa.table({"access_id": pa.array(ids, pa.string())}))
    rows = engine.query(
        "SELECT access.access_id, COALESCE(explanation.explanation, '') AS explanation FROM gone_access "
        "INNER JOIN access ON gone_access.access_id = access.access_id "
        "LEFT JOIN explanation ON gone_access.access_id = explanation.access_id"
    ).to_pylist()
    engine.drop("gone_access")
    return {row["access_id"]: row["explanation"] for row in rows}


def _why(detector: str, ids: list[str], changes: _Changes) -> str:
    if detector in changes.skipped:
        return f"the detector was skipped: {changes.skipped[detector]}"
    if detector in changes.removed:
        return "there is no such detector any more"
    withdrawn = f"{'; '.join(changes.loads)} withdrawn" if changes.loads else ""
    if any(access_id not in changes.explanations for access_id in ids):
        purged = f"an access that it cited was purged (older than {changes.purged})" if changes.purged else ""
        return withdrawn or purged or "an access that it cited is no longer loaded"
    held = {changes.explanations[access_id] for access_id in ids if access_id not in changes.before} - {""}
    if held:
        return f"explained now: {', '.join(sorted(held))}"
    if detector in changes.queries:
        return "the detector's query or parameters changed"
    return withdrawn or "other data changed what the detector compares with"


def _withdrawn_loads(before: Manifest, now: Manifest) -> tuple[str, ...]:
    standing = {item.load_id for item in now.inputs}
    return tuple(f"load {item.load_id} ({item.path})" for item in before.inputs if item.load_id not in standing)


def _changed_queries(before: Manifest, now: Manifest) -> set[str]:
    known = {query.id: (query.sha256, dict(query.parameters)) for query in before.queries}
    return {query.id for query in now.queries if known.get(query.id) != (query.sha256, dict(query.parameters))}
