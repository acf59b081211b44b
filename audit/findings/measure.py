"""Measure, score and rank the findings on the bench, from its tables `taken`, `several` and `fact`.

A year has hundreds of thousands of findings, nearly all of one row. That one is all that is to be counted of it, and grouping,
telling apart and sorting within a group are for the others.
"""

from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.findings.score import LEAST, MOST, PARTS


def measure(bench: duckdb.DuckDBPyConnection, newest_at: datetime | None) -> None:
    """Count what each finding cites, and give it its score in parts: table `scored`. `row_no`: of its first row."""
    parts = ", ".join(f"CAST({part.points} AS INTEGER) AS {part.name}_part" for part in PARTS)
    names = ", ".join(f"{part.name}_part" for part in PARTS)
    total = names.replace(", ", " + ")
    bench.execute(
        f"""
        CREATE TABLE scored AS
        WITH one AS (
            SELECT *, COALESCE(counts AND place IS NOT NULL, FALSE) AS cites
            FROM taken
            ANTI JOIN several ON taken.finding_id = several.finding_id
        ),
        many AS (
            SELECT
                finding_id,
                first_row AS row_no,
                any_value(detector) AS detector,
                any_value(level) AS level,
                any_value(user_id) AS user_id,
                any_value(points) AS points,
                any_value(first_at) AS first_at,
                any_value(last_at) AS last_at
            FROM several
            GROUP BY finding_id, first_row
        ),
        counting AS (
            SELECT finding_id, place
            FROM several
            WHERE place IS NOT NULL AND counts
            GROUP BY finding_id, place
        ),
        counted AS (
            SELECT
                counting.finding_id,
                count(*) AS event_count,
                count(DISTINCT fact.local_date) AS days,
                min(fact.occurred_at) AS first_at,
                max(fact.occurred_at) AS last_at,
                bool_or(fact.marked) AS marked,
                min(fact.distance) AS distance,
                bool_or(fact.after_warning) AS after_warning,
                count(*) FILTER (WHERE fact.strength = 'weak') AS weak_count,
                count(*) FILTER (WHERE fact.strength = 'full') AS explained_count,
                count(*) FILTER (WHERE fact.reason_blank) AS blank_reasons,
                COALESCE(min(fact.reason) = max(fact.reason), FALSE)
                AND bool_and(fact.reason IS NOT NULL OR fact.reason_blank) AS one_reason
            FROM counting
            INNER JOIN fact ON counting.place = fact.place
            GROUP BY counting.finding_id
        ),
        told AS (
            SELECT
                finding_id,
                row_no,
                detector,
                level,
                user_id,
                points,
                COALESCE(first_at, CASE WHEN cites THEN occurred_at END) AS first_at,
                COALESCE(last_at, CASE WHEN cites THEN occurred_at END) AS last_at,
                CASE WHEN cites THEN 1 ELSE 0 END AS event_count,
                CASE WHEN cites THEN 1 ELSE 0 END AS days,
                cites AND marked AS marked,
                CASE WHEN cites THEN distance END AS distance,
                cites AND after_warning AS after_warning,
                CASE WHEN cites AND weak THEN 1 ELSE 0 END AS weak_count,
                CASE WHEN cites AND explained THEN 1 ELSE 0 END AS explained_count,
                -- What reasons say is asked of three accesses or more.
                0 AS blank_reasons,
                FALSE AS one_reason
            FROM one
            UNION ALL
            SELECT
                many.finding_id,
                many.row_no,
                many.detector,
                many.level,
                many.user_id,
                many.points,
                COALESCE(many.first_at, counted.first_at),
                COALESCE(many.last_at, counted.last_at),
                COALESCE(counted.event_count, 0),
                COALESCE(counted.days, 0),
                COALESCE(counted.marked, FALSE),
                counted.distance,
                COALESCE(counted.after_warning, FALSE),
                COALESCE(counted.weak_count, 0),
                COALESCE(counted.explained_count, 0),
                COALESCE(counted.blank_reasons, 0),
                COALESCE(counted.one_reason, FALSE)
            FROM many
            LEFT JOIN counted ON many.finding_id = counted.finding_id
        ),
        measured AS (
            SELECT
                *,
                date_diff('day', first_at, last_at) AS span_days,
                COALESCE(date_diff('day', last_at, CAST($newest_at AS TIMESTAMP)), 0) AS days_ago
            FROM told
        ),
        parted AS (
            SELECT
                finding_id, row_no, detector, level, user_id, first_at, last_at, event_count, days,
                {parts}
            FROM measured
        ),
        bounded AS (
            SELECT *, CAST(greatest({LEAST}, least({MOST}, {total})) AS INTEGER) AS score, {total} AS parts_total
            FROM parted
        )
        SELECT * EXCLUDE (parts_total, {names}), {_sql_for_score_parts()} AS score_parts FROM bounded
        """,
        {"newest_at": newest_at},
    )


def rank_findings(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the findings of `scored` in their order, without ties, each with `rank`.

    Those in the table `suppressed` have no rank and stand last, and no gap is where they stood.
    """
    ranked = bench.sql(
        """
        SELECT
            scored.* EXCLUDE (user_id),
            suppressed.suppressed_by
        FROM scored
        LEFT JOIN suppressed ON scored.finding_id = suppressed.finding_id
        ORDER BY
            suppressed.suppressed_by IS NOT NULL,
            CASE WHEN suppressed.suppressed_by IS NULL THEN scored.score END DESC,
            CASE WHEN suppressed.suppressed_by IS NULL THEN scored.event_count END DESC,
            CASE WHEN suppressed.suppressed_by IS NULL THEN scored.last_at END DESC NULLS LAST,
            scored.finding_id
        """
    ).to_arrow_table()
    # Whoever takes rows of a table in chunks puts all of it together first, each time.
    ranked = ranked.combine_chunks()
    places = pa.array(np.arange(1, ranked.num_rows + 1), pa.int32())
    return ranked.append_column("rank", pc.if_else(pc.is_null(ranked["suppressed_by"]), places, None))


def _sql_for_score_parts() -> str:
    """SQL for the parts of a score as a JSON text.

    Parts that are nothing are left out; what the bounds of the score take away stands as a part, so that all add up.
    """
    # Put together as text: through JSON functions it takes ten times as long.
    values = {part.name: f"{part.name}_part" for part in PARTS} | {"bound": "(score - parts_total)"}
    shown = ", ".join(f"CASE WHEN {value} <> 0 THEN '\"{name}\":' || {value} END" for name, value in values.items())
    return f"'{{' || concat_ws(',', {shown}) || '}}'"
