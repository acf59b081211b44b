"""Views over the log whose rows are kept: all made anew, or only the partitions of accesses that changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from audit.catalogue import Catalogue, View, kept_views, tables_below, untraced_tables, views_down_to_kept
from audit.explain import SQL_FOR_KEPT_EXPLANATION, Horizon, lay_horizon, make_views
from audit.sql import quote_identifier
from audit.upkeep.bearing import lay_what_bears_on_access
from audit.upkeep.desk import Desk
from audit.upkeep.near import NEAR
from audit.upkeep.parts import find_part, in_part, lay_part, partition_columns, select_partitions
from audit.upkeep.readings import columns_read


@dataclass(frozen=True)
class _Group:
    """Kept views that are made of the same accesses. `below`: the names of the kept views that each reads."""

    partition: tuple[str, ...]
    below: tuple[str, ...]
    local: bool
    views: tuple[View, ...]


def remake_views(desk: Desk, horizon: Horizon, views: Iterable[View] | None = None) -> None:
    """Make the kept views whole."""
    wanted = tuple(kept_views(desk.catalogue) if views is None else views)
    if not wanted:
        return
    _lay_horizon(desk, horizon)
    for view in wanted:
        _make_below(desk, [view])
        desk.keep(view.id, view.sql, view.bound())
    desk.clear()


def update_views(desk: Desk, horizon: Horizon, changed_tables: set[str]) -> None:
    """Make the partitions anew that hold an access which changed, was explained otherwise, or passed the horizon.

    Of a view that says that it is local, also those of accesses that a changed reference row touches (`find_touched`). Any
    other view that rests on a reference table that changed is made whole.
    """
    _lay_changed(desk)
    whole = _whole(desk, changed_tables)
    views = [view for view in kept_views(desk.catalogue) if view not in whole]
    for group in _groups(desk.catalogue, views, touched=bool(changed_tables)):
        _update(desk, group, horizon)
    remake_views(desk, horizon, whole)


def _whole(desk: Desk, changed_tables: set[str]) -> list[View]:
    """Return the views that cannot be made by partitions now, each after those that it reads."""
    whole: list[View] = []
    for view in kept_views(desk.catalogue):
        below = _kept_below(desk.catalogue, view)
        if (
            untraced_tables(desk.catalogue, view) & changed_tables
            or any(other.id in below for other in whole)
            or any(not set(view.partition) <= set(desk.columns(name)) for name in below)
        ):
            whole.append(view)
    return whole


def _groups(catalogue: Catalogue, views: Sequence[View], touched: bool) -> Iterator[_Group]:
    """Yield the views by what tells their partitions, each group after those that its views read.

    `touched`: reference rows changed, so that a local view is made anew in more partitions than another.
    """
    keys = [(view.partition, _kept_below(catalogue, view), view.local and touched) for view in views]
    for key in dict.fromkeys(keys):
        yield _Group(*key, tuple(view for view, its in zip(views, keys, strict=True) if its == key))


def _update(desk: Desk, group: _Group, horizon: Horizon) -> None:
    sources = ['"upkeep changed access"']
    if group.local:
        sources.append('"upkeep touched access"')
    sources += [_changed_rows(desk, group, name) for name in group.below]
    find_part(desk, group.partition, sources)
    # Only a local one may be shown less than all of the reference tables.
    for local in (False, True):
        views = [view for view in group.views if view.local is local]
        if views:
            lay_part(desk)
            for name in group.below:
                which = in_part(desk, group.partition)
                desk.lay(name, f"SELECT * FROM {desk.standing(name)} AS standing WHERE {which}")
            if local:
                lay_what_bears_on_access(desk, tables_below(desk.catalogue, views))
            _lay_horizon(desk, horizon)
            _make_below(desk, views)
            for view in views:
                _replace(desk, view)
            desk.clear()


def _replace(desk: Desk, view: View) -> None:
    """Put the partitions of a view that were found in place of those that stand; `upkeep old` and `upkeep new` tell readers."""
    read = {name for other in kept_views(desk.catalogue) for name in _read(desk, other, view.id)}
    old, new = f"upkeep old {view.id}", f"upkeep new {view.id}"
    desk.lay(old, desk.placed(view.id, in_part(desk, view.partition), sorted(read)))
    desk.lay(new, view.sql, view.bound())
    desk.delete(view.id, quote_identifier(old))
    desk.execute(f"INSERT INTO {desk.standing(view.id)} BY NAME SELECT * FROM {quote_identifier(new)}")


def _changed_rows(desk: Desk, group: _Group, name: str) -> str:
    """SELECT for the rows of a kept view that went or came, as far as the views of the group can tell."""
    read = {column for view in group.views for column in _read(desk, view, name)}
    columns = ", ".join(map(quote_identifier, sorted(read)))
    old, new = (f'SELECT {columns} FROM "upkeep {word} {name}"' for word in ("old", "new"))
    return f"(({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"


def _read(desk: Desk, reader: View, name: str) -> set[str]:
    """Return the columns of a kept view that another rests on: none, where it does not read it."""
    if name not in _kept_below(desk.catalogue, reader):
        return set()
    texts = [
        reader.sql,
        *(other.sql for other in views_down_to_kept(desk.catalogue, reader.reads) if not other.partition),
    ]
    columns = desk.columns(name)
    # A reader whose partition the view cannot tell is made whole.
    return {*columns_read(texts, name, columns), *set(columns).intersection(reader.partition)}


def _lay_changed(desk: Desk) -> None:
    """Make a table of the accesses that went, came, are explained otherwise, or passed the horizon."""
    columns = select_partitions(partition_columns(desk))
    names = ", ".join(map(quote_identifier, partition_columns(desk)))
    explained = " UNION ALL ".join(f'SELECT access_id FROM "upkeep {word} explained"' for word in ("gone", "made"))
    parts = [
        f'SELECT {columns} FROM "upkeep gone access"',
        f'SELECT {columns} FROM "upkeep made access"',
        f"SELECT {columns} FROM {NEAR} WHERE access_id IN ({explained})",
        f'SELECT {names} FROM "upkeep passed access"',
    ]
    desk.lay("upkeep changed access", " UNION ".join(parts))


def _lay_horizon(desk: Desk, horizon: Horizon) -> None:
    lay_horizon(desk.engine, horizon)
    desk.engine.create_view("explanation", SQL_FOR_KEPT_EXPLANATION)


def _make_below(desk: Desk, views: Iterable[View]) -> None:
    """Make what the views read and is not kept, over the accesses that stand or are laid before them; each once."""
    needed = {
        other.id for view in views for other in views_down_to_kept(desk.catalogue, view.reads) if not other.partition
    }
    made = desk.engine.made()
    make_views(desk.engine, [view for view in desk.catalogue.views if view.id in needed and view.id not in made])


def _kept_below(catalogue: Catalogue, view: View) -> tuple[str, ...]:
    return tuple(other.id for other in views_down_to_kept(catalogue, view.reads) if other.partition)
