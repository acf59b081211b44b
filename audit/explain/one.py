"""Ask every explanation about one access, held or not. In a run the first that holds ends the asking; here none does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from audit.catalogue import Catalogue, Explanation
from audit.engine import Engine
from audit.explain.explanations import Horizon, all_reads, make_views, sql_for_explanation, use_explained
from audit.explain.tried import reckon_tried


@dataclass(frozen=True)
class Answer:
    """What one explanation says of the access. `asks`: what it asks for; `reference`: what it rests on where it holds."""

    explanation: str
    strength: str
    held: bool
    reference: str | None
    asks: str


def explain_for_asking(engine: Engine, catalogue: Catalogue, horizon: Horizon) -> None:
    """Make the relations that explanations read, over the accesses and explanations that the last run keeps."""
    use_explained(engine, _narrowed(catalogue), horizon, _reads(catalogue))


def ask_all(engine: Engine, catalogue: Catalogue, access_id: str) -> list[Answer] | None:
    """Return the answer of each explanation, in their order; None when the access is not judged. After explaining."""
    narrowed = _narrowed(catalogue)
    wanted = ", ".join(engine.columns("open_access"))
    engine.create_table(
        "open_access", f"SELECT {wanted} FROM judgeable_access WHERE access_id = $id", {"id": access_id}
    )
    if not engine.query("SELECT access_id FROM open_access").num_rows:
        return None
    # Those of them that are tables were made from the accesses that were open before.
    make_views(engine, [view for view in narrowed.views if "open_access" in all_reads(narrowed, view)])
    return [_ask(engine, query) for query in catalogue.explanations]


def why_tried(engine: Engine, catalogue: Catalogue, access_id: str) -> str | None:
    """Return in words what was tried for an access and why it failed; None where a full explanation holds."""
    engine.create_table("cited", "SELECT CAST($id AS VARCHAR) AS access_id", {"id": access_id})
    rows: list[Mapping[str, str]] = reckon_tried(engine, catalogue).to_pylist()
    return rows[0]["tried"] if rows else None


def _narrowed(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, views=catalogue.views_for(_reads(catalogue)))


def _reads(catalogue: Catalogue) -> set[str]:
    return {name for query in catalogue.explanations for name in query.reads} | {"judgeable_access"}


def _ask(engine: Engine, query: Explanation) -> Answer:
    found = engine.query(sql_for_explanation(query), query.bound()).to_pylist()
    return Answer(query.id, query.strength, bool(found), found[0]["reference"] if found else None, query.description)
