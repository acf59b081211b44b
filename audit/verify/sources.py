"""Check that the files that were loaded are still what they were, and the load log what the ledger says."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from audit.engine.duckdb import Limits
from audit.errors import InputOutputError, LockedError
from audit.files import sha256_of
from audit.ledger import Chain
from audit.progress import Notify
from audit.recording import read_load_log, recorded_loads
from audit.text import counted
from audit.verify.difference import Remark, differences, notes
from audit.warehouse import open_for_reading
from audit.workspace import Workspace

Row = Mapping[str, Any]


def check_inputs(folder: Path, loads: Iterable[Row], notify: Notify) -> tuple[int, list[Remark]]:
    """Hash each file that was loaded, and return how many are there. A file may have been loaded more than once."""
    hashes: dict[str, set[str]] = {}
    for load in loads:
        hashes.setdefault(load["path"], set()).add(load["sha256"])
    remarks: list[Remark] = []
    found = 0
    for number, name in enumerate(sorted(hashes), start=1):
        notify(f"hashing input {number} of {len(hashes)}: {Path(name).name}")
        path = folder / name
        if not path.is_file():
            remarks += notes(
                "input", name, ["is not there any more; what it held and was not purged stands in the database"]
            )
            continue
        found += 1
        try:
            same = sha256_of(path) in hashes[name]
        except OSError:
            remarks += differences("input", name, ["cannot be read"])
            continue
        if not same:
            remarks += differences(
                "input", name, ["has changed since it was loaded; if it is a newer export, load it first: audit run"]
            )
    return found, remarks


def check_loads(workspace: Workspace, chain: Chain) -> tuple[Sequence[Row], list[Remark]]:
    """Compare load_log with the ledger, and return the loads: those of the log, or of the ledger where it cannot be read."""
    recorded = recorded_loads(chain)
    standing = recorded.standing
    if not workspace.database.exists():
        return list(standing.values()), differences(
            "load", workspace.database.name, ["is gone, and the ledger names loads"] if standing else []
        )
    try:
        rows = _load_log(workspace)
    except LockedError:
        return list(standing.values()), notes(
            "load", workspace.database.name, ["a batch holds it, so the loads were not compared with the ledger"]
        )
    except InputOutputError as fault:
        return list(standing.values()), differences("load", workspace.database.name, fault.faults)
    known = {row["load_id"]: row for row in rows}
    newest = max((*standing, *recorded.withdrawn, *recorded.missed), default=0)
    remarks: list[Remark] = []
    for load_id in sorted(standing.keys() | known.keys()):
        if load_id not in known:
            remarks += differences("load", str(load_id), ["stands on the ledger and not in the database"])
        elif load_id in standing:
            wrong = sorted(name for name in standing[load_id].keys() | known[load_id].keys()
                           if standing[load_id].get(name) != known[load_id].get(name))  # fmt: skip
            if wrong:
                remarks += differences("load", str(load_id), [f"is not as the ledger has it: {', '.join(wrong)}"])
        elif load_id > newest:
            remarks += notes(
                "load", str(load_id), ["is not on the ledger yet: the load was killed; the next run records it"]
            )
        else:
            remarks += differences("load", str(load_id), ["stands in the database and not on the ledger"])
    gone = sorted(recorded.missed)
    if gone:
        missing = counted(len(gone), "load was", "loads were")
        text = f"{missing} found missing by a later run: the database was made anew, or an older one put back"
        remarks += notes("load", workspace.database.name, [text])
    return rows, remarks


def _load_log(workspace: Workspace) -> list[dict[str, Any]]:
    connection = open_for_reading(workspace.database, Limits(workspace.threads, workspace.memory))
    try:
        return read_load_log(connection)
    except duckdb.Error as fault:
        raise InputOutputError(f"{workspace.database}: is damaged; put a backup back, or move it away") from fault
    finally:
        connection.close()
