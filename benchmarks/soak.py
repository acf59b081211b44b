"""Ninety nights in a row on a small simulated force, with a kill in every third and late data in every fourth.

    python benchmarks/soak.py --nights 90 --seed 1

Each night delivers a day of the log and the incidents and warnings known by then. In every fourth, that day's log comes some
nights later and the night's context one night later. In every third, the run is killed (SIGKILL) at a random moment, and the
next night goes on from what it left. At the end: the findings must be those of `--full` over the same warehouse, and those of
a fresh workspace that is given all at once; `audit verify` must find nothing; the database must be about as large as
the fresh one, and the peak memory of the last nights about that of the first. Exits with 1 where something is not so.
"""

import argparse
import csv
import io
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from audit.simulate import simulate

# Each night's file of these holds what was known by then: the column that says since when, or that leads to it.
GROWING = {
    "incident": "opened_at", "incident_staff": "reference", "incident_subject": "reference", "warning": "issued_at",
}  # fmt: skip
GOALS = {"size_of_fresh": 2.0, "memory_of_first_third": 1.25}
LATEST = 5


@dataclass(frozen=True)
class Night:
    """What one night was like: seconds, peak memory and the database's size (MB) after it."""

    night: int
    day: str
    killed: bool
    late: bool
    code: int
    seconds: float
    peak_mb: float
    size_mb: float


@dataclass
class Force:
    """A simulated force cut into days, and the workspace that gets them one by one."""

    folder: Path
    days: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    header: str = ""
    context: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def read(self) -> None:
        """Read the log by day, and the tables that grow."""
        for path in sorted((self.folder / "logs").glob("*.csv")):
            self.header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            for line in lines:
                self.days[date.fromisoformat(line.split(",")[1][:10])].append(line)
        for name in GROWING:
            with (self.folder / "context" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
                self.context[name] = list(csv.DictReader(stream))

    def deliver_log(self, workspace: Path, day: date) -> None:
        """Write one day's file of the log."""
        path = workspace / "logs" / f"event-{day}.csv"
        path.write_text(self.header + "".join(self.days.get(day, [])), encoding="utf-8")

    def deliver_context(self, workspace: Path, day: date) -> None:
        """Write what was known of incidents and warnings at the end of a day."""
        known = {row["reference"] for row in self.context["incident"] if row["opened_at"][:10] <= str(day)}
        for name, column in GROWING.items():
            rows = [row for row in self.context[name] if _is_known(row[column], known, column, day)]
            with (workspace / "context" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                names = list(self.context[name][0]) if self.context[name] else []
                writer = csv.DictWriter(stream, names)
                writer.writeheader()
                writer.writerows(rows)


def main() -> int:
    """Simulate, run the nights, compare, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--events", type=int, default=18_000)
    parser.add_argument("--staff", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    given = parser.parse_args()
    print(json.dumps(vars(given)), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        outcome = soak(Path(scratch), given.nights, given.staff, given.events, given.seed)
    print(json.dumps(outcome, indent=2))
    return 0 if outcome["good"] else 1


def soak(scratch: Path, nights: int, staff: int, events: int, seed: int) -> dict[str, object]:
    """Run the nights in an empty folder; return the figures, and whether all is `good`."""
    force = Force(scratch / "force")
    simulate(force.folder, staff, max(nights, 28), events, seed, lambda _step: None)
    force.read()
    workspace = _workspace(force, scratch / "nightly")
    past = list(_nights(force, workspace, nights, random.Random(seed)))
    incremental = tables_of(workspace)
    _audit(workspace, "run", "--full")
    fresh = _fresh(workspace, scratch / "fresh")
    _audit(fresh, "run")
    kept = sum(1 for path in (workspace / "reports").iterdir())
    whole = [night for night in past if not night.killed]
    third = max(len(whole) // 3, 1)
    first, last = ([night.peak_mb for night in part] for part in (whole[:third], whole[-third:]))
    figures: dict[str, object] = {
        "kills": sum(night.killed for night in past),
        "late": sum(night.late for night in past),
        "reports": kept,
        "seconds_median": statistics.median(night.seconds for night in whole),
        "size_of_fresh": round(past[-1].size_mb / size_mb(fresh), 2),
        "memory_of_first_third": round(statistics.median(last) / statistics.median(first), 2),
        "as_full": incremental == tables_of(workspace),
        "as_fresh": without_status(incremental) == without_status(tables_of(fresh)),
        "verified": _audit(workspace, "verify").returncode == 0,
    }
    figures["differs"] = [name for name, table in tables_of(fresh).items()
                          if without_status({name: table}) != without_status({name: incremental[name]})]  # fmt: skip
    within = all(float(str(figures[name])) <= goal for name, goal in GOALS.items())
    return {
        **figures,
        "goals": GOALS,
        "good": bool(figures["as_full"] and figures["as_fresh"] and figures["verified"]) and within,
    }


def _nights(force: Force, workspace: Path, nights: int, chance: random.Random) -> Iterator[Night]:
    first = min(force.days)
    waiting: dict[int, list[date]] = defaultdict(list)
    usual = 5.0
    for number in range(1, nights + 1):
        day = first + timedelta(days=number - 1)
        late, killed = number % 4 == 0 and number < nights, number % 3 == 0 and number < nights
        if late:
            waiting[min(number + chance.randint(1, LATEST), nights)].append(day)
        else:
            force.deliver_log(workspace, day)
            force.deliver_context(workspace, day)
        for missed in waiting.pop(number, []):
            force.deliver_log(workspace, missed)
        moment = chance.uniform(0.05, 1.0) * usual if killed else None
        code, seconds, peak = _run(workspace, moment)
        if code == 0:
            usual = seconds
        night = Night(number, str(day), code == -9, late, code, seconds, peak, size_mb(workspace))
        print(json.dumps(asdict(night)), flush=True)
        if code not in (0, -9):
            raise SystemExit(f"night {number} ended with {code}")
        yield night


def _run(workspace: Path, kill_after: float | None) -> tuple[int, float, float]:
    """Run the job; return its exit code (-9 = killed), its seconds and its peak memory (MB)."""
    started = time.monotonic()
    process = subprocess.Popen(_command(workspace, "run"), stdout=subprocess.DEVNULL)
    if kill_after is not None:
        time.sleep(kill_after)
        # Not process.kill(), which would take the end of one that has ended away from what waits below.
        os.kill(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return process.returncode, round(time.monotonic() - started, 2), round(peak, 1)


def _audit(workspace: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    outcome = subprocess.run(_command(workspace, *words), capture_output=True, check=False)
    if outcome.returncode:
        print(outcome.stdout.decode(), outcome.stderr.decode(), file=sys.stderr)
    return outcome


def _command(workspace: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "audit", "-w", str(workspace), *words]


def _workspace(force: Force, folder: Path) -> Path:
    shutil.copytree(force.folder, folder, ignore=shutil.ignore_patterns("labels", "*.csv"))
    for name in sorted((force.folder / "context").glob("*.csv")):
        if name.stem not in GROWING:
            shutil.copy(name, folder / "context")
    return folder


def _fresh(workspace: Path, folder: Path) -> Path:
    """Return a workspace that is given at once what the other got night by night."""
    made = shutil.ignore_patterns("audit.duckdb*", "reports", "ledger.jsonl", ".*")
    return Path(shutil.copytree(workspace, folder, ignore=made))


def _is_known(value: str, known: set[str], column: str, day: date) -> bool:
    return value in known if column == "reference" else value[:10] <= str(day)


def size_mb(workspace: Path) -> float:
    """Return the size of the database, with what waits to be written into it."""
    return round(sum(path.stat().st_size for path in workspace.glob("audit.duckdb*")) / 1e6, 2)


def tables_of(workspace: Path) -> dict[str, bytes]:
    """Return the tables of the last report."""
    last = max((workspace / "reports").glob("run=*"))
    return {path.stem: path.read_bytes() for path in sorted(last.glob("*.parquet"))}


def without_status(tables: dict[str, bytes]) -> dict[str, object]:
    """Return what a report says of the data: not what changed since another, nor what was drawn by lot from that data."""
    compared: dict[str, object] = {
        name: table for name, table in tables.items() if name not in ("findings", "withdrawn", "control")
    }
    if "findings" in tables:
        compared["findings"] = pq.read_table(io.BytesIO(tables["findings"])).drop_columns(["status"]).to_pylist()
    return compared


if __name__ == "__main__":
    sys.exit(main())
