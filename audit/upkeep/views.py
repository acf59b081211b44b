"""Views over the log whose rows are kept: all made anew, or only the partitions of accesses that changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from audit.catalogue import Catalogue, View, kept_views, tables_below, untraced_tables
from audit.explain import SQL_FOR_KEPT_EXPLANATION, Horizon, lay_horizon, make_views
from audit.sql import quote_identifier, quote_literal
from audit.upkeep.bearing import lay_what_bears
from audit.upkeep.desk import Desk
from audit.upkeep.marks import Mark
from audit.upkeep.parts import PART, days_of_part, in_part, partition_columns, select_partitions


def remake_views(desk: Desk, horizon: Horizon, views: Iterable[View] | None = None) -> None:
    """Make the kept views whole."""
    for view in kept_views(desk.catalogue) if views is None else views:
        _lay_below(desk, view, horizon)
        desk.keep(view.id, view.sql, view.bound())
        desk.clear()


def update_views(desk: Desk, horizon: Horizon, before: Mark, changed_tables: set[str]) -> None:
    """Make the partitions anew that hold an access which changed, was explained otherwise, or passed the horizon.

    Of a view that says that it is local, also those of accesses that a changed reference row touches (`find_touched`). Any
    other view that rests on a reference table that changed is made whole.
    """
    views = kept_views(desk.catalogue)
    if not views:
        return
    _lay_changed(desk, horizon.judged_until, before.judged_until)
    whole: set[str] = set()
    seen: dict[str, int] = {}
    for view in views:
        kept_below = [other for other in views if other.id in _reads(desk.catalogue, view)]
        if (
            untraced_tables(desk.catalogue, view) & changed_tables
            or whole & {other.id for other in kept_below}
            or any(not _has(desk, other, view.partition) for other in kept_below)
        ):
            whole.add(view.id)
            remake_views(desk, horizon, [view])
        else:
            _update(desk, view, kept_below, horizon, seen)


def _update(desk: Desk, view: View, kept_below: list[View], horizon: Horizon, seen: dict[str, int]) -> None:
    columns = ", ".join(map(quote_identifier, view.partition))
    sources = ['"upkeep changed access"', *(f'"upkeep rows {other.id}"' for other in kept_below)]
    if view.local:
        sources.append('"upkeep touched access"')
    part = " UNION ".join(f"SELECT {columns} FROM {source}" for source in sources)
    if part not in seen:
        # Views of the same partition see the same accesses: found once, for finding them is most of the work.
        seen[part] = len(seen)
        _lay_part(desk, seen[part], part, view.partition)
    desk.lay("upkeep part", f'SELECT * FROM "upkeep part {seen[part]}"')
    for name in ("access", "explained"):
        desk.engine.create_view(name, f'SELECT * FROM "upkeep {name} {seen[part]}"')
    for other in kept_below:
        desk.lay(other.id, f"SELECT * FROM {desk.standing(other.id)} AS standing WHERE {in_part(view.partition)}")
    if view.local:
        lay_what_bears(desk, "SELECT subject_id FROM access", "SELECT reference FROM access", _tables(desk, view))
    _lay_below(desk, view, horizon)
    desk.lay("upkeep view", view.sql, view.bound())
    stands = desk.standing(view.id)
    desk.lay(
        f"upkeep rows {view.id}",
        f"SELECT * FROM {stands} AS standing WHERE {in_part(view.partition)} "
        'UNION ALL BY NAME SELECT * FROM "upkeep view"',
    )
    desk.execute(f"DELETE FROM {stands} AS standing WHERE {in_part(view.partition)}")
    desk.execute(f'INSERT INTO {stands} BY NAME SELECT * FROM "upkeep view"')
    desk.clear()


def _lay_part(desk: Desk, number: int, part: str, columns: Sequence[str]) -> None:
    """Make tables of the partitions that SELECT `part` yields, of their accesses, and of what explains these."""
    desk.lay("upkeep part", part)
    desk.lay(f"upkeep part {number}", f"SELECT * FROM {PART}")
    accesses = f'"upkeep access {number}"'
    desk.lay(
        f"upkeep access {number}",
        f"SELECT * FROM {desk.standing('access')} AS standing "
        f"WHERE {days_of_part(desk, columns)} AND {in_part(columns, of_access=True)}",
    )
    first, last = desk.rows(f"SELECT min(occurred_at), max(occurred_at) FROM {accesses}")[0]
    # The engine passes over what lies outside the span.
    span = f"occurred_at >= TIMESTAMP '{first}' AND occurred_at <= TIMESTAMP '{last}'" if first else "FALSE"
    desk.lay(
        f"upkeep explained {number}",
        f"SELECT * FROM {desk.standing('explained')} WHERE {span} AND access_id IN (SELECT access_id FROM {accesses})",
    )


def _lay_changed(desk: Desk, until: datetime | None, until_before: datetime | None) -> None:
    """Make a table of the accesses that went, came, are explained otherwise, or are judged now and were not, or no more."""
    columns = select_partitions(partition_columns(desk))
    standing = f"SELECT {columns} FROM {desk.standing('access')}"
    explained = " UNION ALL ".join(f'SELECT access_id FROM "upkeep {word} explained"' for word in ("gone", "made"))
    parts = [
        f'SELECT {columns} FROM "upkeep gone access"',
        f'SELECT {columns} FROM "upkeep made access"',
        f"{standing} WHERE access_id IN ({explained})",
    ]
    if until != until_before:
        after, to = _span(until, until_before)
        parts.append(f"{standing} WHERE occurred_at > {after} AND occurred_at <= {to}")
    desk.lay("upkeep changed access", " UNION ".join(parts))


def _span(one: datetime | None, other: datetime | None) -> tuple[str, str]:
    """Return the times between two horizons, as SQL; None is no limit."""
    ends = [time for time in (one, other) if time is not None]
    after = f"TIMESTAMP {quote_literal(str(min(ends)))}"
    return after, f"TIMESTAMP {quote_literal(str(max(ends)))}" if len(ends) > 1 else "TIMESTAMP 'infinity'"


def _lay_below(desk: Desk, view: View, horizon: Horizon) -> None:
    """Make what a view reads and is not kept, over the accesses that stand or are laid before them."""
    lay_horizon(desk.engine, horizon)
    desk.engine.create_view("explanation", SQL_FOR_KEPT_EXPLANATION)
    make_views(desk.engine, [other for other in _below(desk.catalogue, view) if not other.partition])


def _below(catalogue: Catalogue, view: View) -> tuple[View, ...]:
    """Return the views that a view is made of, down to those that are kept, in order."""
    needed = set(view.reads)
    for other in reversed(catalogue.views):
        if other.id in needed and not other.partition:
            needed.update(other.reads)
    return tuple(other for other in catalogue.views if other.id in needed)


def _reads(catalogue: Catalogue, view: View) -> set[str]:
    return {*view.reads, *(name for other in _below(catalogue, view) if not other.partition for name in other.reads)}


def _tables(desk: Desk, view: View) -> set[str]:
    return tables_below(desk.catalogue, [view])


def _has(desk: Desk, view: View, columns: Iterable[str]) -> bool:
    found = desk.rows(f"DESCRIBE {desk.standing(view.id)}")
    return set(columns) <= {str(row[0]) for row in found}
