"""Run one command to its end and tell what its whole tree of processes took: a JVM or a worker counts as its starter does."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_POLL_SECONDS = 0.05
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measure:
    """Wall and CPU seconds, and the most memory resident at once, in GB. `failed`: why there is no answer."""

    seconds: float
    cpu: float
    peak_gb: float
    failed: str | None = None


def measure(command: list[str], limit: float, accept: tuple[int, ...] = (0,), log: Path | None = None) -> Measure:
    """Run a command for at most `limit` seconds; what it says on stderr goes to `log`."""
    started = time.perf_counter()
    with (log or Path(os.devnull)).open("wb") as errors:
        # A session of its own is how its descendants are known, and how they end with it.
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL, start_new_session=True
        )
    cpu: dict[int, float] = {}
    peak, status, late = 0, None, False
    while status is None:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended == 0:
            status = None
            peak = max(peak, _look(process.pid, cpu))
            if not late and time.perf_counter() - started > limit:
                late = True
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(_POLL_SECONDS)
    seconds = time.perf_counter() - started
    # Left to themselves: a JVM that has still to notice that its starter is gone.
    _look(process.pid, cpu)
    with_children = usage.ru_utime + usage.ru_stime
    # What the kernel says of the peak begins with that of the process that forked: good enough only where nothing else is.
    own_peak = 0 if peak else usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    code = os.waitstatus_to_exitcode(status)
    failed = "over the time limit" if late else None if code in accept else f"ended with {code}"
    return Measure(seconds, max(with_children, sum(cpu.values())), max(peak, own_peak) / 1e9, failed)


def _look(session: int, cpu: dict[int, float]) -> int:
    """Note the CPU seconds of each process of a session, and return the bytes that they hold together."""
    held, highest = 0, 0
    for folder in _PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                cpu[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
                held += int((folder / "statm").read_text().split()[1]) * _PAGE
                highest = max(highest, _highest(folder))
        except (OSError, IndexError):
            continue  # it ended while we looked
    return max(held, highest)


def _highest(process: Path) -> int:
    """Return the most bytes that a process ever held: what came and went between two looks."""
    lines = (process / "status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def cleared(folder: Path) -> Path:
    """Return an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
