"""A run that is killed at any moment, again and again: the next makes the same report as if nothing had been."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.cli.tiny import make_tiny

KILLS = 30
_PROGRAM = [sys.executable, "-m", "audit"]
_MORE = """
SELECT
    'L' || n AS event_id,
    strftime(TIMESTAMP '2024-05-01' + n * INTERVAL 71 SECOND, '%Y-%m-%d %H:%M:%S') AS occurred_at,
    'RMS' AS system, 'U' || n % 40 AS user_id, 'view' AS action, 'person' AS subject_kind, 'P' || n % 1009 AS subject_id
FROM range({first}, {first} + 4000) AS record (n)
"""


def force_in(folder: Path) -> Path:
    """Make a workspace with three logs: one small, two of 4,000 records."""
    folder.mkdir()
    make_tiny(folder)
    with duckdb.connect() as connection:
        for place, first in enumerate((0, 4_000)):
            connection.execute(f"COPY ({_MORE.format(first=first)}) TO '{folder}/logs/more-{place}.csv' (HEADER)")
    return folder


def run(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*_PROGRAM, "-w", str(folder), "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, umask=0o077
    )


def tables_of(folder: Path) -> dict[str, bytes]:
    report = max((folder / "reports").glob("run=*"))
    return {path.name: path.read_bytes() for path in report.glob("*.parquet")}


@pytest.mark.parametrize("seed", [1])
def test_thirty_kills_at_random_moments_change_nothing(tmp_path: Path, seed: int) -> None:
    calm, killed = force_in(tmp_path / "calm"), force_in(tmp_path / "killed")
    started = time.monotonic()
    assert run(calm).wait() == 0
    whole = time.monotonic() - started
    chance = random.Random(seed)
    ended = 0
    for _ in range(KILLS):
        process = run(killed)
        time.sleep(chance.uniform(0.1, 1.0) * whole)
        process.kill()
        ended += process.wait() == 0
        # Most kills must come while there is work to do: a state that is up to date has less.
        if chance.random() < 0.3:
            shutil.rmtree(killed / "reports", ignore_errors=True)
            for name in ("audit.duckdb", "audit.duckdb.wal", "ledger.jsonl"):
                (killed / name).unlink(missing_ok=True)

    assert ended < KILLS
    assert run(killed).wait() == 0
    assert tables_of(killed) == tables_of(calm)
    assert not [path for path in (killed / "reports").iterdir() if not path.name.startswith("run=")]
    with duckdb.connect(str(killed / "audit.duckdb"), read_only=True) as connection:
        counts = connection.execute("SELECT count(*), count(DISTINCT event_id) FROM event").fetchone()
    assert counts == (8_007, 8_007)
    verified = subprocess.run([*_PROGRAM, "-w", str(killed), "verify"], capture_output=True, check=False)
    assert verified.returncode == 0, verified.stdout
