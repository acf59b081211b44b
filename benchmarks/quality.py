"""Measure the detectors on simulated forces: simulate, run and evaluate for each seed; print the table of docs/quality.md.

    python benchmarks/quality.py --seeds 1 2 3 4 5

Prints Markdown on stdout: each measure with its goal, mean and value by seed; then what was expected, found, exact and
caught by detector, over all seeds; then what was missed, found with other numbers, or caught. Exits with 1 when a goal is
not met on every seed. With --keep the forces stay in that folder, so that `audit show` can be asked why.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from audit.evaluate import Evaluation, evaluate_run
from audit.evaluate.measures import Measures
from audit.run import RunOptions, run
from audit.simulate import simulate
from audit.workspace import read_workspace


@dataclass(frozen=True)
class Goal:
    """What a measure should be on every seed, and how to ask."""

    text: str
    met: Callable[[float], bool]


GOALS = {
    "coverage": Goal("≥ 0.94", lambda value: value >= 0.94),
    "recall": Goal("1", lambda value: value == 1),
    "exact": Goal("1", lambda value: value == 1),
    "precision_at_20": Goal("≥ 0.95", lambda value: value >= 0.95),
    "recall_at_50": Goal("≥ 0.95", lambda value: value >= 0.95),
    "lookalikes_in_first_50": Goal("0", lambda value: value == 0),
    "lookalikes_caught": Goal("0", lambda value: value == 0),
    "grave_per_100k": Goal("≤ 40", lambda value: value <= 40),
}


def main() -> int:
    """Measure each seed, print the tables, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--staff", type=int, default=800)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the forces here; one that is there is run again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        evaluations = [_measure(given.keep or Path(scratch), given, seed) for seed in given.seeds]
    missed = _print_measures(evaluations, given.seeds)
    _print_detectors(evaluations)
    _print_failures(evaluations, given.seeds)
    return int(missed)


def _measure(folder: Path, given: argparse.Namespace, seed: int) -> Evaluation:
    force = folder / f"seed-{seed}"
    if not force.exists():
        _say(f"seed {seed}: simulating")
        simulate(force, given.staff, given.days, given.events, seed, _say)
    run(read_workspace(force), RunOptions(), _say)
    return evaluate_run(force, None, _say)


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _print_measures(evaluations: Sequence[Evaluation], seeds: Sequence[int]) -> bool:
    """Print a row for each measure; say whether a goal is missed."""
    _print_row("measure", "goal", "mean", *(f"seed {seed}" for seed in seeds))
    _print_row("---", "---", *["---:"] * (1 + len(seeds)))
    missed = False
    for field in fields(Measures):
        values: list[float | None] = [getattr(one.measures, field.name) for one in evaluations]
        there = [value for value in values if value is not None]
        goal = GOALS.get(field.name)
        missed |= goal is not None and not all(goal.met(value) for value in there)
        mean = sum(there) / len(there) if there else None
        _print_row(field.name, goal.text if goal else "", *map(_shown, (mean, *values)))
    return missed


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def _print_detectors(evaluations: Sequence[Evaluation]) -> None:
    """Print the sums of each detector over all seeds."""
    print()
    _print_row("detector", "expected", "found", "exact", "look-alikes", "caught", "findings", "high or above")
    _print_row("---", *["---:"] * 7)
    sums: dict[str, list[int]] = {}
    for evaluation in evaluations:
        for result in evaluation.detectors:
            name, *counts = asdict(result).values()
            sums[name] = [one + other for one, other in zip(sums.get(name, [0] * 7), counts, strict=True)]
    for name, counts in sorted(sums.items()):
        _print_row(name, *(f"{count:,}" for count in counts))


def _print_failures(evaluations: Sequence[Evaluation], seeds: Sequence[int]) -> None:
    """Print what was missed, found with other numbers, caught or misplaced, by seed."""
    for seed, evaluation in zip(seeds, evaluations, strict=True):
        lines = [f"missed: {one.expected.case_id}, {one.expected.detector}: {one.why}" for one in evaluation.missed]
        lines += [
            f"other numbers: {one.expected.case_id}, {one.expected.detector}: {'; '.join(one.differs)}"
            for one in evaluation.inexact
        ]
        lines += [
            f"caught: {one.lookalike.kind}, {one.lookalike.detector}: {one.finding_id}" for one in evaluation.caught
        ]
        lines += [f"look-alike among the first 50 users: {user}" for user in evaluation.misplaced]
        if lines:
            print(f"\nSeed {seed}\n")
            print("\n".join(f"- {line}" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
