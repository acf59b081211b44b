"""What stands on the ledger, and when it is written there: loads, runs, packs, looks at findings. Shows nothing itself.

Each is recorded before anybody sees it, and so that a crash in between leaves a story that holds:

- A **load** is committed first and recorded after, by comparing `load_log` with the ledger: what a killed process had no
  time to record, the next load or run records. The other way round, the ledger could name a load that never was.
- A **run** is recorded when its report is complete, with the hash of its manifest, and before it is renamed into place;
  `published` follows the rename. A run without `published` was killed between, whether its folder is there or not; a report
  that no run names was put there by somebody; a run with `published` whose folder is gone was removed by somebody.
- A **purge** is recorded when the database without what goes is complete, and before it takes the other's place; `purged`
  follows when all is done. A purge without `purged` was killed between, and is to be done again.
- A report **made again** (`as-of`) is recorded before anybody is told how it came out.
- A **pack** is recorded when it is complete, with its manifest's hash, and before it appears: whoever has it has seen what is in
  it. A pack on the ledger that is nowhere was killed in between, or carried away.
- A **look** is recorded when it is known what will be shown, and before it is. So is a **draw** of accesses by lot, which is a look
  that names them all: it can be held to what it showed, and who draws again until the lot suits is seen to have done so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from audit.ledger import Chain, Entry, Ledger
from audit.report.manifest import Manifest

LOAD, WITHDRAWAL, WAREHOUSE = "load", "withdrawal", "warehouse"
RUN, PUBLISHED, LOOK = "run", "published", "look"
AS_OF = "as-of"
PACK = "pack"
PURGE, PURGED = "purge", "purged"
SAMPLE = "sample"
# More ids than these are told by what was asked for: with it and the run's report anybody can list them again.
_LISTED = 100

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RecordedLoads:
    """What the ledger says of loads: those that stand by id, those withdrawn, and those found missing and said so."""

    standing: Mapping[int, Row]
    withdrawn: frozenset[int]
    missed: frozenset[int]


def record_loads(ledger: Ledger, connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Record what the ledger does not know of the loads yet; return those that it knows and the warehouse lacks.

    Such are lacking after the database was moved away or an older one put back. That is recorded too, and said, so that
    the loads that come next are not taken for them.
    """
    recorded = recorded_loads(ledger.read())
    rows = {row["load_id"]: row for row in read_load_log(connection)}
    withdrawn = [row for row in read_withdrawn(connection) if row["load_id"] not in recorded.withdrawn]
    gone = {row["load_id"] for row in withdrawn}
    lacking = sorted(
        load_id for load_id, row in recorded.standing.items() if rows.get(load_id) != row and load_id not in gone
    )
    deeds: list[tuple[str, Row]] = [(WAREHOUSE, {"lacks": lacking})] if lacking else []
    deeds += [(WITHDRAWAL, row) for row in withdrawn]
    deeds += [(LOAD, row) for load_id, row in rows.items() if recorded.standing.get(load_id) != row]
    ledger.append_all(deeds)
    return lacking


def recorded_loads(chain: Chain) -> RecordedLoads:
    """Return what the ledger says of the loads of the warehouse that stands now."""
    standing: dict[int, Row] = {}
    withdrawn: set[int] = set()
    missed: set[int] = set()
    for entry in chain.of_kind(LOAD, WITHDRAWAL, WAREHOUSE):
        if entry.kind == LOAD:
            standing[entry.about["load_id"]] = entry.about
            missed.discard(entry.about["load_id"])
        elif entry.kind == WITHDRAWAL:
            standing.pop(entry.about["load_id"], None)
            withdrawn.add(entry.about["load_id"])
        else:
            for load_id in entry.about["lacks"]:
                standing.pop(load_id, None)
                missed.add(load_id)
    return RecordedLoads(standing, frozenset(withdrawn), frozenset(missed))


def read_load_log(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the rows of load_log by id, as the ledger holds them."""
    return _rows(connection, "SELECT * FROM load_log ORDER BY load_id")


def read_withdrawn(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the loads that were withdrawn to be mapped anew, as the ledger holds them."""
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'withdrawn_load'").fetchall()
    return _rows(connection, "SELECT * FROM withdrawn_load ORDER BY load_id") if known != [(0,)] else []


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()]


def _plain(value: object) -> object:
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def record_run(ledger: Ledger, manifest: Manifest, manifest_sha256: str, options: Row) -> Entry:
    """Record a run whose report is complete, before it is published. The manifest's hash covers the rest."""
    about = {
        "run_id": manifest.run_id,
        "purpose": manifest.purpose,
        "report": f"run={manifest.run_id}",
        "manifest_sha256": manifest_sha256,
        "basis": manifest.basis,
        "versions": dict(manifest.versions),
        **options,
    }
    return ledger.append(RUN, about)


def record_published(ledger: Ledger, run_id: str) -> Entry:
    """Record that a run's report is in its place. The hash of this entry is the head that a run prints."""
    return ledger.append(PUBLISHED, {"run_id": run_id})


def record_as_of(
    ledger: Ledger, run_id: str, manifest_sha256: str, differing: Sequence[str], reasons: Sequence[str], out: str | None
) -> Entry:
    """Record that a report was made again, which files came out otherwise, and what may account for it."""
    about = {
        "run_id": run_id,
        "manifest_sha256": manifest_sha256,
        "identical": not differing,
        "differs": list(differing),
        "reasons": list(reasons),
        "out": out,
    }
    return ledger.append(AS_OF, about)


def record_look(ledger: Ledger, command: str, asked: Row, ids: Sequence[str] = (), run_id: str | None = None) -> Entry:
    """Record that somebody is about to see something: what was asked for, and the ids of what is shown.

    `asked` without what is None. Of more than a hundred ids only the number is kept.
    """
    about: dict[str, Any] = {"command": command, "asked": {name: value for name, value in asked.items() if value}}
    if run_id is not None:
        about["run_id"] = run_id
    shown = {"shown": len(ids), **({"ids": list(ids)} if len(ids) <= _LISTED else {})}
    return ledger.append(LOOK, about | shown)


def record_draw(
    ledger: Ledger, n: int, seed: str, filters: Row, population: int, last_load: int, ids: Sequence[str]
) -> Entry:
    """Record that somebody is about to see accesses drawn by lot: from how many, of what, and which, by place."""
    about = {
        "command": SAMPLE,
        "asked": {"n": n, "seed": seed, **filters},
        "population": population,
        "last_load": last_load,
        "shown": len(ids),
        "ids": list(ids),
    }
    return ledger.append(LOOK, about)


def record_pack(ledger: Ledger, about: Row, ids: Sequence[str], manifest_sha256: str) -> Entry:
    """Record an evidence pack that is complete, before it appears: what was asked for, the findings in it, its manifest's hash."""
    shown = {"shown": len(ids), **({"ids": list(ids)} if len(ids) <= _LISTED else {})}
    return ledger.append(PACK, {**about, **shown, "manifest_sha256": manifest_sha256})
