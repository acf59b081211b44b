"""Reference tables: a newer file of an input replaces, accumulates by key, or replaces each user's span, as its table says."""

import duckdb

from audit.load.change import begin_change, end_change
from audit.load.stage import (
    VERDICT,
    Staged,
    broken,
    judge_known_texts,
    quarantine_broken,
    sql_for_content,
    sql_for_key,
)
from audit.schema import Table, duckdb_columns
from audit.sql import quote_identifier, quote_literal
from audit.warehouse import history_table

_GOOD = "good_record"


def judge_reference(connection: duckdb.DuckDBPyConnection, staged: Staged, source: str, input_name: str) -> None:
    """Name the records that do not load: those that break a rule, second rows under a key, known content."""
    quarantine_broken(connection, staged)
    table = staged.table
    columns = ", ".join(map(quote_identifier, table.columns))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {_GOOD} AS
        SELECT record_no, {columns}, row_number() OVER (PARTITION BY {sql_for_key(table)} ORDER BY record_no) AS place
        FROM ({staged.relation})
        WHERE NOT ({broken(staged.mapped)})
        """
    )
    key = ", ".join(table.key)
    _judge(connection, f"{key}: second row under the same key", f"SELECT record_no FROM {_GOOD} WHERE place > 1")
    if table.arrival == "accumulate":
        _judge_known_content(connection, table)
    else:
        _judge(
            connection,
            f"{key}: stands already, from another input",
            f"SELECT good.record_no FROM {_GOOD} AS good "
            f"INNER JOIN {quote_identifier(table.name)} AS standing ON {_same_key(table, 'good', 'standing')} "
            f"WHERE standing.load_id NOT IN ({_loads_of(input_name)})",
        )
    judge_known_texts(connection, staged, source)


def insert_reference(connection: duckdb.DuckDBPyConnection, staged: Staged, load_id: int, input_name: str) -> None:
    """Make room as the table's arrival says, then add the records that nothing was found against."""
    table = staged.table
    good = f"(SELECT * FROM {_GOOD} WHERE record_no NOT IN (SELECT record_no FROM {VERDICT}))"
    gone = _gone(table, good, input_name)
    begin_change(connection, table, gone)
    if table.arrival == "accumulate":
        _keep_history(connection, table, gone, load_id)
    connection.execute(f"DELETE FROM {quote_identifier(table.name)} AS standing WHERE {gone}")
    columns = ", ".join(quote_identifier(name) for name in table.columns)
    connection.execute(
        f"INSERT INTO {quote_identifier(table.name)} ({columns}, load_id, record_no) "
        f"SELECT {columns}, $load_id, record_no FROM {good} ORDER BY record_no",
        {"load_id": load_id},
    )
    end_change(connection, table, load_id, good)


def _gone(table: Table, good: str, input_name: str) -> str:
    """SQL that is true for a row `standing` that must make room for the records of `good`, as the table's arrival says."""
    if table.arrival == "accumulate":
        return f"EXISTS (SELECT 1 FROM {good} AS good WHERE {_same_key(table, 'good', 'standing')})"
    of_input = f"load_id IN ({_loads_of(input_name)})"
    return f"{of_input} AND {_in_span(good)}" if table.arrival == "span" else of_input


def _judge_known_content(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(
        f"""
        INSERT INTO {VERDICT}
        SELECT good.record_no, 'duplicate', []
        FROM {_GOOD} AS good
        INNER JOIN {quote_identifier(table.name)} AS standing ON {_same_key(table, "good", "standing")}
        WHERE {sql_for_content(table, "good", "standing")}
            AND good.record_no NOT IN (SELECT record_no FROM {VERDICT})
        """
    )


def _keep_history(connection: duckdb.DuckDBPyConnection, table: Table, gone: str, load_id: int) -> None:
    columns = ", ".join(quote_identifier(name) for name in duckdb_columns(table.name))
    connection.execute(
        f"INSERT INTO {quote_identifier(history_table(table.name))} "
        f"SELECT {columns}, $load_id FROM {quote_identifier(table.name)} AS standing WHERE {gone}",
        {"load_id": load_id},
    )


def _in_span(good: str) -> str:
    return f"""EXISTS (
            SELECT 1
            FROM (SELECT user_id, min(starts_at) AS first_at, max(ends_at) AS last_at FROM {good} GROUP BY user_id) AS span
            WHERE
                span.user_id = standing.user_id
                AND standing.starts_at >= span.first_at
                AND (standing.starts_at < span.last_at OR standing.starts_at = span.first_at)
        )
        """


def _judge(connection: duckdb.DuckDBPyConnection, rule: str, records: str) -> None:
    connection.execute(
        f"INSERT INTO {VERDICT} SELECT DISTINCT record_no, 'quarantined', [{quote_literal(rule)}] FROM ({records}) "
        f"WHERE record_no NOT IN (SELECT record_no FROM {VERDICT})"
    )


def _same_key(table: Table, left: str, right: str) -> str:
    return " AND ".join(
        f"{left}.{quote_identifier(name)} IS NOT DISTINCT FROM {right}.{quote_identifier(name)}" for name in table.key
    )


def _loads_of(input_name: str) -> str:
    return f"SELECT load_id FROM load_input WHERE input = {quote_literal(input_name)}"
