"""Findings of the report before that no longer stand, and why: no finding vanishes without a word."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from audit.engine import Engine
from audit.report.manifest import Manifest
from audit.report.tables import WITHDRAWN


def find_withdrawn(
    engine: Engine, before: pa.Table, now: pa.Table, before_manifest: Manifest, manifest: Manifest
) -> pa.Table:
    """Return the findings of `before` that are not among `now`, sorted by id, each with `why` it is gone."""
    gone = before.filter(pc.invert(pc.is_in(before["finding_id"], value_set=now["finding_id"].combine_chunks())))
    if not gone.num_rows:
        return WITHDRAWN.empty_table()
    explained = _explained(engine, gone)
    changed = _changed_queries(before_manifest, manifest)
    skipped = {skip.detector: skip.reason for skip in manifest.skipped}
    why = [
        _why(detector, ids, explained, changed, skipped)
        for detector, ids in zip(gone["detector"].to_pylist(), gone["event_ids"].to_pylist(), strict=True)
    ]
    table = gone.append_column("why", pa.array(why, pa.string()))
    return table.select(WITHDRAWN.names).sort_by("finding_id")


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


def _why(
    detector: str, ids: list[str], explained: Mapping[str, str], changed: set[str], skipped: Mapping[str, str]
) -> str:
    if detector in skipped:
        return f"the detector was skipped: {skipped[detector]}"
    if any(access_id not in explained for access_id in ids):
        return "an access that it cited is no longer loaded"
    held = sorted({explained[access_id] for access_id in ids} - {""})
    if held:
        return f"explained now: {', '.join(held)}"
    if detector in changed:
        return "the detector's query or parameters changed"
    return "other data changed what the detector compares with"


def _changed_queries(before: Manifest, now: Manifest) -> set[str]:
    known = {query.id: (query.sha256, dict(query.parameters)) for query in before.queries}
    return {query.id for query in now.queries if known.get(query.id) != (query.sha256, dict(query.parameters))}
