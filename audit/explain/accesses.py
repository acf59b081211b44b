"""Collapse the events of one act into one access. The steps' texts are in queries/accesses, in the order of their names."""

from collections.abc import Collection

from audit.catalogue import Catalogue
from audit.engine import Engine

# Views: audit/upkeep/accesses.py keeps what comes of the last two, and as tables here they would be written twice.
_VIEWS = ("person_event", "access", "access_event")
_REPEATED = "act_member"
# What none of the views reads.
_PASSING = ("link", "act_edge", "act_pair")


def make_accesses(
    engine: Engine, catalogue: Catalogue, given: Collection[str] = (), read_through: Collection[str] = _VIEWS
) -> None:
    """Make `access` and `access_event` from the canonical tables that the engine holds. `given`: steps that are there.

    `read_through`: steps that are views; the others are copied.
    """
    for view in catalogue.views_for(name for step in catalogue.accesses for name in step.reads):
        engine.create_table(view.id, view.sql, view.bound())
    for step in catalogue.accesses:
        if step.id in given:
            continue
        if step.id in read_through:
            engine.create_view(step.id, step.sql)
        elif step.id == _REPEATED:
            _settle_acts(engine, step.sql)
        else:
            engine.create_table(step.id, step.sql, step.bound())
    for name in _PASSING:
        engine.drop(name)


def _settle_acts(engine: Engine, sql: str) -> None:
    """Repeat the step until every event knows the first event of its act."""
    engine.create_table(_REPEATED, "SELECT node, node AS act FROM act_node")
    before = None
    while (total := _total(engine)) != before:
        before = total
        engine.create_table(_REPEATED, sql)


def _total(engine: Engine) -> int:
    # Act numbers only ever fall, so an unchanged sum is an unchanged table.
    value = engine.query(f"SELECT sum(act) AS total FROM {_REPEATED}")["total"][0].as_py()
    return int(value or 0)
