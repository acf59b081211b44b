"""Tell for each cited access what explanation came nearest and why it failed. For fully explained ones nothing is told."""

import pyarrow as pa

from audit.catalogue import Catalogue, parts_of_tried, tried_is_local
from audit.engine import Engine
from audit.explain.explanations import all_reads, make_views
from audit.schema import DERIVED

# As of what is kept of explanations: whatever the horizon, and told only up to it.
_KEPT = """
SELECT tried.access_id, tried.tried
FROM tried
SEMI JOIN cited ON tried.access_id = cited.access_id
CROSS JOIN horizon
WHERE horizon.judges AND (horizon.judged_until IS NULL OR tried.occurred_at <= horizon.judged_until)
ORDER BY tried.access_id
"""


def tell_tried(engine: Engine, catalogue: Catalogue) -> pa.Table:
    """Return access_id and `tried` of the accesses in `cited` that are judged and not fully explained, by id.

    After explaining. From the table `tried` where it is kept (audit/upkeep), else reckoned.
    """
    if tried_is_local(catalogue) and engine.columns("tried"):
        return engine.query(_KEPT)
    return reckon_tried(engine, catalogue)


def reckon_tried(engine: Engine, catalogue: Catalogue) -> pa.Table:
    """Return what `tell_tried` does, whatever is kept.

    What the parts read is narrowed to those accesses: they ask the views that the explanations ask, so that what is told
    cannot differ from what was judged.
    """
    wanted = ", ".join(f"judgeable_access.{name}" for name in DERIVED["open_access"])
    engine.create_table(
        "open_access",
        f"SELECT {wanted} FROM judgeable_access SEMI JOIN cited ON judgeable_access.access_id = cited.access_id "
        "ANTI JOIN (SELECT access_id FROM explanation WHERE strength = 'full') AS held "
        "ON judgeable_access.access_id = held.access_id",
    )
    return engine.query(sql_for_tried(engine, catalogue))


def sql_for_tried(engine: Engine, catalogue: Catalogue) -> str:
    """Return the SELECT for access_id and `tried` of the accesses in `open_access`; makes what it reads."""
    parts = parts_of_tried(catalogue)
    views = catalogue.views_for(name for part in parts for name in part.reads)
    # Those over open_access that are tables were made from the accesses that were open before.
    make_views(engine, [v for v in views if "open_access" in all_reads(catalogue, v) or not engine.columns(v.id)])
    for part in parts:
        engine.create_table(part.id, part.sql, part.bound())
    together = " UNION ALL ".join(f'SELECT {", ".join(DERIVED["tried_part"])} FROM "{part.id}"' for part in parts)
    engine.create_table("tried_part", together)
    return catalogue.report("tried").sql
