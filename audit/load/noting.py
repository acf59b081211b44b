"""What is noted of a load: its row of load_log, which counts balance, and what there is to say about the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from audit.load.purged import remarks_on_purged
from audit.load.raw import RawFile
from audit.load.stage import VERDICT, Staged
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import derives_event_id, used_columns
from audit.workspace import Input

_SHOWN = 20
_LOG = (
    "load_id", "source", "path", "sha256", "bytes", "records", "loaded", "duplicates", "quarantined", "rejected",
    "started_at", "finished_at",
)  # fmt: skip


@dataclass(frozen=True)
class FileLoad:
    """One row of load_log, and what to say about the file. `doubled`: times in an hour that came twice.

    `warnings` stand in the report too; `remarks` are for the one who loads, since a second run would not make them.
    """

    load_id: int
    source: str
    path: str
    sha256: str
    bytes: int
    records: int
    loaded: int
    duplicates: int
    quarantined: int
    rejected: int
    started_at: datetime
    finished_at: datetime
    warnings: tuple[str, ...] = ()
    doubled: int = 0
    remarks: tuple[str, ...] = ()


def counted(connection: duckdb.DuckDBPyConnection, staged: Staged, load: FileLoad) -> FileLoad:
    """Return the load with its counts, which balance."""
    outcomes = dict(connection.execute(f"SELECT outcome, count(*) FROM {VERDICT} GROUP BY outcome").fetchall())
    table = staged.table.name
    loaded = connection.execute(f'SELECT count(*) FROM "{table}" WHERE load_id = ?', [load.load_id]).fetchone() or (0,)
    balanced = replace(
        load,
        loaded=int(loaded[0]),
        duplicates=int(outcomes.get("duplicate", 0)) + staged.raw.known,
        quarantined=int(outcomes.get("quarantined", 0)),
    )
    placed = balanced.loaded + balanced.duplicates + balanced.quarantined + balanced.rejected
    if placed != balanced.records:
        raise AssertionError(f"{load.path}: {balanced.records} records, but {placed} have a place")
    return balanced


def remarks_on(connection: duckdb.DuckDBPyConnection, load: FileLoad, staged: Staged) -> tuple[str, ...]:
    """Return what the one who loads should know of the file besides its counts."""
    said = remarks_on_purged(connection)
    if load.doubled:
        said.append(f"times in an hour that came twice, each taken as the first: {load.doubled:,}")
    new = _new_columns(connection, load, staged)
    if new:
        shown = ", ".join(f'"{name}"' for name in new[:_SHOWN])
        more = f" and {len(new) - _SHOWN:,} more" if len(new) > _SHOWN else ""
        said.append(f"not mapped, and not met before in source {load.source}: {shown}{more}")
    if load.duplicates + load.loaded and _mapped_otherwise(connection, load, staged):
        said.append(
            f"the definition {load.source} was changed since other files were loaded, and makes event ids of content: a "
            "record that such a file holds too stands twice. Map one of them anew, and all follow: audit load --again "
            "LOAD_ID"
        )
    return tuple(said)


def note_load(connection: duckdb.DuckDBPyConnection, load: FileLoad, staged: Staged, item: Input) -> None:
    """Write the load into load_log and load_input, with what there was to say, for whoever asks when the night is over."""
    marks = ", ".join("?" for _ in _LOG)
    connection.execute(f"INSERT INTO load_log VALUES ({marks})", [getattr(load, name) for name in _LOG])
    definition, said = staged.definition, [*load.warnings, *load.remarks]
    columns = [*staged.raw.columns.names, *staged.raw.others] if load.records else []
    connection.execute(
        "INSERT INTO load_input VALUES (?, ?, ?, ?, ?, ?, ?)",
        [load.load_id, item.name, definition.table.name, definition.sha256, columns, load.doubled, said],
    )


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the id of the next load. That of one withdrawn is never given again."""
    row = connection.execute(
        "SELECT COALESCE(max(load_id), 0) + 1 "
        "FROM (SELECT load_id FROM load_log UNION ALL SELECT load_id FROM withdrawn_load)"
    ).fetchone()
    return int(row[0]) if row else 1


def now() -> datetime:
    """Return the time in UTC, without a zone as all times in the warehouse."""
    return datetime.now(UTC).replace(tzinfo=None)


def unmapped_columns(definition: SourceDefinition, raw: RawFile) -> list[str]:
    """Return the file's columns, or a record's fields, that no rule reads."""
    read = {raw.columns.find(name) for rule in definition.rules.values() for name in used_columns(rule)}
    return [*(name for name, column in raw.columns.names.items() if column not in read), *raw.others]


def _new_columns(connection: duckdb.DuckDBPyConnection, load: FileLoad, staged: Staged) -> Sequence[str]:
    """Return the file's columns that no rule reads, and that no file of the source had before."""
    if not load.records:
        return []
    known = {
        name
        for (name,) in connection.execute(
            "SELECT DISTINCT unnest(columns) FROM load_input INNER JOIN load_log USING (load_id) WHERE source = ?",
            [load.source],
        ).fetchall()
    }
    return [name for name in unmapped_columns(staged.definition, staged.raw) if name not in known]


def _mapped_otherwise(connection: duckdb.DuckDBPyConnection, load: FileLoad, staged: Staged) -> bool:
    if staged.table.arrival != "append" or not derives_event_id(staged.definition, staged.raw.columns):
        return False
    row = connection.execute(
        "SELECT count(*) FROM load_input INNER JOIN load_log USING (load_id) "
        "WHERE source = ? AND definition <> ? AND loaded > 0",
        [load.source, staged.definition.sha256],
    ).fetchone()
    return row is not None and row[0] > 0
