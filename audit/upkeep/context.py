"""Which rows of the reference tables changed since the things kept were made.

Each load writes down what it took away from a table and what it brought. That is believed only where it leads from what the
table held then to what it holds now: of both a count and a sum over the content of all rows are kept and compared.
"""

from audit.catalogue import kept_views, queries_of_tried, tables_below
from audit.explain import views_of_explanations
from audit.sql import quote_literal
from audit.upkeep.desk import Desk, content_of
from audit.warehouse import change_table

_TABLE = "CREATE OR REPLACE TABLE {} (table_name VARCHAR, last_load BIGINT, row_count BIGINT, content HUGEINT)"


def context_tables(desk: Desk) -> list[str]:
    """Return the reference tables that anything kept rests on."""
    catalogue = desk.catalogue
    explaining = [*catalogue.explanations, *views_of_explanations(catalogue), *queries_of_tried(catalogue)]
    return sorted(tables_below(catalogue, [*catalogue.accesses, *explaining, *kept_views(catalogue)]))


def changed_rows(table: str) -> str:
    """SELECT for the rows of a reference table that went or came."""
    return f"{gone_rows(table)} UNION ALL {_made_rows(table)}"


def gone_rows(table: str) -> str:
    """SELECT for the rows of a reference table that went."""
    return f'SELECT * FROM "upkeep gone {table}"'


def rows_before(desk: Desk, table: str) -> str:
    """SELECT for the content that a reference table had."""
    return f"({_content(desk, table)} EXCEPT {_made_rows(table)}) UNION ALL {gone_rows(table)}"


def note_tables(desk: Desk) -> None:
    """Keep of every table its last load and what it holds, as numbers."""
    stands = desk.standing("upkeep_table")
    desk.execute(_TABLE.format(stands))
    for table in context_tables(desk):
        desk.execute(f"INSERT INTO {stands} VALUES ({_note(desk, table, *_count(desk, table, _content(desk, table)))})")
        # What earlier versions kept in the place of these numbers.
        desk.execute(f"DROP TABLE IF EXISTS {desk.standing(f'{table}_before')}")


def find_changed_tables(desk: Desk) -> set[str] | None:
    """Leave the rows that went and came for each table, note what the tables hold now, and return those that changed.

    A table of which nothing was loaded since is not looked at. None: it cannot be told what changed.
    """
    changed = set()
    for table in context_tables(desk):
        if not _was_loaded(desk, table):
            for word in ("gone", "made"):
                desk.lay(f"upkeep {word} {table}", f"{_content(desk, table)} WHERE FALSE")
        elif not _find_changes(desk, table):
            return None
        elif desk.count(changed_rows(table)):
            changed.add(table)
    return changed


def _find_changes(desk: Desk, table: str) -> bool:
    """Leave what went and came of a table. False: that does not lead from what it held to what it holds."""
    stands = desk.standing("upkeep_table")
    noted = desk.rows(f"SELECT last_load, row_count, content FROM {stands} WHERE table_name = {quote_literal(table)}")
    last, rows, content = map(int, map(str, noted[0])) if noted and noted[0][0] is not None else (None, 0, 0)
    if last is None:
        # Of the first load of a table nothing is written down.
        gone, made = f"{_content(desk, table)} WHERE FALSE", _content(desk, table)
    else:
        _lay_ends(desk, table, last)
        ends = f'SELECT {content_of(table)} FROM "upkeep ends"'
        gone, made = f"{ends} WHERE NOT first AND NOT last", f"{ends} WHERE first AND last"
    desk.lay(f"upkeep gone {table}", gone)
    desk.lay(f"upkeep made {table}", made)
    now = _count(desk, table, _content(desk, table))
    went, came = _count(desk, table, gone_rows(table)), _count(desk, table, _made_rows(table))
    if now != (rows - went[0] + came[0], content - went[1] + came[1]):
        return False
    desk.execute(f"DELETE FROM {stands} WHERE table_name = {quote_literal(table)}")
    desk.execute(f"INSERT INTO {stands} VALUES ({_note(desk, table, *now)})")
    return True


def _lay_ends(desk: Desk, table: str, last_load: int) -> None:
    """Make a table of all content that a load took away or brought since, with the first and the last time: brought, or not."""
    desk.lay(
        "upkeep ends",
        f"SELECT {content_of(table)}, arg_min(came, no) AS first, arg_max(came, no) AS last "
        f"FROM {desk.standing(change_table(table))} WHERE load_id > {last_load} GROUP BY {content_of(table)}",
    )


def _note(desk: Desk, table: str, rows: int, content: int) -> str:
    return f"{quote_literal(table)}, ({_last_load(desk, table)}), {rows}, {content}"


def _count(desk: Desk, table: str, rows: str) -> tuple[int, int]:
    """Return how many rows of a table a SELECT has, and a sum over what is in them, whatever their order."""
    found = desk.rows(f"SELECT count(*), COALESCE(sum(hash({content_of(table)})), 0) FROM ({rows}) AS counted")
    return int(str(found[0][0])), int(str(found[0][1]))


def _content(desk: Desk, table: str) -> str:
    return f"SELECT {content_of(table)} FROM {desk.standing(table)}"


def _made_rows(table: str) -> str:
    return f'SELECT * FROM "upkeep made {table}"'


def _last_load(desk: Desk, table: str) -> str:
    return f"SELECT max(load_id) FROM {desk.standing('load_input')} WHERE table_name = {quote_literal(table)}"


def _was_loaded(desk: Desk, table: str) -> bool:
    found = desk.rows(
        f"SELECT ({_last_load(desk, table)}) IS DISTINCT FROM "
        f"(SELECT last_load FROM {desk.standing('upkeep_table')} WHERE table_name = {quote_literal(table)})"
    )
    return bool(found[0][0])
