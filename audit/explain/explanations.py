"""Find for each access the first business fact that explains it. What no explanation takes stays open for the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa

from audit.catalogue import Catalogue, Explanation, View, views_down_to_kept
from audit.engine import Engine
from audit.schema import DERIVED

# What the program itself asks for, besides detectors and reports.
_ALWAYS_READ = frozenset({"judgeable_access", "unexplained_access"})
# What is kept is explained whatever the horizon; what lies beyond it is not told.
SQL_FOR_KEPT_EXPLANATION = """
SELECT explained.access_id, explained.explanation, explained.strength, explained.reference
FROM explained
CROSS JOIN horizon
WHERE horizon.judges AND (horizon.judged_until IS NULL OR explained.occurred_at <= horizon.judged_until)
"""


@dataclass(frozen=True)
class Horizon:
    """How far accesses can be judged.

    `judges`: incidents are known. `judged_until` (UTC): accesses after it wait for the feed of incidents; None = no
    limit. `oldest_at` and `newest_at` (UTC): of the events loaded. `kept_from`: the first local day that the last purge left
    whole; older events are only those that a finding under review rests on. None = nothing was purged.
    """

    judges: bool
    judged_until: datetime | None
    oldest_at: datetime | None
    newest_at: datetime | None
    kept_from: date | None = None


def find_horizon(engine: Engine, span: timedelta | None) -> Horizon:
    """Return the horizon of what is loaded; `span` is how long after the newest incident accesses are judged."""
    row = engine.query(
        "SELECT (SELECT max(opened_at) FROM incident) AS incident_at, "
        "(SELECT min(occurred_at) FROM event) AS oldest_at, (SELECT max(occurred_at) FROM event) AS newest_at"
    ).to_pylist()[0]
    incident_at = row["incident_at"]
    until = incident_at + span if incident_at is not None and span is not None else None
    return Horizon(incident_at is not None, until, row["oldest_at"], row["newest_at"], _kept_from(engine))


def _kept_from(engine: Engine) -> date | None:
    if not engine.columns("purge"):
        return None
    found: date | None = engine.query("SELECT max(before) AS before FROM purge").to_pylist()[0]["before"]
    return found


def explain_open(engine: Engine, catalogue: Catalogue) -> None:
    """Make `explanation` for the accesses of `open_access`, which the engine holds. Whatever the horizon."""
    _begin_explanations(engine)
    make_views(engine, list(views_of_explanations(catalogue)))
    _explain_in_order(engine, catalogue)


def views_of_explanations(catalogue: Catalogue) -> tuple[View, ...]:
    """Return the views that the explanations read."""
    return catalogue.views_for(name for query in catalogue.explanations for name in query.reads)


def use_explained(engine: Engine, catalogue: Catalogue, horizon: Horizon, reads: Iterable[str]) -> None:
    """Make the relations of `reads` where accesses and what explains them are kept: tables `access` and `explained`."""
    lay_horizon(engine, horizon)
    engine.create_view("explanation", SQL_FOR_KEPT_EXPLANATION)
    needed = [view for view in views_down_to_kept(catalogue, {*reads, *_ALWAYS_READ}) if not view.partition]
    early = [view for view in needed if "open_access" not in all_reads(catalogue, view)]
    make_views(engine, early)
    if late := [view for view in needed if view not in early]:
        columns = ", ".join(DERIVED["open_access"])
        engine.create_view(
            "open_access",
            f"SELECT {columns} FROM judgeable_access "
            "ANTI JOIN explanation ON judgeable_access.access_id = explanation.access_id",
        )
        make_views(engine, late)


def make_views(engine: Engine, views: list[View]) -> None:
    """Make views, each after those that it reads."""
    for view in views:
        if view.materialise or view.partition:
            engine.create_table(view.id, view.sql, view.bound())
        else:
            engine.create_view(view.id, view.sql)


def sql_for_explanation(query: Explanation) -> str:
    """Return SQL for one row an access: the smallest reference, where several hold."""
    return f"SELECT access_id, min(reference) AS reference FROM ({query.sql}) AS held GROUP BY access_id"


def all_reads(catalogue: Catalogue, view: View) -> set[str]:
    """Return every relation that a view reads, itself or through other views."""
    return {name for needed in catalogue.views_for([view.id]) for name in needed.reads}


def lay_horizon(engine: Engine, horizon: Horizon) -> None:
    """Make `horizon`, the one row that says how far accesses are judged."""
    types = {
        "judged_until": pa.timestamp("us"), "judges": pa.bool_(), "newest_at": pa.timestamp("us"), "kept_from": pa.date32()
    }  # fmt: skip
    row = {name: getattr(horizon, name) for name in types}
    engine.create_table_from("horizon", pa.Table.from_pylist([row], schema=pa.schema(types.items())))


def _begin_explanations(engine: Engine) -> None:
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in DERIVED["explanation"].items())
    engine.create_table("explanation", f"SELECT {nothing} WHERE FALSE")


def _explain_in_order(engine: Engine, catalogue: Catalogue) -> None:
    parts: list[str] = []
    for query in catalogue.explanations:
        if parts:
            _take_out(engine, parts[-1])
        parts.append(f"explained by {query.id}")
        engine.create_table(
            parts[-1],
            f"SELECT access_id, '{query.id}' AS explanation, '{query.strength}' AS strength, reference "
            f"FROM ({sql_for_explanation(query)}) AS first_held",
            query.bound(),
        )
        together = " UNION ALL ".join(
            f'SELECT access_id, explanation, strength, reference FROM "{part}"' for part in parts
        )
        engine.create_view("explanation", together)


def _take_out(engine: Engine, part: str) -> None:
    """Leave open for the next what the last explanation did not take: of many accesses a copy, made only where it takes some."""
    if engine.query(f'SELECT count(*) AS taken FROM "{part}"')["taken"][0].as_py():
        engine.create_table(
            "open_access",
            f'SELECT * FROM open_access ANTI JOIN "{part}" AS part ON open_access.access_id = part.access_id',
        )
