"""Ask every explanation about one access, held or not. In a run the first that holds ends the asking; here none does."""

from dataclasses import dataclass, replace

from audit.catalogue import Catalogue, Explanation
from audit.engine import Engine
from audit.explain.explanations import SQL_FOR_OPEN, Horizon, explain, make_views, sql_for_explanation


@dataclass(frozen=True)
class Answer:
    """What one explanation says of the access. `asks`: what it asks for; `reference`: what it rests on where it holds."""

    explanation: str
    strength: str
    held: bool
    reference: str | None
    asks: str


def ask_all(engine: Engine, catalogue: Catalogue, horizon: Horizon, access_id: str) -> list[Answer] | None:
    """Return the answer of each explanation, in their order; None when the access cannot be judged.

    Makes `explanation` for the accesses of its user to its subject, which re-entry looks back to, and leaves
    `open_access` with this access alone.
    """
    row = engine.query("SELECT user_id, subject_id FROM access WHERE access_id = $id", {"id": access_id}).to_pylist()[0]
    reads = {name for query in catalogue.explanations for name in query.reads} | {"judgeable_access"}
    narrowed = replace(catalogue, views=catalogue.views_for(reads))
    explain(engine, narrowed, horizon, of=(row["user_id"], row["subject_id"]))
    engine.create_table("open_access", f"{SQL_FOR_OPEN} WHERE access_id = $id", {"id": access_id})
    if not engine.query("SELECT access_id FROM open_access").num_rows:
        return None
    # Those that are tables were made from the accesses open before.
    make_views(engine, [view for view in narrowed.views if "open_access" in _all_reads(narrowed, view.id)])
    return [_ask(engine, query) for query in catalogue.explanations]


def _all_reads(catalogue: Catalogue, view_id: str) -> set[str]:
    return {name for view in catalogue.views_for([view_id]) for name in view.reads}


def _ask(engine: Engine, query: Explanation) -> Answer:
    found = engine.query(sql_for_explanation(query), query.bound()).to_pylist()
    reference = found[0]["reference"] if found else None
    return Answer(query.id, query.strength, bool(found), reference, query.description)
