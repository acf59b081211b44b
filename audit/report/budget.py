"""What to review with the time that there is: the best findings, not all of one kind, and a few accesses drawn by lot.

Reads a published report. Whoever reviews by rank alone reviews one kind of behaviour only, and never what is missed.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from audit.report.read import Run, Wanted, has_table, read_findings, read_table
from audit.report.tables import empty

# Of one detector at most so much of the budget: four kinds of behaviour at least are looked at.
SHARE_PERCENT = 25
# For so many findings one access drawn by lot.
FINDINGS_PER_CONTROL = 10


@dataclass(frozen=True)
class Budget:
    """Findings by rank, and control accesses by their place in the draw. `drawn`: all of it; None when the report has none."""

    findings: pa.Table
    control: pa.Table
    drawn: pa.Table | None


def choose_budget(run: Run, wanted: Wanted, budget: int, percent: int, reviewed: Collection[str] = ()) -> Budget:
    """Choose so many of the findings wanted, and a tenth as many control accesses, rounded up, of those not `reviewed` yet."""
    ranked = read_findings(run, wanted, ["finding_id", "detector"])
    places = choose_places(ranked["detector"].to_pylist(), budget, percent)
    ids = tuple(ranked["finding_id"].take(pa.array(places, pa.int64())).to_pylist())
    # A condition on no ids at all is none that Arrow takes.
    findings = read_findings(run, replace(wanted, finding_ids=ids) if ids else replace(wanted, limit=0))
    drawn = read_table(run, "control") if has_table(run, "control") else None
    left = empty("control") if drawn is None else _without(drawn, reviewed)
    return Budget(findings, left.slice(0, -(-budget // FINDINGS_PER_CONTROL)), drawn)


def _without(drawn: pa.Table, reviewed: Collection[str]) -> pa.Table:
    if not reviewed:
        return drawn
    return drawn.filter(pc.invert(pc.is_in(drawn["access_id"], value_set=pa.array(sorted(reviewed), pa.string()))))


def choose_places(detectors: Sequence[str], budget: int, percent: int) -> list[int]:
    """Return the places of the findings chosen, rising. `detectors` are those of all findings, the best first.

    At most `percent` of the budget (rounded up) of one detector; only when the others have no more do the best of what
    was passed over fill the rest.
    """
    most = -(-budget * percent // 100)
    taken: Counter[str] = Counter()
    chosen: list[int] = []
    passed: list[int] = []
    for place, detector in enumerate(detectors):
        if len(chosen) == budget:
            break
        (chosen if taken[detector] < most else passed).append(place)
        taken[detector] += 1
    return sorted(chosen + passed[: budget - len(chosen)])
