"""Load what is new of all inputs; one file that cannot be used stops itself only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from audit.errors import AuditError, ExitCode, InputOutputError, SourceError, UsageError
from audit.load.again import Withdrawn, load_again
from audit.load.ahead import hashing_ahead
from audit.load.inputs import Found, files_to_load, find_files, may_be_known
from audit.load.load import load_file
from audit.load.noting import FileLoad
from audit.sources.definition import SourceDefinition
from audit.sources.library import Library, find_definition
from audit.workspace import Input, Workspace


@dataclass
class LoadResult:
    """What a load did: the files loaded, how many were known already, and what went wrong with the others.

    `withdrawn`: the loads in whose place files were mapped anew.
    """

    loads: list[FileLoad] = field(default_factory=list)
    known: int = 0
    faults: list[AuditError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)

    @property
    def remarks(self) -> list[str]:
        """What the one who loads should know of the files, and no report needs."""
        return [f"{load.path}: {remark}" for load in self.loads for remark in load.remarks]

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
    library: Library,
    notify: Callable[[str], None],
) -> LoadResult:
    """Load the new files of every input, in the order of audit.toml and of their paths.

    Raises:
        SourceError: an input names a source that there is not. Then nothing is loaded.

    """
    result = LoadResult(warnings=[*library.warnings()])
    inputs = [(item, definition, _found(workspace, item)) for item, definition in _with_definitions(workspace, library)]
    asked = [
        path
        for item, definition, found in inputs
        if isinstance(found, Found)
        for path in may_be_known(connection, item, definition.table, found.files)
    ]
    with hashing_ahead(asked) as hashes:
        for item, definition, found in inputs:
            if not isinstance(found, Found):
                result.faults.append(found)
                continue
            result.warnings += found.warnings
            try:
                files = files_to_load(connection, item, definition.table, found.files, hashes, workspace.relative)
            except AuditError as fault:
                result.faults.append(fault)
                continue
            result.known += len(found.files) - len(files)
            for path in files:
                _load_one(connection, workspace, definition, path, item, result, notify)
    return result


def _found(workspace: Workspace, item: Input) -> Found | AuditError:
    try:
        return find_files(workspace, item)
    except AuditError as fault:
        return fault


def load_named(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    library: Library,
    files: Sequence[Path],
    source: str | None,
    notify: Callable[[str], None],
) -> LoadResult:
    """Load the files named, as the source named or as the input that matches each. One that is not there is a fault.

    Raises:
        UsageError: no source is named and no input matches a file. SourceError: there is no such source. Then nothing
        is loaded.

    """
    result = LoadResult(
        warnings=[*library.warnings()], faults=[fault for path in sorted(files) if (fault := _missing(path))]
    )
    items = [(path, _input_of(workspace, path, source)) for path in sorted(files) if not _missing(path)]
    known = [(path, item, find_definition(library, item.source, str(path))) for path, item in items]
    for path, item, definition in known:
        _load_one(connection, workspace, definition, path, item, result, notify)
    return result


def load_named_again(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    library: Library,
    load_ids: Sequence[int],
    notify: Callable[[str], None],
) -> LoadResult:
    """Map the files of the loads named anew, in their order; one that followed another already is not done twice.

    Raises:
        UsageError: there is no such load, or a newer file has replaced it. Those before it are done.

    """
    result = LoadResult(warnings=[*library.warnings()])
    for load_id in sorted(set(load_ids)):
        if load_id in {gone.load_id for gone in result.withdrawn}:
            continue
        try:
            again = load_again(connection, workspace, library, load_id, notify)
        except UsageError:
            raise
        except AuditError as fault:
            result.faults.append(fault)
            continue
        result.loads += again.loads
        result.withdrawn += again.withdrawn
        result.warnings += [f"{load.path}: {warning}" for load in again.loads for warning in load.warnings]
    return result


def _with_definitions(workspace: Workspace, library: Library) -> list[tuple[Input, SourceDefinition]]:
    """Find each input's definition before anything is loaded, and say all that is wrong at once."""
    found: list[tuple[Input, SourceDefinition]] = []
    faults: list[str] = []
    for item in workspace.inputs:
        try:
            found.append((item, find_definition(library, item.source, f"{workspace.config}: [[input]] {item.path}")))
        except SourceError as fault:
            faults += fault.faults
    if faults:
        raise SourceError(faults)
    return found


def _load_one(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    definition: SourceDefinition,
    path: Path,
    item: Input,
    result: LoadResult,
    notify: Callable[[str], None],
) -> None:
    notify(f"loading {workspace.relative(path)}")
    try:
        load = load_file(connection, workspace, definition, path, item)
    except AuditError as fault:
        result.faults.append(fault)
        return
    if load is None:
        result.known += 1
        return
    result.loads.append(load)
    result.warnings += [f"{load.path}: {warning}" for warning in load.warnings]


def _missing(path: Path) -> InputOutputError | None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        where = "" if path.is_absolute() else f" in {Path.cwd()}"
        return InputOutputError(f"{path}: no such file{where}; name one that is there")
    except OSError:
        # One that may not be looked at is left to the reader, which says why.
        return None
    return InputOutputError(f"{path}: is a folder; name the files in it") if path.is_dir() else None


def _input_of(workspace: Workspace, path: Path, source: str | None) -> Input:
    for item in workspace.inputs:
        if source in (None, item.source) and _is_file_of(workspace, item, path):
            return item
    if source is None:
        raise UsageError(f"{path}: no [[input]] matches it; say what it is with --source NAME")
    of_source = [item for item in workspace.inputs if item.source == source]
    return of_source[0] if len(of_source) == 1 else Input(source, workspace.relative(path))


def _is_file_of(workspace: Workspace, item: Input, path: Path) -> bool:
    try:
        return path.resolve() in {found.resolve() for found in find_files(workspace, item).files}
    except AuditError:
        return False
