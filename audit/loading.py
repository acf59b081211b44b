"""What `audit load` does: load what is new, or the files named. Explains nothing and makes no report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from audit.errors import ExitCode, UsageError, worst
from audit.lake import write_lake
from audit.ledger import ledger_of
from audit.load import LoadResult, load_inputs, load_named, load_named_again
from audit.lock import hold
from audit.progress import Notify, shown
from audit.run import limits, put_on_ledger
from audit.sources.library import read_library
from audit.versions import keep_definitions
from audit.warehouse import open_warehouse
from audit.workspace import Workspace


@dataclass(frozen=True)
class LoadOnly:
    """What was loaded, the exit code that follows, and the ledger's head since."""

    loaded: LoadResult
    ledger_head: str

    @property
    def code(self) -> ExitCode:
        """The code that decides."""
        return worst(self.loaded.codes)


def load_only(
    workspace: Workspace,
    files: Sequence[Path],
    source: str | None,
    notify: Notify,
    again: Sequence[int] = (),
    lake: bool = False,
) -> LoadOnly:
    """Load the files named, as `source` or as the input that matches each; or what is new of the inputs (of `source`).

    With `again`: withdraw these loads and map their files anew instead. With `lake`: bring the lake up to date with it.

    Raises:
        AuditError: nothing could be loaded. Faults of single files are in the result.

    """
    if again and (files or source):
        raise UsageError("--again takes its file and source from the load that it names; leave out FILE and --source")
    library = read_library(workspace.sources, strict=False)
    chosen = workspace if files else _of_source(workspace, source)
    with hold(workspace):
        keep_definitions(workspace, library)
        connection = open_warehouse(workspace.database, limits(workspace))
        try:
            with shown(notify, connection):
                if again:
                    loaded = load_named_again(connection, workspace, library, again, notify)
                elif files:
                    loaded = load_named(connection, workspace, library, files, source, notify)
                else:
                    loaded = load_inputs(connection, chosen, library, notify)
            put_on_ledger(workspace, connection, loaded)
            if lake:
                write_lake(connection, workspace, notify)
        finally:
            connection.close()
    return LoadOnly(loaded, ledger_of(workspace).read().head)


def _of_source(workspace: Workspace, source: str | None) -> Workspace:
    if source is None:
        return workspace
    inputs = tuple(item for item in workspace.inputs if item.source == source)
    if not inputs:
        known = ", ".join(dict.fromkeys(item.source for item in workspace.inputs)) or "none"
        raise UsageError(f"--source {source}: no [[input]] of {workspace.config} has it; it names: {known}")
    return replace(workspace, inputs=inputs)
