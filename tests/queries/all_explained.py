"""All views and explanations over one small force at once, as a night makes them bit by bit: for tests alone."""

from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.explain import Horizon, explain_open, lay_horizon, make_views, views_of_explanations
from audit.schema import DERIVED


def explain(engine: Engine, catalogue: Catalogue, horizon: Horizon) -> None:
    """Make `explanation` (one row for each access that something explains), and all views that detectors read."""
    engine.create_table("access", "SELECT * FROM access")
    lay_horizon(engine, horizon)
    first = [*catalogue.views_for(["judgeable_access"])]
    make_views(engine, first)
    engine.create_view("open_access", f"SELECT {', '.join(DERIVED['open_access'])} FROM judgeable_access")
    explain_open(engine, catalogue)
    made = {view.id for view in (*first, *views_of_explanations(catalogue))}
    make_views(engine, [view for view in catalogue.views if view.id not in made])
