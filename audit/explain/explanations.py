"""Find for each access the first business fact that explains it. What no explanation takes stays open for the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from audit.catalogue import Catalogue, Explanation, View
from audit.engine import Engine
from audit.schema import DERIVED

_MADE_LATER = frozenset({"explanation", "open_access"})


@dataclass(frozen=True)
class Horizon:
    """How far accesses can be judged.

    `judges`: incidents are known. `judged_until` (UTC): accesses after it wait for the feed of incidents; None = no
    limit. `oldest_at` and `newest_at` (UTC): of the events loaded.
    """

    judges: bool
    judged_until: datetime | None
    oldest_at: datetime | None
    newest_at: datetime | None


def find_horizon(engine: Engine, span: timedelta | None) -> Horizon:
    """Return the horizon of what is loaded; `span` is how long after the newest incident accesses are judged."""
    row = engine.query(
        "SELECT (SELECT max(opened_at) FROM incident) AS incident_at, "
        "(SELECT min(occurred_at) FROM event) AS oldest_at, (SELECT max(occurred_at) FROM event) AS newest_at"
    ).to_pylist()[0]
    incident_at = row["incident_at"]
    until = incident_at + span if incident_at is not None and span is not None else None
    return Horizon(incident_at is not None, until, row["oldest_at"], row["newest_at"])


def explain(engine: Engine, catalogue: Catalogue, horizon: Horizon) -> None:
    """Make `explanation` (one row for each access that something explains), and all views that detectors read."""
    # Every detector reads the accesses: once copied they are read faster than joined anew.
    engine.create_table("access", "SELECT * FROM access")
    _start(engine, horizon)
    early, late = _split_views(catalogue)
    make_views(engine, early)
    engine.create_view("open_access", f"SELECT {', '.join(DERIVED['open_access'])} FROM judgeable_access")
    make_views(engine, [view for view in late if "explanation" not in all_reads(catalogue, view)])
    _explain_in_order(engine, catalogue)
    make_views(engine, [view for view in late if "explanation" in all_reads(catalogue, view)])


def make_views(engine: Engine, views: list[View]) -> None:
    """Make views, each after those that it reads."""
    for view in views:
        if view.materialise:
            engine.create_table(view.id, view.sql, view.bound())
        else:
            engine.create_view(view.id, view.sql)


def sql_for_explanation(query: Explanation) -> str:
    """Return SQL for one row an access: the smallest reference, where several hold."""
    return f"SELECT access_id, min(reference) AS reference FROM ({query.sql}) AS held GROUP BY access_id"


def all_reads(catalogue: Catalogue, view: View) -> set[str]:
    """Return every relation that a view reads, itself or through other views."""
    return {name for needed in catalogue.views_for([view.id]) for name in needed.reads}


def _start(engine: Engine, horizon: Horizon) -> None:
    row = {"judged_until": horizon.judged_until, "judges": horizon.judges, "newest_at": horizon.newest_at}
    types = {"judged_until": pa.timestamp("us"), "judges": pa.bool_(), "newest_at": pa.timestamp("us")}
    engine.create_table_from("horizon", pa.Table.from_pylist([row], schema=pa.schema(types.items())))
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in DERIVED["explanation"].items())
    engine.create_table("explanation", f"SELECT {nothing} WHERE FALSE")


def _split_views(catalogue: Catalogue) -> tuple[list[View], list[View]]:
    late = [view for view in catalogue.views if all_reads(catalogue, view) & _MADE_LATER]
    return [view for view in catalogue.views if view not in late], late


def _explain_in_order(engine: Engine, catalogue: Catalogue) -> None:
    parts: list[str] = []
    for query in catalogue.explanations:
        part = f"explained by {query.id}"
        engine.create_table(
            part,
            f"SELECT access_id, '{query.id}' AS explanation, '{query.strength}' AS strength, reference "
            f"FROM ({sql_for_explanation(query)}) AS first_held",
            query.bound(),
        )
        parts.append(f'SELECT access_id, explanation, strength, reference FROM "{part}"')
        engine.create_view("explanation", " UNION ALL ".join(parts))
        engine.create_table(
            "open_access",
            f'SELECT * FROM open_access ANTI JOIN "{part}" AS part ON open_access.access_id = part.access_id',
        )
