"""The table of rules: what each detector chose from, what explanations took, whom it found, and who else found them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audit.catalogue import Catalogue, Detector
from audit.detect import Detection
from audit.engine import Engine
from audit.findings import Findings, Overlap
from audit.report.tables import RULES

_COUNTED = (
    "SELECT (SELECT judges FROM horizon) AS judges, "
    "(SELECT count(*) FROM access WHERE user_id IS NOT NULL) AS accesses, "
    "(SELECT count(*) FROM judgeable_access) AS judged, "
    "(SELECT count(*) FROM explanation WHERE strength = 'full') AS explained, "
    "(SELECT count(*) FROM explanation WHERE strength = 'weak') AS weak"
)

# Views that tell something of accesses, and by which nobody is chosen.
_TELLING = frozenset({"lacks_explanation", "local_clock"})


@dataclass(frozen=True)
class Accesses:
    """How many accesses there are: with a user; judged; explained in full; weakly. `judges`: incidents are known."""

    judges: bool
    accesses: int
    judged: int
    explained: int
    weak: int

    def chosen_from(self, reads: frozenset[str]) -> tuple[int | None, int | None]:
        """Return what a detector that reads these relations chooses from, and what explanations took of it.

        (None, None) for one that reads no accesses.
        """
        if "access" not in reads:
            return None, None
        if self.judges and "unexplained_access" in reads:
            return self.judged, self.explained + self.weak
        if self.judges and "not_fully_explained_access" in reads:
            return self.judged, self.explained
        return self.accesses, 0


@dataclass(frozen=True)
class _Found:
    """How many findings a detector has, and of how many users."""

    findings: int
    users: int


def tell_rules(engine: Engine, catalogue: Catalogue, detections: Sequence[Detection], findings: Findings) -> pa.Table:
    """Return the table of rules, a row for each detector."""
    counted = Accesses(**engine.query(_COUNTED).to_pylist()[0])
    table = findings.findings.select(["detector"]).append_column("user_id", _named(findings.findings["user_id"]))
    grouped = table.group_by("detector").aggregate([([], "count_all"), ("user_id", "count_distinct")])
    found = {row["detector"]: _Found(row["count_all"], row["user_id_count_distinct"]) for row in grouped.to_pylist()}
    rows = [_row(detection, catalogue, counted, found, findings.overlap) for detection in detections]
    return pa.Table.from_pylist(rows, schema=RULES)


def _named(users: pa.ChunkedArray) -> pa.ChunkedArray:
    """An empty name is nobody's, as none is."""
    return pc.if_else(pc.equal(users, ""), None, users)


def _row(
    detection: Detection,
    catalogue: Catalogue,
    counted: Accesses,
    found: Mapping[str, _Found],
    overlaps: Mapping[str, Overlap],
) -> dict[str, Any]:
    name = detection.detector.id
    if detection.skipped is not None:
        return {"detector": name, "skipped": detection.skipped}
    candidates, explained_away = counted.chosen_from(_all_reads(catalogue, detection.detector))
    overlap = overlaps.get(name, Overlap())
    own = found.get(name, _Found(0, 0))
    return {
        "detector": name,
        "candidates": candidates,
        "explained_away": explained_away,
        "findings": own.findings,
        "users": own.users,
        "lift": overlap.lift,
        "overlap": json.dumps(dict(overlap.shared), separators=(",", ":")),
        "skipped": None,
    }


def _all_reads(catalogue: Catalogue, detector: Detector) -> frozenset[str]:
    """Return all that a detector reads, through views too, but for what nobody is chosen by."""
    views = [view for view in catalogue.views_for(detector.reads) if view.id not in _TELLING]
    return frozenset([*detector.reads, *(name for view in views for name in view.reads)])
