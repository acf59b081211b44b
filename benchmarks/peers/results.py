"""The results file: every measure as soon as it is taken, so that a run that is stopped goes on where it was."""

import hashlib
import json
import os
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from measure import Measure

Rows = set[tuple[object, ...]]
_PACKAGES = ("duckdb", "polars", "pandas", "pyarrow", "numpy", "pyspark")


class Results:
    """Measures by events, contender and round; and what each contender found, as count and hash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held: dict[str, Any] = {"measures": {}, "answers": {}}
        if path.exists():
            self.held = json.loads(path.read_text(encoding="utf-8"))

    def taken(self, events: int, contender: str) -> list[Measure]:
        """Return the measures of a contender at a size, by round."""
        return [Measure(**held) for held in self.held["measures"].get(f"{events}/{contender}", [])]

    def add(self, events: int, contender: str, measure: Measure) -> None:
        """Keep a measure."""
        self.held["measures"].setdefault(f"{events}/{contender}", []).append(asdict(measure))
        self._save()

    def found(self, events: int, contender: str) -> dict[str, list[Any]] | None:
        """Return count and hash of each answer of a contender, if it has given them."""
        kept: dict[str, list[Any]] | None = self.held["answers"].get(f"{events}/{contender}")
        return kept

    def add_found(self, events: int, contender: str, answers: dict[str, Rows]) -> None:
        """Keep what a contender found, as count and hash."""
        self.held["answers"][f"{events}/{contender}"] = {name: _digest(rows) for name, rows in answers.items()}
        self._save()

    def add_steps(self, events: int, contender: str, seconds: dict[str, float]) -> None:
        """Keep the seconds by step of the last run."""
        self.held.setdefault("steps", {})[f"{events}/{contender}"] = seconds
        self._save()

    def describe(self, **facts: object) -> None:
        """Keep the facts without which a figure says nothing."""
        self.held["facts"] = {**self.held.get("facts", {}), **_machine(), **facts}
        self._save()

    def middle(self, events: int, contender: str, what: str) -> float | None:
        """Return the median of `seconds`, `cpu` or `peak_gb`; None where nothing was measured, or it failed."""
        taken = self.taken(events, contender)
        return median(getattr(one, what) for one in taken) if taken and not any(one.failed for one in taken) else None

    def _save(self) -> None:
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps(self.held, indent=1), encoding="utf-8")
        aside.rename(self.path)


def _digest(rows: Rows) -> list[Any]:
    return [len(rows), hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()]


def _machine() -> dict[str, object]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {"python": platform.python_version(), **versions},
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
