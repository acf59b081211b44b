"""The contenders: how each is called, and started."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from answers import DETECTORS, Rows, answers_of_contender, answers_of_report

from audit.schema import TABLES

_HERE = Path(__file__).parent
_FLOOR = """
import duckdb, sys
connection = duckdb.connect(sys.argv[2] + "/bare.duckdb")
connection.execute("SET threads = 2")
rows = "SELECT * FROM read_csv('" + sys.argv[1] + "/logs/*.csv', columns = " + sys.argv[3] + ", header = true)"
connection.execute(sys.argv[4].format(rows=rows, folder=sys.argv[2]))
"""
_INPUTS = frozenset({"logs", "context", "labels", "audit.toml"})


@dataclass(frozen=True)
class Contender:
    """One way to do the work. `answers` reads what it found, from the force and the folder; None: it is a floor."""

    id: str
    title: str
    command: Callable[[Path, Path], list[str]]
    answers: Callable[[Path, Path], dict[str, Rows]] | None = None
    accept: tuple[int, ...] = (0,)
    needs: str | None = None

    def missing(self) -> str | None:
        """Return what is not there that it needs."""
        if self.needs is None:
            return None
        if find_spec(self.needs) is None:
            return f"{self.needs} is not installed"
        return "no java on the PATH" if self.needs == "pyspark" and shutil.which("java") is None else None


def _floor(statement: str) -> Callable[[Path, Path], list[str]]:
    def command(force: Path, folder: Path) -> list[str]:
        types = {column.name: column.duckdb_type for column in TABLES["event"].columns.values()}
        with next((force / "logs").glob("*.csv")).open(encoding="utf-8") as stream:
            header = stream.readline().strip().split(",")
        columns = "{" + ", ".join(f"'{name}': '{types[name]}'" for name in header) + "}"
        return [sys.executable, "-c", _FLOOR, str(force), str(folder), columns, statement]

    return command


def _audit(*words: str, memory: str | None = None) -> Callable[[Path, Path], list[str]]:
    def command(force: Path, _folder: Path) -> list[str]:
        # From nothing, each time: no warehouse, no report, no ledger.
        for path in force.iterdir():
            if path.name not in _INPUTS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        config = force / "audit.toml"
        lines = [line for line in config.read_text(encoding="utf-8").splitlines() if not line.startswith("memory = ")]
        if memory is not None:
            lines.insert(lines.index("[workspace]") + 1, f'memory = "{memory}"')
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [sys.executable, "-m", "audit", "-w", str(force), "run", *words]

    return command


def _script(name: str) -> Callable[[Path, Path], list[str]]:
    return lambda force, folder: [sys.executable, str(_HERE / f"run_{name}.py"), str(force), str(folder)]


def _reported(force: Path, _folder: Path) -> dict[str, Rows]:
    return answers_of_report(max((force / "reports").glob("run=*")))


def _written(_force: Path, folder: Path) -> dict[str, Rows]:
    return answers_of_contender(folder)


def seconds_of_steps(force: Path) -> dict[str, float]:
    """Return what the last run says of itself: wall-clock seconds by step."""
    manifest = max((force / "reports").glob("run=*/manifest.json"))
    seconds: dict[str, float] = json.loads(manifest.read_text(encoding="utf-8"))["seconds"]["steps"]
    return seconds


_THREE = [word for detector in DETECTORS.values() for word in ("--detector", detector)]
CONTENDERS = (
    Contender("floor-table", "bare DuckDB: log to a typed table", _floor("CREATE TABLE event AS {rows}")),
    Contender("floor-parquet", "bare DuckDB: log to Parquet", _floor("COPY ({rows}) TO '{folder}/event.parquet'")),
    Contender("audit", "Access Audit, whole run", _audit(), _reported, (0, 3)),
    Contender("audit-small", 'Access Audit, whole run, memory = "1GB"', _audit(memory="1GB"), _reported, (0, 3)),
    Contender("audit-work", "Access Audit, three detectors", _audit(*_THREE), _reported, (0, 3)),
    Contender("duckdb", "DuckDB, a script", _script("duckdb"), _written),
    Contender("polars", "polars, a script", _script("polars"), _written, needs="polars"),
    Contender("pandas", "pandas, a script", _script("pandas"), _written),
    Contender("sqlite", "SQLite, a script", _script("sqlite"), _written),
    Contender("spark", "PySpark on local[2], a script", _script("spark"), _written, needs="pyspark"),
)
