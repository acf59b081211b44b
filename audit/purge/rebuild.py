"""Make a database beside the other that holds only what stays. Deleting would leave the records in the file.

Only what was loaded is taken over. What is made of it (accesses, explanations, the views that are kept) the next run makes
anew, of what stays.
"""

import os
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.engine import Limits
from audit.engine.duckdb import connect
from audit.errors import InputOutputError
from audit.purge.plan import KEPT, PAST_LOAD, Plan, sql_for_past
from audit.schema import TABLES
from audit.sql import quote_identifier, quote_literal
from audit.warehouse import beside, change_table, create_tables, remove_leftovers

_OLD = "old"
_OWN = ("warehouse", "purge_kept")


def build_without(path: Path, limits: Limits, plan: Plan, kept: pa.Table, past_loads: pa.Table, at: datetime) -> Path:
    """Return the database that is to take the other's place: complete, and on the disk.

    `kept`, `past_loads`: the rows of those tables of the plan. `at` (UTC): when.

    Raises:
        InputOutputError: it cannot be made. Then the other is as it was, and nothing is left beside it.

    """
    made = beside(path)
    remove_leftovers(path)
    try:
        connection = connect(made, limits)
        try:
            _fill(connection, path, plan, kept, past_loads, at)
        finally:
            connection.close()
        if any(each.with_name(f"{each.name}.wal").exists() for each in (path, made)):
            raise OSError("a database was not closed whole")
        with made.open("rb") as file:
            os.fsync(file.fileno())
    except (duckdb.Error, OSError) as fault:
        remove_leftovers(path)
        raise InputOutputError(
            f"{made}: the database without what goes cannot be made beside the other; nothing was removed. Check the free "
            "space, which must hold both, and the permissions"
        ) from fault
    except BaseException:
        remove_leftovers(path)
        raise
    return made


def _fill(
    connection: duckdb.DuckDBPyConnection, path: Path, plan: Plan, kept: pa.Table, past_loads: pa.Table, at: datetime
) -> None:
    create_tables(connection)
    connection.execute(f"ATTACH {quote_literal(str(path))} AS {_OLD} (READ_ONLY)")
    for name, rows in ((KEPT, kept), (PAST_LOAD, past_loads)):
        connection.register("arrow rows", rows)
        connection.execute(f'CREATE TEMP TABLE {name} AS SELECT * FROM "arrow rows"')
        connection.unregister("arrow rows")
    past = sql_for_past(plan.days.before)
    which = {
        "event": f"NOT ({past})",
        "quarantine": f"load_id NOT IN (SELECT load_id FROM {PAST_LOAD})",
        "rejected_record": f"load_id NOT IN (SELECT load_id FROM {PAST_LOAD})",
        # How reference tables stood before the oldest report that stays is asked for no more.
        **{change_table(name): f"load_id > {plan.oldest_load}" for name in TABLES},
    }
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND database_name <> 'old' ORDER BY table_name"
    ).fetchall()
    for (name,) in names:
        if name not in _OWN:
            table = quote_identifier(name)
            where = which.get(name, "TRUE")
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {_OLD}.{table} WHERE {where}")
    connection.execute("INSERT INTO purge VALUES (?, ?)", [plan.days.before, at])
    connection.execute(f"INSERT INTO purge_kept SELECT source, event_id FROM {KEPT}")
    connection.execute(
        f"INSERT INTO purge_load SELECT load_id, ?, count(*) FROM {_OLD}.event WHERE {past} GROUP BY load_id ORDER BY load_id",
        [plan.days.before],
    )
    _check(connection, plan)
    connection.execute(f"DETACH {_OLD}")
    connection.execute("CHECKPOINT")


def _check(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    row = connection.execute(f"SELECT (SELECT count(*) FROM {_OLD}.event) - (SELECT count(*) FROM event)").fetchone()
    if row != (sum(plan.events.values()),):
        raise AssertionError("not as many events went as were to go")
