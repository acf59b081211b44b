"""What the things kept were made from, so that it is known what changed since, or that they must be made anew."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from audit.catalogue import Catalogue, Query, kept_views, queries_of_tried
from audit.explain import Horizon, views_of_explanations
from audit.program import program_version
from audit.upkeep.desk import Desk

# Raised when what is kept, or how it is brought up to date, changes: then all is made anew.
_SHAPE = 2
_TABLE = """
CREATE TABLE IF NOT EXISTS {} (
    made_with VARCHAR, last_load BIGINT, events BIGINT, judges BOOLEAN, judged_until TIMESTAMP
)
"""


@dataclass(frozen=True)
class Mark:
    """`made_with`: a hash of queries, parameters and versions; `last_load`: of all; `events`: in the log; the horizon."""

    made_with: str
    last_load: int
    events: int
    judges: bool
    judged_until: datetime | None


def mark_now(desk: Desk, horizon: Horizon) -> Mark:
    """Return what would be made from what is loaded now."""
    last = desk.rows(f"SELECT COALESCE(max(load_id), 0) FROM {desk.standing('load_log')}")[0][0]
    # Where events went with no load that says so.
    events = desk.count(f"SELECT 1 FROM {desk.standing('event')}")
    return Mark(_made_with(desk), int(str(last)), events, horizon.judges, horizon.judged_until)


def read_mark(desk: Desk) -> Mark | None:
    """Return what the things kept were made from; None when there are none."""
    if not desk.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'upkeep'"):
        return None
    found = desk.connection.execute(
        f"SELECT made_with, last_load, events, judges, judged_until FROM {desk.standing('upkeep')}"
    ).fetchall()
    return Mark(*found[0]) if len(found) == 1 else None


def write_mark(desk: Desk, mark: Mark) -> None:
    """Note what the things kept are made from now: the last of a transaction."""
    desk.execute(_TABLE.format(desk.standing("upkeep")))
    desk.execute(f"DELETE FROM {desk.standing('upkeep')}")
    desk.connection.execute(
        f"INSERT INTO {desk.standing('upkeep')} VALUES (?, ?, ?, ?, ?)",
        [mark.made_with, mark.last_load, mark.events, mark.judges, mark.judged_until],
    )
    desk.keep("upkeep_load", f"SELECT load_id, count(*) AS events FROM {desk.standing('event')} GROUP BY load_id")


def _made_with(desk: Desk) -> str:
    texts = [f"{query.id} {query.sha256} {sorted(query.parameters.items())}" for query in _queries(desk.catalogue)]
    versions = [str(_SHAPE), program_version(), desk.engine.version]
    return hashlib.sha256("\n".join([*versions, *sorted(texts)]).encode()).hexdigest()


def _queries(catalogue: Catalogue) -> Iterable[Query]:
    """Every query that what is kept rests on."""
    made = [*catalogue.accesses, *kept_views(catalogue), *queries_of_tried(catalogue)]
    below = catalogue.views_for(name for query in made for name in query.reads)
    return {
        query.id: query for query in (*made, *below, *catalogue.explanations, *views_of_explanations(catalogue))
    }.values()
