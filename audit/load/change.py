"""Keep what each load changed of a reference table, so that it can be told how the table stood before.

A newer file of a reference table takes the older one's place, on the disk too. What it took away and what it brought is kept
beside the table: little, for such files differ little from night to night. Of the first load of a table nothing is kept: what
stood before it is known.
"""

import duckdb

from audit.schema import Table
from audit.sql import quote_identifier, quote_literal
from audit.warehouse import change_table

_STOOD = "stood_before"


def begin_change(connection: duckdb.DuckDBPyConnection, table: Table, which: str) -> None:
    """Note the rows that a change may take away: those `standing` of the table for which the SQL `which` is true."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_STOOD} AS "
        f"SELECT {_content(table)} FROM {quote_identifier(table.name)} AS standing WHERE {which}"
    )


def end_change(connection: duckdb.DuckDBPyConnection, table: Table, load_id: int, came: str) -> None:
    """Keep what the change took away and what it brought (`came`, SQL for rows of the table), under the load it is of."""
    if not _is_first(connection, table, load_id):
        content, name = _content(table), quote_identifier(change_table(table.name))
        stood, stands = f"SELECT {content} FROM {_STOOD}", f"SELECT {content} FROM ({came})"
        for sign, more, less in (("FALSE", stood, stands), ("TRUE", stands, stood)):
            connection.execute(
                f"INSERT INTO {name} SELECT (SELECT COALESCE(max(no), 0) + 1 FROM {name}), $load_id, {sign}, * "
                f"FROM ({more} EXCEPT {less}) ORDER BY ALL",
                {"load_id": load_id},
            )
    connection.execute(f"DROP TABLE temp.{_STOOD}")


def sql_for_content_after(table: Table, live: str, last_load: int) -> str:
    """SELECT for the content that a table of the database `live` had after the load of that id.

    A row that a later load brought or took away was there before if the first of them took it away.
    """
    content = _content(table)
    name, changes = (f"{live}.{quote_identifier(each)}" for each in (table.name, change_table(table.name)))
    later = f"SELECT * FROM {changes} WHERE load_id > {int(last_load)}"
    return (
        f"(SELECT {content} FROM {name} EXCEPT SELECT {content} FROM ({later})) UNION ALL "
        f"SELECT {content} FROM ({later}) "
        f"QUALIFY row_number() OVER (PARTITION BY {content} ORDER BY no) = 1 AND NOT came"
    )


def _is_first(connection: duckdb.DuckDBPyConnection, table: Table, load_id: int) -> bool:
    """Say whether no load of the table was before: none that stands, and none whose place this one takes."""
    row = connection.execute(
        f"SELECT (SELECT count(*) FROM load_input WHERE table_name = {quote_literal(table.name)} AND load_id <> $load_id) "
        "+ (SELECT count(*) FROM withdrawn_load WHERE again_as = $load_id)",
        {"load_id": load_id},
    ).fetchone()
    return row == (0,)


def _content(table: Table) -> str:
    return ", ".join(map(quote_identifier, table.columns))
