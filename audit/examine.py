"""From what detectors returned to what a report tells: findings, coverage, and accesses drawn by lot. Publishes nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from audit.catalogue import Catalogue
from audit.comparison import Comparison
from audit.control import draw_control, seed_of
from audit.detect import Detection
from audit.engine import Engine, Limits
from audit.explain import Horizon, tell_tried
from audit.findings import Begin, Facts, assemble, cited_accesses
from audit.publish import Examined
from audit.reviews import Dispositions


def examine(
    engine: Engine,
    catalogue: Catalogue,
    horizon: Horizon,
    detections: Sequence[Detection],
    comparison: Comparison,
    dispositions: Dispositions,
    limits: Limits,
    begin_table: Begin | None = None,
) -> Examined:
    """Put together what the detectors returned, with all that a report tells beside it.

    `limits`: what putting together may use. `begin_table` is told of the large tables as soon as they are there.
    """
    facts = _gather_facts(engine, catalogue, detections, horizon)
    ran = [(detection.detector, detection.rows) for detection in detections if detection.skipped is None]
    suppressions = dispositions.suppressions()
    with ThreadPoolExecutor(1, thread_name_prefix="audit-control") as beside:
        # Findings are put together in a database of their own: meanwhile the engine answers.
        drawn = beside.submit(draw_control, engine, catalogue, seed_of(engine), facts.accesses)
        findings = assemble(ran, facts, comparison.previous, limits, suppressions, begin_table)
        control = drawn.result()
    coverage = engine.query(catalogue.report("coverage").sql)
    return Examined(findings, detections, horizon, coverage, control, comparison, dispositions)


def _gather_facts(engine: Engine, catalogue: Catalogue, detections: Sequence[Detection], horizon: Horizon) -> Facts:
    """Ask the engine for what is known of the accesses that the detections cite."""
    cited = cited_accesses([detection.rows for detection in detections if detection.skipped is None])
    engine.create_table_from("cited", cited)
    accesses, events, users = (
        engine.query(query.sql, query.bound())
        for query in map(catalogue.report, ("cited_access", "cited_event", "user_count"))
    )
    loads = engine.query("SELECT load_id, path, sha256 FROM load_log")
    return Facts(accesses, events, tell_tried(engine, catalogue), loads, users, horizon.newest_at)
