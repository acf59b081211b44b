"""Measure Access Audit beside the other ways to do its work, on one machine, on the same files, in turn.

    python benchmarks/peers.py --events 1000000 10000000 --rounds 3 --out DIR --write docs/performance.md

Makes a simulated force of each size, runs every contender in a fresh process, round after round, checks that all give the same
rows, and writes the note with its tables and plots. Every measure stands in DIR/results.json as soon as it is taken: a run that is
stopped goes on where it was, and `--rounds 0` only writes. What the work is and what each contender may leave out:
docs/performance.md, whose text stands in benchmarks/peers/performance.md.
"""

import argparse
import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE / "peers"), str(_HERE.parent)]

from commands import measure_commands  # noqa: E402
from contenders import CONTENDERS, Contender, seconds_of_steps  # noqa: E402
from measure import cleared, measure  # noqa: E402
from note import write_note  # noqa: E402
from results import Results  # noqa: E402
from timing import set_threads  # noqa: E402

from audit.simulate import simulate  # noqa: E402


def main() -> int:
    """Make the data, measure, compare, write. Exit code 1 where two differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--events", type=int, nargs="+", default=[1_000_000], metavar="N", help="sizes, small ones first"
    )
    parser.add_argument(
        "--growth",
        type=int,
        nargs="*",
        default=[],
        metavar="N",
        help="sizes for whole runs of Access Audit and the floors only",
    )
    parser.add_argument("--staff", type=int, default=500, help="staff for each million events, at least 300 in all")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=3600, help="seconds after which a contender is given up")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", choices=[one.id for one in CONTENDERS])
    parser.add_argument("--out", type=Path, required=True, help="where data and results are kept")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the note there, its plots into a folder beside it"
    )
    parser.add_argument("--state", default="nothing else ran", help="what else the machine did meanwhile, for the note")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    results = Results(given.out / "results.json")
    results.describe(seed=given.seed, days=given.days, staff_per_million=given.staff, state=given.state)
    for events in sorted({*given.events, *given.growth}):
        chosen = [one for one in CONTENDERS if one.id in (given.only or [one.id])]
        if events not in given.events:
            chosen = [one for one in chosen if one.id in ("floor-table", "floor-parquet", "audit")]
        force = _force(given, events)
        for turn in range(given.rounds):
            for contender in chosen:
                if len(results.taken(events, contender.id)) <= turn:
                    _measure(results, contender, force, given.out, events, given.limit)
    if given.rounds:
        measure_commands(results, given.out)
    if given.write:
        write_note(results, given.write)
    return _compare(results)


def _force(given: argparse.Namespace, events: int) -> Path:
    folder: Path = given.out / f"force-{events}-{given.seed}"
    if not (folder / "audit.toml").exists():
        cleared(folder)
        staff = max(300, given.staff * events // 1_000_000)
        simulate(folder, staff, given.days, events, given.seed, lambda message: print(message, file=sys.stderr))
        set_threads(folder / "audit.toml", 2)
    return folder


def _measure(results: Results, contender: Contender, force: Path, out: Path, events: int, limit: float) -> None:
    if (missing := contender.missing()) is not None:
        print(f"{contender.id}: left out, {missing}", file=sys.stderr)
        return
    folder = cleared(out / "answers")
    taken = measure(contender.command(force, folder), limit, contender.accept, out / f"{contender.id}.log")
    results.add(events, contender.id, taken)
    words = taken.failed or f"{taken.seconds:.1f} s, CPU {taken.cpu:.1f} s, {taken.peak_gb:.2f} GB"
    print(f"{events:,} {contender.id}: {words}", file=sys.stderr)
    if contender.id.startswith("audit") and taken.failed is None:
        results.add_steps(events, contender.id, seconds_of_steps(force))
    if contender.answers is not None and taken.failed is None and results.found(events, contender.id) is None:
        results.add_found(events, contender.id, contender.answers(force, folder))
    cleared(folder)


def _compare(results: Results) -> int:
    faults = 0
    for place, found in results.held["answers"].items():
        ours = results.held["answers"].get(f"{place.partition('/')[0]}/audit-work", found)
        for name, [count, digest] in ours.items():
            if found[name][1] != digest:
                faults += 1
                print(f"{place}: {name} differs: {found[name][0]:,} rows, Access Audit {count:,}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
