"""Time whole processes: wall-clock seconds and peak memory, and the bare DuckDB that everything is held against."""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from audit.schema import TABLES

_BARE = """
import duckdb, sys
connection = duckdb.connect(sys.argv[2])
connection.execute("SET threads = " + sys.argv[3])
connection.execute(f"CREATE TABLE event AS SELECT * FROM read_csv('{sys.argv[1]}', columns = {sys.argv[4]}, header = true)")
"""


@dataclass(frozen=True)
class Taken:
    """What one process took: wall-clock seconds, and its peak memory in GB."""

    seconds: float
    peak_gb: float


def timed(command: list[str], accept: tuple[int, ...] = (0,)) -> Taken:
    """Run a command to its end.

    Raises:
        SystemExit: it ended with another exit code.

    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code not in accept:
        raise SystemExit(f"{' '.join(command[:6])} … ended with {code}")
    return Taken(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9)


def timed_bare(logs: Path, pattern: str, target: Path, threads: int) -> Taken:
    """Let bare DuckDB make the typed table of the canonical event files that a pattern names, in a new database."""
    types = {column.name: column.duckdb_type for column in TABLES["event"].columns.values()}
    with next(logs.glob(pattern)).open(encoding="utf-8") as stream:
        header = stream.readline().strip().split(",")
    columns = "{" + ", ".join(f"'{name}': '{types[name]}'" for name in header) + "}"
    target.unlink(missing_ok=True)
    return timed([sys.executable, "-c", _BARE, str(logs / pattern), str(target), str(threads), columns])


def audit_command(workspace: Path, *words: str) -> list[str]:
    """Return the command line of the program in a workspace."""
    return [sys.executable, "-m", "audit", "-w", str(workspace), *words]


def force_options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what makes a simulated force, and of how many threads run over it."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("events", 1_000_000), ("staff", 1_500), ("days", 365), ("seed", 1), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser


def set_threads(config: Path, threads: int) -> None:
    """Let the workspace of that audit.toml run on so many threads."""
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[workspace]\n", f"[workspace]\nthreads = {threads}\n"), encoding="utf-8")
