"""The canonical tables as Parquet, the log partitioned by local day: what Spark reads, and any other engine may.

`lake.json` says what stands in it, for whoever joins the logs of several. Written from the warehouse: whole at first, then only
the days whose loads changed. A kill at any moment leaves days that the next writing takes for changed. Never read by the
program's own DuckDB.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from audit.files import Audience, audience_of, make_folder, naming_faults, sync_folder, write_file
from audit.schema import TABLES, duckdb_columns
from audit.sql import quote_identifier, quote_literal
from audit.text import counted
from audit.workspace import Workspace

LOG = "event"
# Besides the canonical tables: what a report tells of the loads, and of what was purged.
_OTHERS = ("load_log", "load_input", "purge", "purge_load")
PARTITION = "local_date"
_DAYS = "_days.json"
_ABOUT = "lake.json"
# Of the tables' shape: another number where a reader of before would misread them.
_SHAPE = 1
_BESIDE = "_new"
_REMEDY = "check its permissions and free space"


def lake_tables() -> dict[str, dict[str, str] | None]:
    """Return the tables of a lake, each with its columns and their DuckDB types; None: as the file itself says."""
    return {**{name: duckdb_columns(name) for name in TABLES}, **dict.fromkeys(_OTHERS)}


@dataclass(frozen=True)
class About:
    """What a lake says of itself: whose it is, in which zone its days are, whose events it holds, and which tables besides."""

    workspace: str
    timezone: str
    sources: tuple[str, ...]
    tables: tuple[str, ...]
    shape: int = _SHAPE


def read_about(folder: Path) -> About | None:
    """Return what a lake says of itself; None where there is none, or one of another version."""
    try:
        found = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        about = About(**{**found, "sources": tuple(found["sources"]), "tables": tuple(found["tables"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return about if about.shape == _SHAPE else None


def write_lake(connection: duckdb.DuckDBPyConnection, workspace: Workspace, notify: Callable[[str], None]) -> int:
    """Write what of the warehouse is not in the workspace's lake yet, and return how many days of the log that were.

    Raises:
        InputOutputError: the folder cannot be written.

    """
    folder, audience = workspace.lake, audience_of(workspace.group)
    with naming_faults(folder, "written", _REMEDY):
        for part in (folder, folder / LOG):
            part.mkdir(parents=True, exist_ok=True)
            part.chmod(audience.folder_mode)
        days = _write_log(connection, folder / LOG, audience, notify)
        notify("writing the reference tables to the lake")
        for name in (*(name for name in TABLES if name != LOG), *_OTHERS):
            _write_table(connection, folder / name, name, audience)
        _write_json(folder / _ABOUT, asdict(_about(connection, workspace)), audience)
    return days


def _about(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> About:
    sources = connection.execute(f"SELECT DISTINCT source FROM {LOG} ORDER BY source").fetchall()
    filled = [
        name
        for name in TABLES
        if name != LOG and connection.execute(f"SELECT 1 FROM {quote_identifier(name)} LIMIT 1").fetchone()
    ]
    return About(workspace.name, workspace.timezone, tuple(str(row[0]) for row in sources), tuple(filled))


def drop_lake(folder: Path) -> None:
    """Remove all that stands in the lake: what is purged is gone there too, and the next writing makes the rest anew."""
    with naming_faults(folder, "removed", _REMEDY):
        for name in lake_tables():
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        (folder / _ABOUT).unlink(missing_ok=True)


def _write_log(
    connection: duckdb.DuckDBPyConnection, folder: Path, audience: Audience, notify: Callable[[str], None]
) -> int:
    now, before = _marks(connection), _read_marks(folder)
    changed = sorted(day for day in now.keys() | before.keys() if now.get(day) != before.get(day))
    if not changed:
        return 0
    notify(f"writing {counted(len(changed), 'day')} of the log to the lake")
    beside = folder / _BESIDE
    shutil.rmtree(beside, ignore_errors=True)
    make_folder(beside, audience)
    if wanted := [day for day in changed if day in now]:
        which = "TRUE" if len(wanted) == len(now) else f"{PARTITION} IN ({', '.join(map(_date, wanted))})"
        # By user within a day: what is asked of the log is nearly always asked of one user.
        connection.execute(
            f"COPY (SELECT * FROM {LOG} WHERE {which} ORDER BY {PARTITION}, user_id, occurred_at, source, event_id) "
            f"TO {quote_literal(str(beside))} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({PARTITION}), OVERWRITE_OR_IGNORE)"
        )
    _admit(beside, audience)
    # Without their marks first: a kill in between must not leave a day that is gone and passes for written.
    _write_marks(folder, {day: mark for day, mark in before.items() if day not in changed}, audience)
    for day in changed:
        place = f"{PARTITION}={day}"
        shutil.rmtree(folder / place, ignore_errors=True)
        if day in now:
            (beside / place).rename(folder / place)
    sync_folder(folder)
    _write_marks(folder, now, audience)
    shutil.rmtree(beside)
    return len(changed)


def _marks(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return for each local day of the log a hash of the loads that its events came from, and of how many came of each."""
    rows = connection.execute(
        f"""
        SELECT CAST(day.{PARTITION} AS VARCHAR), string_agg(
            concat_ws(' ', day.load_id, day.events, load_log.sha256, load_log.finished_at, load_input.definition), ';'
            ORDER BY day.load_id
        )
        FROM (SELECT {PARTITION}, load_id, count(*) AS events FROM {LOG} GROUP BY ALL) AS day
        LEFT JOIN load_log ON day.load_id = load_log.load_id
        LEFT JOIN load_input ON day.load_id = load_input.load_id
        GROUP BY day.{PARTITION}
        """
    ).fetchall()
    return {str(day): hashlib.sha256(str(text).encode()).hexdigest() for day, text in rows}


def _read_marks(folder: Path) -> Mapping[str, str]:
    try:
        found = json.loads((folder / _DAYS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_marks(folder: Path, marks: Mapping[str, str], audience: Audience) -> None:
    _write_json(folder / _DAYS, marks, audience)


def _write_json(target: Path, content: Mapping[str, object], audience: Audience) -> None:
    beside = target.with_name(f"{target.name}.new")
    beside.unlink(missing_ok=True)
    write_file(beside, audience, lambda file: file.write(json.dumps(content, indent=0, sort_keys=True).encode()))
    beside.rename(target)
    sync_folder(target.parent)


def _write_table(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, audience: Audience) -> None:
    """Write one table whole, beside and then in place of what stands."""
    beside = folder.with_name(f"{_BESIDE}_{name}")
    shutil.rmtree(beside, ignore_errors=True)
    make_folder(beside, audience)
    file = beside / "part-0.parquet"
    connection.execute(
        f"COPY (SELECT * FROM {quote_identifier(name)}) TO {quote_literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    )
    _admit(beside, audience)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


def _admit(folder: Path, audience: Audience) -> None:
    """Give all below a folder its group and modes."""
    for path in sorted(folder.rglob("*")):
        audience.admit(path)
        if path.is_dir():
            path.chmod(audience.folder_mode)


def _date(day: str) -> str:
    return f"DATE {quote_literal(day)}"
