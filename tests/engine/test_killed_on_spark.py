"""A run that loses its driver, or only the driver's Java, leaves no half report and no lock, and hinders no later run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from audit.errors import ExitCode
from audit.run import RunOptions, run
from audit.workspace import read_workspace
from tests.cli.tiny import CONFIG, make_tiny
from tests.conftest import quiet
from tests.engine.conftest import SMALL

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Accesses are being made when so many of a run's tables are written; its detectors are still to come.
TABLES = 4
# Two that find something here: what the others say after a kill, these do.
DETECTORS = ("repeated-subject", "unexplained-access")
PATIENCE = 120


@pytest.fixture
def force(tmp_path: Path) -> Path:
    """A tiny workspace for a Spark of its own."""
    settings = ", ".join(f'"{name}" = "{value}"' for name, value in SMALL.items())
    return make_tiny(tmp_path, f'{CONFIG}\n[spark]\nmaster = "local[1]"\nsettings = {{ {settings} }}\n')


@pytest.fixture
def running(force: Path, java: None) -> Iterator[subprocess.Popen[str]]:
    """A run on Spark, in a process of its own, in the midst of its work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "audit", "-w", str(force), "run", "--engine", "spark"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until(lambda: len(list(force.glob("lake/_passing*/0*/_SUCCESS"))) >= TABLES or process.poll() is not None)
    assert process.poll() is None, process.stderr.read()
    yield process
    process.kill()
    process.communicate()


def test_a_driver_that_is_killed_takes_its_java_along_and_the_next_run_is_as_if_nothing_had_been(
    force: Path, running: subprocess.Popen[str], spark: "SparkSession"
) -> None:
    java = _children(running.pid)

    running.kill()

    assert running.wait() == -signal.SIGKILL
    _wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in java))
    assert java
    assert not list(force.glob("reports/*"))
    report = _next_report(force, "spark")
    assert report == _next_report(force, "duckdb")
    assert report["findings.parquet"]
    assert not list(force.glob("lake/_*"))
    verified = subprocess.run(
        [sys.executable, "-m", "audit", "-w", str(force), "verify"], capture_output=True, check=False
    )
    assert verified.returncode == 0, verified.stdout


def test_a_run_whose_java_is_killed_says_so_and_leaves_nothing(force: Path, running: subprocess.Popen[str]) -> None:
    for number in _children(running.pid):
        os.kill(number, signal.SIGKILL)

    _, told = running.communicate(timeout=PATIENCE)

    assert running.returncode == ExitCode.INPUT_OUTPUT
    assert "audit: error: Spark at local[1] gave up or was lost: no report was made" in told
    assert "Traceback" not in told
    assert not list(force.glob("reports/*"))
    assert not list(force.glob("lake/_*"))
    assert not list(force.glob(".audit.holder.json"))
    assert _next_report(force, "duckdb")["findings.parquet"]


def _next_report(folder: Path, engine: str) -> dict[str, object]:
    """Run here, where Spark is warm already, and return the tables of the report."""
    published = run(read_workspace(folder), RunOptions(detectors=DETECTORS, engine=engine), quiet).published
    return {path.name: pq.read_table(path).to_pylist() for path in published.folder.glob("*.parquet")}


def _children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [number for number in numbers if _parent(number) == process]


def _parent(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
