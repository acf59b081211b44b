"""Time `audit run` over a simulated force beside bare DuckDB reading the same event file into a typed table.

    python benchmarks/nightly.py --events 1000000

Both are measured as whole processes in turn, on the same file and with the same threads; what counts is the ratio. Seconds
of a run stand in its manifest, by step and by detector.
"""

import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from timing import Taken, audit_command, force_options, set_threads, timed, timed_bare

from audit.simulate import simulate


def main() -> None:
    """Make the data, run both in turn, and print seconds, peak memory and the ratio."""
    parser = force_options(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        force = Path(scratch) / "force"
        simulate(
            force, given.staff, given.days, given.events, given.seed, lambda message: print(message, file=sys.stderr)
        )
        set_threads(force / "audit.toml", given.threads)
        rounds = [
            (timed_bare(force / "logs", "*.csv", force.parent / "bare.duckdb", given.threads), _audit(force))
            for _ in range(given.rounds)
        ]
        steps = _steps(force)
    print(json.dumps({**vars(given), **_summary(rounds), "steps": steps}, indent=2))


def _audit(force: Path) -> Taken:
    for name in ("audit.duckdb", "reports"):
        path = force / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return timed(audit_command(force, "run"), accept=(0, 3))


def _summary(rounds: list[tuple[Taken, Taken]]) -> dict[str, object]:
    ratios = [audit.seconds / bare.seconds for bare, audit in rounds]
    return {
        "bare_seconds": [round(bare.seconds, 2) for bare, _ in rounds],
        "audit_seconds": [round(audit.seconds, 2) for _, audit in rounds],
        "audit_peak_gb": round(max(audit.peak_gb for _, audit in rounds), 2),
        "ratio_median": round(statistics.median(ratios), 2),
        "machine": {
            "cores": os.cpu_count(),
            "own_peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        },
    }


def _steps(force: Path) -> dict[str, float]:
    manifest = max((force / "reports").glob("run=*/manifest.json"))
    seconds: dict[str, float] = json.loads(manifest.read_text(encoding="utf-8"))["seconds"]["steps"]
    return seconds


if __name__ == "__main__":
    main()
