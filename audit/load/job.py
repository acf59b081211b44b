"""Load what is new of all inputs; one file that cannot be used stops itself only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from audit.errors import AuditError, ExitCode, UsageError
from audit.load.inputs import files_to_load, find_files
from audit.load.load import FileLoad, load_file
from audit.sources.definition import SourceDefinition
from audit.sources.library import find_definition
from audit.workspace import Input, Workspace


@dataclass
class LoadResult:
    """What a load did: the files loaded, how many were known already, and what went wrong with the others."""

    loads: list[FileLoad] = field(default_factory=list)
    known: int = 0
    faults: list[AuditError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def codes(self) -> list[ExitCode]:
        """The exit codes that the load gives cause for."""
        codes = [fault.exit_code for fault in self.faults]
        if any(load.quarantined or load.rejected for load in self.loads):
            codes.append(ExitCode.NOT_ALL_LOADED)
        return codes


def load_inputs(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    library: Mapping[str, SourceDefinition],
    notify: Callable[[str], None],
) -> LoadResult:
    """Load the new files of every input, in the order of audit.toml and of their paths."""
    result = LoadResult()
    for item in workspace.inputs:
        definition = find_definition(library, item.source, f"{workspace.config}: [[input]] {item.path}")
        try:
            found = find_files(workspace, item)
            result.warnings += found.warnings
            files = files_to_load(connection, item, definition.table, found.files)
            result.known += len(found.files) - len(files)
        except AuditError as fault:
            result.faults.append(fault)
            continue
        for path in files:
            _load_one(connection, workspace, definition, path, item.name, result, notify)
    return result


def load_named(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    library: Mapping[str, SourceDefinition],
    files: Sequence[Path],
    source: str | None,
    notify: Callable[[str], None],
) -> LoadResult:
    """Load the files named, as the source named or as the input that matches each.

    Raises:
        UsageError: no source is named and no input matches a file.

    """
    result = LoadResult()
    for path in sorted(files):
        item = _input_of(workspace, path, source)
        definition = find_definition(library, item.source, str(path))
        _load_one(connection, workspace, definition, path, item.name, result, notify)
    return result


def _load_one(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    path: Path,
    input_name: str,
    result: LoadResult,
    notify: Callable[[str], None],
) -> None:
    notify(f"loading {workspace.relative(path)}")
    try:
        load = load_file(connection, workspace, definition, path, input_name)
    except AuditError as fault:
        result.faults.append(fault)
        return
    if load is None:
        result.known += 1
        return
    result.loads.append(load)
    result.warnings += [f"{load.path}: {warning}" for warning in load.warnings]


def _input_of(workspace: Workspace, path: Path, source: str | None) -> Input:
    relative = Path(workspace.relative(path))
    matching = [item for item in workspace.inputs if relative.match(item.path) and source in (None, item.source)]
    if matching:
        return matching[0]
    if source is None:
        raise UsageError(f"{path}: no [[input]] matches it; say what it is with --source NAME")
    of_source = [item for item in workspace.inputs if item.source == source]
    return of_source[0] if len(of_source) == 1 else Input(source, relative.as_posix())
