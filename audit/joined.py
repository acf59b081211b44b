"""The lakes of a run on Spark: its workspace's own, and those of others whose logs are audited with it.

A log that one process cannot load in time is split by source: each part has a workspace that loads it into a lake, on whatever
machine. What the force knows (staff, incidents, …) stands in the auditing workspace alone, so that each row has one place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.engine.spark import SparkEngine
from audit.errors import ConfigError
from audit.lake import LOG, About, lake_tables, read_about
from audit.sql import quote_identifier, quote_literal
from audit.workspace import Workspace

# Loads are numbered from 1 in each workspace: so far apart that no two lakes' meet.
_APART = 1_000_000_000_000
# Tables of which each lake has its part: the log, and what is told of its loads.
_JOINED = (LOG, "load_log", "load_input", "purge", "purge_load")
# What names a thing of a workspace, and would be mistaken for another's.
_NAMES = ("path", "input")


@dataclass(frozen=True)
class Lake:
    """A lake and what it says of itself."""

    folder: Path
    about: About


def lakes_of(workspace: Workspace) -> list[Lake]:
    """Return the workspace's own lake, and then those that it joins.

    Raises:
        ConfigError: what they say of themselves does not go together.

    """
    join = workspace.spark.join if workspace.spark else ()
    lakes = [Lake(folder, about) for folder in (workspace.lake, *join) if (about := read_about(folder)) is not None]
    if faults := [*_absent(workspace, lakes, join), *_contrary(lakes)]:
        raise ConfigError([f"{workspace.config} [spark] join: {fault}" for fault in faults])
    return lakes


def _absent(workspace: Workspace, lakes: Sequence[Lake], join: Sequence[Path]) -> list[str]:
    there = {lake.folder for lake in lakes}
    return [
        f"{folder} is no lake of this version of Access Audit; make it in its workspace: audit load --lake"
        for folder in (workspace.lake, *join)
        if folder not in there
    ]


def _contrary(lakes: Sequence[Lake]) -> list[str]:
    if not lakes:
        return []
    own, *others = lakes
    names = Counter(lake.about.workspace for lake in lakes)
    sources = Counter(source for lake in lakes for source in lake.about.sources)
    faults = [
        f'{count} workspaces are named "{name}"; give each a name of its own'
        for name, count in names.items()
        if count > 1
    ]
    faults += [
        f"events of source {source} stand in {count} lakes, and which of them came twice nobody could tell; load it into one"
        for source, count in sources.items()
        if count > 1
    ]
    faults += [
        f"{lake.folder} has its days in {lake.about.timezone}, and this workspace in {own.about.timezone}"
        for lake in others
        if lake.about.timezone != own.about.timezone
    ]
    faults += [
        f"{lake.folder} holds {', '.join(lake.about.tables)}; load that into this workspace, only logs are joined"
        for lake in others
        if lake.about.tables
    ]
    return faults


def lay_lakes(engine: SparkEngine, lakes: Sequence[Lake]) -> None:
    """Name the canonical tables, each joined where it is, and what is told of the loads."""
    own, *others = lakes
    for name, columns in lake_tables().items():
        if name not in _JOINED or not others:
            engine.read_parquet(name, own.folder / name, columns)
            continue
        parts = []
        for place, lake in enumerate(lakes):
            part = f"{name} of lake {place}"
            engine.read_parquet(part, lake.folder / name, columns)
            parts.append(_part(engine, part, place, lake.about.workspace))
        engine.create_view(name, " UNION ALL ".join(parts))


def _part(engine: SparkEngine, part: str, place: int, workspace: str) -> str:
    made = []
    for column in engine.columns(part):
        told = quote_identifier(column)
        if place and column == "load_id":
            told = f"{told} + {place * _APART} AS {told}"
        elif place and column in _NAMES:
            told = f"concat({quote_literal(f'{workspace}: ')}, {told}) AS {told}"
        made.append(told)
    return f"SELECT {', '.join(made)} FROM {quote_identifier(part)}"
