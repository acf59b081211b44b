"""Make of a log that an engine holds all that the upkeep keeps in a warehouse: for an engine that keeps nothing."""

from collections.abc import Callable

from audit.catalogue import Catalogue, kept_views
from audit.engine import Engine
from audit.explain.accesses import make_accesses
from audit.explain.explanations import SQL_FOR_KEPT_EXPLANATION, Horizon, explain_open, lay_horizon, make_views
from audit.schema import DERIVED


def explain_whole(engine: Engine, catalogue: Catalogue, horizon: Horizon, notify: Callable[[str], None]) -> None:
    """Make `access`, `access_event`, `explained` and the kept views from the canonical tables."""
    notify("collapsing events into accesses")
    # Copied, unlike in a warehouse: a log in a file for each day costs more to open six times than to copy once.
    make_accesses(engine, catalogue, read_through=())
    notify("explaining accesses")
    _explain(engine, catalogue, horizon)
    lay_horizon(engine, horizon)
    engine.create_view("explanation", SQL_FOR_KEPT_EXPLANATION)
    views = kept_views(catalogue)
    make_views(engine, list(catalogue.views_for(view.id for view in views)))


def _explain(engine: Engine, catalogue: Catalogue, horizon: Horizon) -> None:
    """Make `explained`: what accounts for each access with a user and a subject, whatever the horizon."""
    which = "user_id IS NOT NULL AND subject_id IS NOT NULL" if horizon.judges else "FALSE"
    engine.create_table("open_access", f"SELECT {', '.join(DERIVED['open_access'])} FROM access WHERE {which}")
    explain_open(engine, catalogue)
    engine.create_table(
        "explained",
        "SELECT explanation.access_id, explanation.explanation, explanation.strength, explanation.reference, "
        "access.occurred_at "
        "FROM explanation INNER JOIN access ON explanation.access_id = access.access_id",
    )
