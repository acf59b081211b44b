"""Partitions of kept views as SQL: columns of accesses, or the local month. Runs one query at most, for the span of some."""

from collections.abc import Iterable, Sequence
from datetime import date

from audit.catalogue import MONTH, kept_views
from audit.sql import quote_identifier
from audit.upkeep.desk import Desk

PART = '"upkeep part"'


def partition_columns(desk: Desk) -> list[str]:
    """Return the columns by which any kept view is partitioned."""
    return sorted({name for view in kept_views(desk.catalogue) for name in view.partition})


def select_partitions(columns: Iterable[str]) -> str:
    """Return the select list that makes these columns of accesses."""
    return ", ".join(f"{_of_access(name)} AS {quote_identifier(name)}" for name in columns)


def in_part(columns: Iterable[str], of_access: bool = False) -> str:
    """SQL that says whether a row of the relation `standing` lies in the partitions of PART; NULL is a value."""
    same = " AND ".join(
        f"part.{quote_identifier(name)} IS NOT DISTINCT FROM "
        + (_of_access(name, "standing.") if of_access else f"standing.{quote_identifier(name)}")
        for name in columns
    )
    return f"EXISTS (SELECT 1 FROM {PART} AS part WHERE {same})"


def days_of_part(desk: Desk, columns: Sequence[str]) -> str:
    """SQL that narrows accesses to the days between which PART lies: the engine passes over what lies outside."""
    found = [name for name in ("local_date", MONTH) if name in columns]
    if not found:
        return "TRUE"
    column = quote_identifier(found[0])
    first, last, unknown = desk.rows(f"SELECT min({column}), max({column}), count(*) - count({column}) FROM {PART}")[0]
    if unknown:
        return "TRUE"
    if first is None:
        return "FALSE"
    if isinstance(first, date):
        return f"local_date >= DATE '{first}' AND local_date <= DATE '{last}'"
    return f"local_date >= DATE '{first}-01' AND local_date < DATE '{last}-01' + INTERVAL 1 MONTH"


def _of_access(name: str, access: str = "") -> str:
    column = f"{access}{quote_identifier('local_date' if name == MONTH else name)}"
    return f"substr(CAST({column} AS VARCHAR), 1, 7)" if name == MONTH else column
