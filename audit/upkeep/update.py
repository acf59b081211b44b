"""Bring what is made of the log up to date, in one transaction: what changed since, or all of it where that cannot be told.

A kill at any moment leaves what stood before, with its mark, or what stands now, with its own.
"""

from collections.abc import Callable
from datetime import timedelta

import duckdb

from audit.catalogue import Catalogue, acts_are_local, explanations_are_local
from audit.explain import find_horizon
from audit.upkeep.accesses import remake_accesses, update_accesses
from audit.upkeep.context import find_changed_tables, note_tables
from audit.upkeep.desk import Desk
from audit.upkeep.explanations import leave_explanations, remake_explanations, update_explanations
from audit.upkeep.marks import Mark, mark_now, read_mark, write_mark
from audit.upkeep.near import lay_near
from audit.upkeep.pairs import find_pairs, find_touched
from audit.upkeep.views import remake_views, update_views
from audit.warehouse import one_transaction


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    span: timedelta | None,
    full: bool,
    notify: Callable[[str], None],
    seconds: float | None = None,
) -> None:
    """Make accesses, explanations and kept views those of what is loaded now. `span` is that of the horizon.

    `full`: make all of it anew, whatever stands. `seconds`: no query runs longer.
    """
    desk = Desk(connection, catalogue, seconds)
    with one_transaction(connection):
        horizon = find_horizon(desk.engine, span)
        before, now = read_mark(desk), mark_now(desk, horizon)
        if before == now and not full:
            return
        if before is None or full or before.made_with != now.made_with or not acts_are_local(catalogue):
            notify("explaining accesses")
            _remake(desk, span)
        else:
            notify("explaining what changed")
            _update(desk, span, before)
        write_mark(desk, now)
        desk.clear(everything=True)


def is_up_to_date(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, span: timedelta | None) -> bool:
    """Say whether what is kept is that of what is loaded now. Writes nothing."""
    desk = Desk(connection, catalogue)
    return read_mark(desk) == mark_now(desk, find_horizon(desk.engine, span))


def _remake(desk: Desk, span: timedelta | None) -> None:
    horizon = find_horizon(desk.engine, span)
    remake_accesses(desk)
    remake_explanations(desk, horizon.judges)
    remake_views(desk, horizon)
    note_tables(desk)


def _update(desk: Desk, span: timedelta | None, before: Mark) -> None:
    horizon = find_horizon(desk.engine, span)
    changed = find_changed_tables(desk)
    if changed is None or not update_accesses(desk):
        _remake(desk, span)
    elif horizon.judges != before.judges or not explanations_are_local(desk.catalogue):
        remake_explanations(desk, horizon.judges)
        remake_views(desk, horizon)
    else:
        find_touched(desk, changed)
        find_pairs(desk, changed)
        lay_near(desk, horizon.judged_until, before.judged_until)
        if horizon.judges:
            update_explanations(desk)
        else:
            leave_explanations(desk)
        update_views(desk, horizon, changed)
