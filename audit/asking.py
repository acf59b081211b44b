"""Open what is loaded and explained for a question between two runs. Writes only where something was loaded since the last."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.lock import hold
from audit.progress import Notify, shown
from audit.run import horizon_span, limits, make_ready, reading
from audit.upkeep import is_up_to_date
from audit.warehouse import open_for_reading, open_warehouse
from audit.workspace import Workspace


@contextmanager
def asking(workspace: Workspace, catalogue: Catalogue, notify: Notify) -> Iterator[Engine]:
    """An engine that can only read, over accesses and explanations that are those of what is loaded now.

    Raises:
        LockedError: a batch writes to the database. InputOutputError: there is none yet, or it is broken.

    """
    notify("looking whether anything was loaded since the last run")
    _make_ready(workspace, catalogue, notify)
    notify("asking the database")
    with reading(workspace, notify) as engine:
        yield engine


def _make_ready(workspace: Workspace, catalogue: Catalogue, notify: Notify) -> None:
    with closing(open_for_reading(workspace.database, limits(workspace))) as connection:
        if is_up_to_date(connection, catalogue, horizon_span(workspace)):
            return
    with (
        hold(workspace),
        closing(open_warehouse(workspace.database, limits(workspace))) as connection,
        shown(notify, connection),
    ):
        make_ready(connection, workspace, catalogue, full=False, notify=notify)
