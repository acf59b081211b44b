"""A workspace: the folder with audit.toml, and what that file says, checked. Opens nothing else."""

import itertools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from audit.errors import ConfigError
from audit.sources.definition import did_you_mean
from audit.timezones import Zone, read_zone

CONFIG_NAME = "audit.toml"
PURPOSES = ("self-monitoring", "lawfulness", "security", "criminal-proceedings")

# Longer than any shipped query takes on ten million accesses, and short enough that a night has room for the others.
QUERY_MINUTES = 30.0
_MEMORY = re.compile(r"\d+(\.\d+)? ?([KMGT]i?B)", re.IGNORECASE)

_WORKSPACE_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "name": str,
    "timezone": str,
    "database": str,
    "reports": str,
    "sources": list,
    "queries": list,
    "purpose": str,
    "group": str,
    "threads": int,
    "memory": str,
    "query_minutes": (int, float),
}
_INPUT_KEYS = {"source": str, "path": str, "max_age_days": (int, float), "horizon_hours": (int, float)}
_RETENTION_KEYS = {"keep_days": int, "report_days": int}
_INPUT_EXAMPLE = 'an input is: source = "event" and, below it, path = "logs/*.csv"'
# What people call the path of an input.
_PATH_WORDS = ("file", "files", "filename", "folder", "glob", "location", "paths", "pattern")
_SPARK_KEYS = {"master": str, "lake": str, "join": list, "settings": dict}
_MASTERS = ("local", "spark://", "sc://")
_SECTIONS = ("workspace", "input", "parameters", "retention", "spark")
_WILD = frozenset("*?[")


@dataclass(frozen=True)
class Input:
    """Files of one source that the nightly job looks for. `path` is a glob below the workspace, or an absolute one."""

    source: str
    path: str
    max_age: timedelta | None = None
    horizon: timedelta | None = None

    @property
    def name(self) -> str:
        """What tells two inputs of one source apart."""
        return f"{self.source}:{self.path}"

    @property
    def wild(self) -> bool:
        """Whether the path has a wildcard."""
        return bool(_WILD & set(self.path))

    @property
    def fixed(self) -> Path:
        """The folder that stands before the first wildcard; the path itself where there is none."""
        parts = Path(self.path).parts
        return Path(*itertools.takewhile(lambda part: not _WILD & set(part), parts))


@dataclass(frozen=True)
class Retention:
    """How many days events and reports are kept when `audit purge` is asked for; None = it must be told a day."""

    keep_days: int | None = None
    report_days: int | None = None


@dataclass(frozen=True)
class Spark:
    """What [spark] says. `master`: local[N], spark://HOST:PORT or sc://HOST:PORT; `settings`: Spark's own, by name.

    `join`: lakes of other workspaces, whose logs are audited with this one's.
    """

    lake: Path
    master: str = "local[*]"
    settings: Mapping[str, str] = field(default_factory=dict)
    join: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """What audit.toml says. Paths are absolute."""

    folder: Path
    name: str
    timezone: str
    database: Path
    reports: Path
    sources: tuple[Path, ...]
    queries: tuple[Path, ...]
    purpose: str
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str | None = None
    threads: int | None = None
    memory: str | None = None
    retention: Retention = Retention()
    query_minutes: float = QUERY_MINUTES
    spark: Spark | None = None

    @property
    def lake(self) -> Path:
        """Where the canonical tables stand as Parquet, once a run on Spark or `audit load --lake` has written them."""
        return self.spark.lake if self.spark else self.folder / "lake"

    @property
    def zone(self) -> Zone:
        """The zone in which local hours and days are reckoned."""
        return read_zone(self.timezone)

    @property
    def config(self) -> Path:
        """The file that all this was read from."""
        return self.folder / CONFIG_NAME

    def relative(self, path: Path) -> str:
        """Return a path as loads and reports name it: below the workspace where it is, with forward slashes."""
        try:
            return path.resolve().relative_to(self.folder).as_posix()
        except ValueError:
            return path.resolve().as_posix()


def read_workspace(folder: Path) -> Workspace:
    """Read and check a workspace's audit.toml.

    Raises:
        ConfigError: there is none, or all that is wrong with it.

    """
    path = folder / CONFIG_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ConfigError(
            f"{path}: no such file. Name the workspace with -w DIR or $AUDIT_WORKSPACE, or make one: audit init {folder}"
        ) from fault
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read ({fault.strerror})") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: is not TOML: {fault}") from fault
    return _parse(document, folder.resolve(), path)


def _parse(document: Mapping[str, Any], folder: Path, path: Path) -> Workspace:
    faults: list[str] = []
    for key in document:
        if key not in _SECTIONS:
            faults.append(f"{path}: [{key}] is not known{did_you_mean(key, _SECTIONS)}")
    section = _checked(document.get("workspace", {}), _WORKSPACE_KEYS, f"{path}: [workspace]", faults)
    entries = document.get("input", [])
    if not isinstance(entries, list):
        faults.append(f"{path}: [input] is written with two brackets, [[input]], once for each; {_INPUT_EXAMPLE}")
        entries = []
    inputs = tuple(_input(entry, f"{path}: [[input]] {number}", faults) for number, entry in enumerate(entries, 1))
    names = [item.name for item in inputs]
    faults += [f"{path}: [[input]] {name} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]
    parameters = document.get("parameters", {})
    if not isinstance(parameters, dict) or not all(isinstance(value, dict) for value in parameters.values()):
        faults.append(f"{path}: [parameters.<query>] must be tables")
        parameters = {}
    retention = _checked(document.get("retention", {}), _RETENTION_KEYS, f"{path}: [retention]", faults)
    faults += [f"{path}: [retention] {key} must be 1 or more" for key, days in retention.items() if days < 1]
    spark = _spark(document.get("spark"), folder, f"{path}: [spark]", faults)
    timezone, purpose = section.get("timezone", "UTC"), section.get("purpose", "self-monitoring")
    try:
        read_zone(timezone)
    except ValueError as fault:
        faults.append(f"{path}: [workspace] timezone: {fault}")
    if purpose not in PURPOSES:
        faults.append(f'{path}: [workspace] purpose = "{purpose}" is not one of {", ".join(PURPOSES)}')
    _check_limits(section, f"{path}: [workspace]", faults)
    if faults:
        raise ConfigError(faults)
    return Workspace(
        folder=folder,
        name=section.get("name", folder.name),
        timezone=timezone,
        database=folder / section.get("database", "audit.duckdb"),
        reports=folder / section.get("reports", "reports"),
        sources=tuple(folder / name for name in section.get("sources", ())),
        queries=tuple(folder / name for name in section.get("queries", ())),
        purpose=purpose,
        inputs=inputs,
        parameters=parameters,
        group=section.get("group"),
        threads=section.get("threads"),
        memory=section.get("memory"),
        retention=Retention(**retention),
        query_minutes=section.get("query_minutes", QUERY_MINUTES),
        spark=spark,
    )


def _check_limits(section: Mapping[str, Any], where: str, faults: list[str]) -> None:
    if section.get("threads", 1) < 1:
        faults.append(f"{where} threads must be at least 1; leave it out to use all cores")
    if not _MEMORY.fullmatch(section.get("memory", "1GB")):
        faults.append(f'{where} memory must be a size such as "4GB"')
    if section.get("query_minutes", 1) <= 0:
        faults.append(f"{where} query_minutes must be more than 0")


def _spark(entry: Any, folder: Path, where: str, faults: list[str]) -> Spark | None:
    if entry is None:
        return None
    section = _checked(entry, _SPARK_KEYS, where, faults)
    master, settings = section.get("master", "local[*]"), section.get("settings", {})
    if not master.startswith(_MASTERS):
        faults.append(f'{where} master = "{master}" is not one of local[*], spark://HOST:PORT, sc://HOST:PORT')
    faults += [
        f'{where} settings: "{name}" must be a setting of Spark with a text, such as "spark.executor.memory" = "8g"'
        for name, value in settings.items()
        if not name.startswith("spark.") or not isinstance(value, str)
    ]
    faults += [
        f'{where} settings: "{name}" is for the Spark Connect server to set; over "sc://" only "spark.sql..." can be'
        for name in settings
        if master.startswith("sc://") and name.startswith("spark.") and not name.startswith("spark.sql.")
    ]
    lake, join = folder / section.get("lake", "lake"), section.get("join", [])
    faults += [
        f"{where} join: {name!r} must be the folder of another workspace's lake"
        for name in join
        if not isinstance(name, str) or (folder / name).resolve() == lake.resolve()
    ]
    return Spark(lake, master, settings, tuple((folder / name).resolve() for name in join if isinstance(name, str)))


def _input(entry: Any, where: str, faults: list[str]) -> Input:
    section = _checked(entry, _INPUT_KEYS, where, faults)
    missing = [key for key in ("source", "path") if not section.get(key)]
    faults += [f"{where}: {key} is missing; {_INPUT_EXAMPLE}" for key in missing]
    if ".." in Path(section.get("path", "")).parts:
        faults.append(
            f'{where}: path "{section["path"]}" leads out of its folder with ".."; write where the files lie, from the root on'
        )
    age, horizon = section.get("max_age_days"), section.get("horizon_hours")
    return Input(
        source=section.get("source", ""),
        path=section.get("path", ""),
        max_age=timedelta(days=age) if age is not None else None,
        horizon=timedelta(hours=horizon) if horizon is not None else None,
    )


def _checked(section: Any, known: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Any]:
    if not isinstance(section, dict):
        faults.append(f"{where} must be a table")
        return {}
    good = {}
    for key, value in section.items():
        if key not in known:
            meant = '; did you mean "path"?' if key in _PATH_WORDS and "path" in known else did_you_mean(key, known)
            faults.append(f'{where} "{key}" is not known{meant}')
        elif not isinstance(value, known[key]) or isinstance(value, bool):
            faults.append(f"{where} {key} has the wrong type")
        else:
            good[key] = value
    return good
