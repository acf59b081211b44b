"""What a night costs with a year in the warehouse: against a full run over it, and against the same night after a month.

    python benchmarks/incremental.py --events 4000000

A year is simulated and loaded but for its last two whole days. The first of them is added as a night of its own, which is not
timed: a database tidies up once after a first load of months. Then the other is added and `audit run` timed as a whole
process, and after it `audit run --full`. The same two nights are added to a warehouse that holds the thirty days before them. The
goals are ratios: at most 0.15 of the full run, and at most 1.5 times the night after a month. Each round runs all three over
copies, and a ratio is the median of the rounds'. Seconds are of this machine.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from timing import force_options, set_threads

from audit.simulate import simulate

GOALS = {"of_full": 0.15, "of_month": 1.5}
MONTH = timedelta(days=30)
# Seconds of a whole process, and by step.
Timed = tuple[float, dict[str, float]]


def main() -> None:
    """Make the data, run the nights, print ratios and seconds."""
    parser = force_options(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        force = Path(scratch) / "force"
        simulate(force, given.staff, given.days, given.events, given.seed, _tell)
        day = _last_whole_day(force)
        before = day - timedelta(days=1)
        year = _workspace(force, Path(scratch) / "year", given.threads, date.min, before)
        month = _workspace(force, Path(scratch) / "month", given.threads, before - MONTH, before)
        for folder in (year, month):
            for night in (before, day):
                _run(folder)
                _add(force, folder, night)
        rounds = [_round(year, month, Path(scratch) / "copy") for _ in range(given.rounds)]
    ratios = {f"of_{other}": _ratio(rounds, other) for other in ("full", "month")}
    print(json.dumps({**vars(given), "day": str(day), "ratios": ratios, "goals": GOALS, "seconds": rounds}, indent=2))


def _round(year: Path, month: Path, copy: Path) -> dict[str, Timed]:
    """Run the night after a year, all of it anew, and the night after a month: each in a copy, so that it can be done again."""
    shutil.copytree(year, copy)
    night, full = _run(copy), _run(copy, "--full")
    shutil.rmtree(copy)
    shutil.copytree(month, copy)
    after_month = _run(copy)
    shutil.rmtree(copy)
    return {"night": night, "full": full, "month": after_month}


def _ratio(rounds: list[dict[str, Timed]], other: str) -> float:
    return round(statistics.median(taken["night"][0] / taken[other][0] for taken in rounds), 3)


def _tell(message: str) -> None:
    print(message, file=sys.stderr)


def _day_of(line: str) -> date:
    return date.fromisoformat(line.split(",")[1][:10])


def _lines(path: Path) -> tuple[str, list[str]]:
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return header, lines


def _last_whole_day(force: Path) -> date:
    """Return the newest day with at least half of what is usual: the log ends within a day."""
    counted: Counter[date] = Counter()
    for path in sorted((force / "logs").glob("*.csv"))[-2:]:
        counted.update(map(_day_of, _lines(path)[1]))
    usual = sorted(counted.values())[len(counted) // 2]
    return max(day for day, events in counted.items() if 2 * events >= usual)


def _workspace(force: Path, folder: Path, threads: int, first: date, until: date) -> Path:
    """Copy the force with the log from one day to the day before another."""
    shutil.copytree(force, folder, ignore=shutil.ignore_patterns("labels"))
    set_threads(folder / "audit.toml", threads)
    for path in sorted((folder / "logs").glob("*.csv")):
        header, lines = _lines(path)
        kept = [line for line in lines if first <= _day_of(line) < until]
        path.unlink()
        if kept:
            path.write_text(header + "".join(kept), encoding="utf-8")
    return folder


def _add(force: Path, folder: Path, day: date) -> None:
    header, added = "", []
    for path in sorted((force / "logs").glob("*.csv"))[-2:]:
        header, lines = _lines(path)
        added += [line for line in lines if _day_of(line) == day]
    (folder / "logs" / f"event-{day}-night.csv").write_text(header + "".join(added), encoding="utf-8")


def _run(folder: Path, *options: str) -> Timed:
    """Run the job as a process, and return its seconds, whole and by step."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "audit", "-w", str(folder), "run", *options]
    process = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = round(time.perf_counter() - started, 2)
    if process.returncode not in (0, 3):
        raise SystemExit(process.stderr.decode())
    manifest = max((folder / "reports").glob("run=*/manifest.json"))
    steps: dict[str, float] = json.loads(manifest.read_text(encoding="utf-8"))["seconds"]["steps"]
    return seconds, steps


if __name__ == "__main__":
    main()
