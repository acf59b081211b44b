"""How far the engine is with a step, for whoever waits at a terminal. Shows nothing itself and asks nobody unasked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable
from weakref import WeakKeyDictionary

import duckdb

Notify = Callable[[str], None]
# A share from 0 to 1 of the query that runs now; None = not known, or none runs.
Share = Callable[[], float | None]


@runtime_checkable
class Watcher(Protocol):
    """A `notify` that also wants to know how far a step is."""

    def __call__(self, step: str) -> None:
        """Take the step at hand."""

    def watch(self, share: Share | None) -> None:
        """Ask this from now on, from whatever thread; None = there is nothing to ask any more."""


@contextmanager
def shown(notify: Notify, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let a watcher ask how far this connection's queries are, for as long as the block runs."""
    if not isinstance(notify, Watcher):
        yield
        return
    notify.watch(lambda: _share(connection))
    try:
        yield
    finally:
        notify.watch(None)


_INSTEAD: WeakKeyDictionary[duckdb.DuckDBPyConnection, Share] = WeakKeyDictionary()


@contextmanager
def told_by(connection: duckdb.DuckDBPyConnection, share: Share) -> Iterator[None]:
    """Ask this instead of the engine, which cannot know how far it is with rows that are handed to it one batch after another."""
    _INSTEAD[connection] = share
    try:
        yield
    finally:
        del _INSTEAD[connection]


def _share(connection: duckdb.DuckDBPyConnection) -> float | None:
    if (instead := _INSTEAD.get(connection)) is not None:
        return instead()
    try:
        percent = connection.query_progress()
    except duckdb.Error:
        return None
    return percent / 100 if 0 <= percent <= 100 else None
