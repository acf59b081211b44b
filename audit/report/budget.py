"""What to review with the time that there is: the best findings, not all of one kind, and a few accesses drawn by lot.

Reads a published report. Whoever reviews by rank alone reviews one kind of behaviour only, and never what is missed. What is
critical is chosen whatever the shares, and what a share leaves out is counted: nothing grave is passed over without a word.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from audit.report.read import Run, Wanted, has_table, read_findings, read_table
from audit.report.tables import LEVELS, empty

# Of one detector at most so much of the budget: four kinds of behaviour at least are looked at.
SHARE_PERCENT = 25
# For so many findings one access drawn by lot.
FINDINGS_PER_CONTROL = 10
_ALWAYS = LEVELS[-1]


@dataclass(frozen=True)
class Budget:
    """Findings by rank, and control accesses by their place in the draw. `drawn`: all of it; None when the report has none.

    `left_out`: of each detector, how many of which level its share passed over though they rank before the last one chosen.
    `critical_left_out`: how many critical ones there are beyond the budget.
    """

    findings: pa.Table
    control: pa.Table
    drawn: pa.Table | None
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    critical_left_out: int = 0


def choose_budget(run: Run, wanted: Wanted, budget: int, percent: int, reviewed: Collection[str] = ()) -> Budget:
    """Choose so many of the findings wanted, and a tenth as many control accesses, rounded up, of those not `reviewed` yet."""
    ranked = read_findings(run, wanted, ["finding_id", "detector", "level", "rank"])
    detectors, levels, ranks = (ranked[name].to_pylist() for name in ("detector", "level", "rank"))
    critical = [place for place, level in enumerate(levels) if level == _ALWAYS and ranks[place] is not None]
    places = choose_places(detectors, budget, percent, critical)
    ids = tuple(ranked["finding_id"].take(pa.array(places, pa.int64())).to_pylist())
    # A condition on no ids at all is none that Arrow takes.
    findings = read_findings(run, replace(wanted, finding_ids=ids) if ids else replace(wanted, limit=0))
    drawn = read_table(run, "control") if has_table(run, "control") else None
    left = empty("control") if drawn is None else _without(drawn, reviewed)
    control = left.slice(0, -(-budget // FINDINGS_PER_CONTROL))
    left_out = _left_out(places, critical, detectors, levels)
    return Budget(findings, control, drawn, left_out, max(0, len(critical) - budget))


def _without(drawn: pa.Table, reviewed: Collection[str]) -> pa.Table:
    if not reviewed:
        return drawn
    return drawn.filter(pc.invert(pc.is_in(drawn["access_id"], value_set=pa.array(sorted(reviewed), pa.string()))))


def choose_places(detectors: Sequence[str], budget: int, percent: int, always: Sequence[int] = ()) -> list[int]:
    """Return the places of the findings chosen, rising. `detectors` are those of all findings, the best first.

    `always`: places that are chosen before all others. At most `percent` of the budget (rounded up) of one detector, with
    those; only when the others have no more do the best of what was passed over fill the rest.
    """
    most = -(-budget * percent // 100)
    chosen = list(always[:budget])
    taken = Counter(detectors[place] for place in chosen)
    before = frozenset(always)
    passed: list[int] = []
    for place, detector in enumerate(detectors):
        if len(chosen) == budget:
            break
        if place in before:
            continue
        (chosen if taken[detector] < most else passed).append(place)
        taken[detector] += 1
    return sorted(chosen + passed[: budget - len(chosen)])


def _left_out(
    places: Sequence[int], always: Collection[int], detectors: Sequence[str], levels: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Count what a share passed over: it ranks before the last one that was chosen by its rank, and was not."""
    before = set(always)
    last = max((place for place in places if place not in before), default=0)
    passed = Counter((detectors[place], levels[place]) for place in set(range(last)) - set(places) - before)
    return {
        detector: {level: passed[detector, level] for level in reversed(LEVELS) if passed[detector, level]}
        for detector in dict.fromkeys(detectors[:last])
        if any(name == detector for name, _ in passed)
    }
