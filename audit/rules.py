"""The table of rules: what each detector chose from, what explanations took, whom it found, and who else found them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.catalogue import Catalogue, Detector
from audit.detect import Detection
from audit.engine import Engine
from audit.findings import Findings, Overlap
from audit.report.tables import RULES

_COUNTED = "SELECT (SELECT judges FROM horizon) AS judges, count(user_id) AS accesses FROM access"

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


def tell_rules(
    engine: Engine, catalogue: Catalogue, detections: Sequence[Detection], findings: Findings, coverage: pa.Table
) -> pa.Table:
    """Return the table of rules, a row for each detector. `coverage`: the report's, which counts the same accesses."""
    summed = {name: pc.sum(coverage[name]).as_py() or 0 for name in ("accesses", "unjudged", "explained", "weak")}
    counted = Accesses(
        **engine.query(_COUNTED).to_pylist()[0],
        judged=summed["accesses"] - summed["unjudged"],
        explained=summed["explained"],
        weak=summed["weak"],
    )
    found = _count_found(findings.findings["detector"], findings.findings["user_id"])
    rows = [_row(detection, catalogue, counted, found, findings.overlap) for detection in detections]
    return pa.Table.from_pylist(rows, schema=RULES)


def _count_found(detectors: pa.ChunkedArray, users: pa.ChunkedArray) -> dict[str, _Found]:
    """Count the findings and users of each detector. An empty name is nobody's, as none is."""
    which, who = (column.combine_chunks().dictionary_encode() for column in (detectors, users))
    named = pc.fill_null(pc.not_equal(users, ""), False).to_numpy()
    found = np.zeros((len(which.dictionary), len(who.dictionary)), bool)
    found[which.indices.to_numpy()[named], who.indices.filter(pa.array(named)).to_numpy()] = True
    findings = np.bincount(which.indices.to_numpy(), minlength=len(found)).tolist()
    counted = zip(findings, found.sum(axis=1).tolist(), strict=True)
    return {name: _Found(*both) for name, both in zip(which.dictionary.to_pylist(), counted, strict=True)}


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
