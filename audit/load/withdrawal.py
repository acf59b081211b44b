"""Take what loads brought out of the tables, within the caller's transaction. The loads stay known as withdrawn.

This is the one place where loaded data leave the warehouse other than by newer data.
"""

from collections.abc import Mapping
from datetime import datetime

import duckdb

from audit.load.change import begin_change, end_change
from audit.schema import Table, duckdb_columns
from audit.sql import quote_identifier
from audit.warehouse import history_table

GONE = "withdrawn_event"


def withdraw_loads(
    connection: duckdb.DuckDBPyConnection, table: Table, again_as: Mapping[int, int], at: datetime
) -> None:
    """Withdraw the loads of a table (load id -> the id that takes its place); rows that they had replaced stand again.

    Of a table that accumulates, every load from the first of them on must be among them.
    """
    ids = _list_of(again_as)
    if table.arrival == "append":
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {GONE} AS SELECT source, event_id FROM event WHERE load_id IN ({ids})"
        )
    else:
        begin_change(connection, table, f"load_id IN ({ids})")
    connection.execute(f"DELETE FROM {quote_identifier(table.name)} WHERE load_id IN ({ids})")
    if table.arrival != "append":
        end_change(connection, table, min(again_as.values()), _sql_for_restored(table, ids))
    if table.arrival == "accumulate":
        _restore(connection, table, ids)
    connection.execute(f"DELETE FROM quarantine WHERE load_id IN ({ids})")
    connection.execute(f"DELETE FROM rejected_record WHERE load_id IN ({ids})")
    for old, new in again_as.items():
        connection.execute(
            "INSERT INTO withdrawn_load SELECT *, $at, $new FROM load_log WHERE load_id = $old",
            {"at": at, "new": new, "old": old},
        )
    connection.execute(f"DELETE FROM load_log WHERE load_id IN ({ids})")
    connection.execute(f"DELETE FROM load_input WHERE load_id IN ({ids})")


def any_event_gone(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether an event that was withdrawn stands no more, by its id and in its source."""
    row = connection.execute(
        f"SELECT count(*) FROM {GONE} ANTI JOIN event "
        f"ON {GONE}.event_id = event.event_id AND {GONE}.source = event.source"
    ).fetchone()
    return row is not None and row[0] > 0


def _restore(connection: duckdb.DuckDBPyConnection, table: Table, ids: str) -> None:
    columns = ", ".join(quote_identifier(name) for name in duckdb_columns(table.name))
    connection.execute(
        f"INSERT INTO {quote_identifier(table.name)} ({columns}) SELECT {columns} FROM ({_sql_for_restored(table, ids)})"
    )
    connection.execute(f"DELETE FROM {quote_identifier(history_table(table.name))} WHERE replaced_by IN ({ids})")


def _sql_for_restored(table: Table, ids: str) -> str:
    """SELECT for the rows that the loads had replaced."""
    if table.arrival != "accumulate":
        return f"SELECT * FROM {quote_identifier(table.name)} WHERE FALSE"
    return (
        f"SELECT * FROM {quote_identifier(history_table(table.name))} "
        f"WHERE replaced_by IN ({ids}) AND load_id NOT IN ({ids}) ORDER BY load_id, record_no"
    )


def _list_of(again_as: Mapping[int, int]) -> str:
    return ", ".join(str(int(load_id)) for load_id in again_as)
