"""Partitions of kept views: columns of accesses, or the local month. Lays the accesses of some, and what explains these."""

from collections.abc import Iterable, Sequence
from datetime import date

from audit.catalogue import MONTH, kept_views
from audit.sql import quote_identifier
from audit.upkeep.desk import Desk, same_values

PAIR_COLUMNS = ("user_id", "subject_id")
_PART = '"upkeep part"'
_ACCESS = '"upkeep part access"'


def partition_columns(desk: Desk) -> list[str]:
    """Return the columns by which any kept view is partitioned."""
    return sorted({name for view in kept_views(desk.catalogue) for name in view.partition})


def select_partitions(columns: Iterable[str]) -> str:
    """Return the select list that makes these columns of accesses."""
    return ", ".join(f"{_of_access(name)} AS {quote_identifier(name)}" for name in columns)


def find_part(desk: Desk, columns: Sequence[str], sources: Iterable[str]) -> None:
    """Find the partitions that any of these relations names, their accesses, and what explains them."""
    names = ", ".join(map(quote_identifier, columns))
    desk.lay("upkeep part", " UNION ".join(f"SELECT {names} FROM {source}" for source in sources))
    which = in_part(desk, columns, of_access=True)
    if _is_near(desk, columns):
        explained = f"({_near_explained()})"
        desk.lay("upkeep part access", f'SELECT * FROM "upkeep near access" AS standing WHERE {which}')
    else:
        explained = desk.standing("explained")
        # A view: of many accesses few columns are asked for, and mostly once.
        desk.engine.create_view(
            "upkeep part access", f"SELECT * FROM {desk.standing('access')} AS standing WHERE {which}"
        )
    first, last = desk.rows(f"SELECT min(occurred_at), max(occurred_at) FROM {_ACCESS}")[0]
    # The engine passes over what lies outside the span.
    span = f"occurred_at >= TIMESTAMP '{first}' AND occurred_at <= TIMESTAMP '{last}'" if first else "FALSE"
    desk.lay(
        "upkeep part explained",
        f"SELECT * FROM {explained} AS standing WHERE {span} AND access_id IN (SELECT access_id FROM {_ACCESS})",
    )


def lay_part(desk: Desk) -> None:
    """Let queries see, of accesses and explanations, only those of the partitions found."""
    for name in ("access", "explained"):
        desk.engine.create_view(name, f'SELECT * FROM "upkeep part {name}"')


def in_part(desk: Desk, columns: Sequence[str], of_access: bool = False) -> str:
    """SQL that says whether a row of `standing` lies in the partitions found; NULL is a value.

    `of_access`: it is an access; else a row that has these columns itself.
    """
    same = " AND ".join(
        f"part.{quote_identifier(name)} IS NOT DISTINCT FROM "
        + (_of_access(name, "standing.") if of_access else f"standing.{quote_identifier(name)}")
        for name in columns
    )
    return f"{_days(desk, columns, of_access)} AND EXISTS (SELECT 1 FROM {_PART} AS part WHERE {same})"


def _is_near(desk: Desk, columns: Sequence[str]) -> bool:
    """Say whether the partitions hold near accesses only: then the whole log need not be asked for them."""
    if not set(PAIR_COLUMNS) <= set(columns):
        return False
    same = same_values(PAIR_COLUMNS, "pair", "part")
    beyond = f'SELECT 1 FROM {_PART} AS part WHERE NOT EXISTS (SELECT 1 FROM "upkeep near pair" AS pair WHERE {same})'
    return not desk.rows(f"{beyond} LIMIT 1")


def _near_explained() -> str:
    """SELECT for what explains near accesses now: what did, less what went, and what came."""
    return (
        'SELECT * EXCLUDE (_place) FROM "upkeep near explained" AS near WHERE access_id NOT IN '
        '(SELECT access_id FROM "upkeep gone explained") UNION ALL SELECT * FROM "upkeep made explained"'
    )


def _days(desk: Desk, columns: Sequence[str], of_access: bool) -> str:
    """SQL that narrows rows to the days between which the partitions lie: the engine passes over what lies outside."""
    found = [name for name in ("local_date", MONTH) if name in columns]
    if not found:
        return "TRUE"
    column = quote_identifier(found[0])
    first, last, unknown = desk.rows(f"SELECT min({column}), max({column}), count(*) - count({column}) FROM {_PART}")[0]
    if unknown:
        return "TRUE"
    if first is None:
        return "FALSE"
    if isinstance(first, date):
        return f"local_date >= DATE '{first}' AND local_date <= DATE '{last}'"
    if not of_access:
        return f"{column} >= '{first}' AND {column} <= '{last}'"
    return f"local_date >= DATE '{first}-01' AND local_date < DATE '{last}-01' + INTERVAL 1 MONTH"


def _of_access(name: str, access: str = "") -> str:
    column = f"{access}{quote_identifier('local_date' if name == MONTH else name)}"
    return f"substr(CAST({column} AS VARCHAR), 1, 7)" if name == MONTH else column
