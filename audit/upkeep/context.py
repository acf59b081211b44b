"""Which rows of the reference tables changed since the things kept were made. A copy of each table is kept for it."""

from audit.catalogue import kept_views, tables_below
from audit.explain import views_of_explanations
from audit.schema import TABLES
from audit.sql import quote_literal
from audit.upkeep.desk import Desk, content_of


def context_tables(desk: Desk) -> list[str]:
    """Return the reference tables that anything kept rests on."""
    catalogue = desk.catalogue
    kept = [*catalogue.accesses, *catalogue.explanations, *views_of_explanations(catalogue), *kept_views(catalogue)]
    return sorted(tables_below(catalogue, kept))


def copy_of(table: str) -> str:
    """The table that keeps what the things kept were made from."""
    return f"{table}_before"


def changed_rows(table: str) -> str:
    """SELECT for the rows of a reference table that went or came."""
    return f'SELECT * FROM "upkeep gone {copy_of(table)}" UNION ALL SELECT * FROM "upkeep made {copy_of(table)}"'


def gone_rows(table: str) -> str:
    """SELECT for the rows of a reference table that went."""
    return f'SELECT * FROM "upkeep gone {copy_of(table)}"'


def keep_copies(desk: Desk) -> None:
    """Copy all tables anew."""
    for table in context_tables(desk):
        desk.keep(copy_of(table), _content(desk, table))


def find_changed_tables(desk: Desk) -> set[str]:
    """Bring the copies up to date, leave what went and came for each table, and return the tables that changed.

    A table of which nothing was loaded since is not compared.
    """
    changed = set()
    for table in context_tables(desk):
        copy = copy_of(table)
        columns = list(TABLES[table].columns)
        if _was_loaded(desk, table):
            desk.replace_rows(copy, columns, f"SELECT * FROM {desk.standing(copy)}", _content(desk, table))
        else:
            for word in ("gone", "made"):
                desk.lay(f"upkeep {word} {copy}", f"SELECT * FROM {desk.standing(copy)} WHERE FALSE")
        if desk.count(changed_rows(table)):
            changed.add(table)
    return changed


def _content(desk: Desk, table: str) -> str:
    return f"SELECT {content_of(table)} FROM {desk.standing(table)}"


def _was_loaded(desk: Desk, table: str) -> bool:
    name = quote_literal(table)
    found = desk.rows(
        f"SELECT (SELECT max(load_id) FROM {desk.standing('load_input')} WHERE table_name = {name}) "
        f"IS DISTINCT FROM (SELECT last_load FROM {desk.standing('upkeep_table')} WHERE table_name = {name})"
    )
    return bool(found[0][0])
