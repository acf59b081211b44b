"""Load a file as an earlier load did, under that load's id: into a warehouse that is made to look as it did then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from audit.errors import InputOutputError
from audit.load.fingerprint import hash_file
from audit.load.load import Arrival, forget, naming_faults, place
from audit.load.readers import read_raw
from audit.schema import TABLES
from audit.sources.definition import SourceDefinition
from audit.sql import quote_identifier
from audit.warehouse import history_table, one_transaction
from audit.workspace import Input, Workspace


@dataclass(frozen=True)
class EarlierLoad:
    """A load that is to be done again: its id, the input and the file, by its hash. `at`: when it was done (UTC), if known."""

    load_id: int
    item: Input
    path: Path
    sha256: str
    at: datetime


def replay(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, definition: SourceDefinition, load: EarlierLoad
) -> int:
    """Load the file, and return how many records were loaded.

    Raises:
        InputOutputError: the file is not there, or is not the one that was loaded. SourceError: the definition does not
        fit it. Then nothing of it is loaded.

    """
    if not load.path.is_file():
        raise InputOutputError(f"{workspace.relative(load.path)}: is not there any more")
    before = load.path.stat()
    found = hash_file(load.path)
    if found.sha256 != load.sha256:
        raise InputOutputError(f"{workspace.relative(load.path)}: is not the file that was loaded then")
    arrival = Arrival(workspace, definition, load.path, load.item, before, lambda: found)
    try:
        with naming_faults(arrival):
            raw = read_raw(connection, definition, load.path)
            with one_transaction(connection):
                # `at`: what lay in the future then was quarantined, though it is past now.
                done = place(connection, arrival, raw, load.at)
                _renumber(connection, definition.table.name, {done.load_id: load.load_id})
        return done.loaded
    finally:
        forget(connection)


def _renumber(connection: duckdb.DuckDBPyConnection, table: str, ids: Mapping[int, int]) -> None:
    tables = [table, "quarantine", "rejected_record", "load_log", "load_input"]
    accumulates = TABLES[table].arrival == "accumulate"
    for old, new in ids.items():
        for name in [*tables, *([history_table(table)] if accumulates else [])]:
            connection.execute(
                f"UPDATE {quote_identifier(name)} SET load_id = $new WHERE load_id = $old", {"new": new, "old": old}
            )
        if accumulates:
            connection.execute(
                f"UPDATE {quote_identifier(history_table(table))} SET replaced_by = $new WHERE replaced_by = $old",
                {"new": new, "old": old},
            )
