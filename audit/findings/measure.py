"""Measure, score, rank and compare the findings on the bench: its tables `head`, `citation` and `fact` are given.

A year has hundreds of thousands of findings, nearly all of one access. So what is reckoned stays narrow (`scored`, `ranked`),
and the texts of a finding are put together once, when it goes into the report.
"""

from datetime import datetime

import duckdb
import pyarrow as pa

from audit.findings.score import LEAST, MOST, PARTS

_NOTHING_BEFORE = pa.schema(
    {"finding_id": pa.string(), "level": pa.string(), "event_ids": pa.list_(pa.string())}
).empty_table()


def measure(bench: duckdb.DuckDBPyConnection, newest_at: datetime | None) -> None:
    """Count what each finding cites, and give it its score in parts: table `scored`."""
    parts = ", ".join(f"CAST({part.points} AS INTEGER) AS {part.name}_part" for part in PARTS)
    total = " + ".join(f"{part.name}_part" for part in PARTS)
    bench.execute(
        f"""
        CREATE TABLE scored AS
        WITH counting AS (
            SELECT
                citation.finding_id,
                fact.access_id,
                fact.occurred_at,
                fact.local_date,
                fact.marked,
                fact.distance,
                fact.after_warning,
                fact.strength,
                fact.reason
            FROM citation
            INNER JOIN fact ON citation.access_id = fact.access_id
            WHERE citation.counts
        ),
        counted AS (
            SELECT
                finding_id,
                count(*) AS event_count,
                min(access_id) AS first_access,
                min(occurred_at) AS first_at,
                max(occurred_at) AS last_at,
                bool_or(marked) AS marked,
                min(distance) AS distance,
                bool_or(after_warning) AS after_warning,
                count(*) FILTER (WHERE strength = 'weak') AS weak_count,
                count(*) FILTER (WHERE strength = 'full') AS explained_count,
                count(*) FILTER (WHERE trim(COALESCE(reason, '')) = '') AS blank_reasons,
                COALESCE(min(reason) = max(reason), FALSE) AS one_reason
            FROM counting
            GROUP BY finding_id
        ),
        -- Telling apart and sorting within a group costs the same for one access as for many, so those of one are spared it.
        several AS (
            SELECT
                counting.finding_id,
                count(DISTINCT counting.local_date) AS days,
                list(counting.access_id ORDER BY counting.occurred_at, counting.access_id) AS event_ids
            FROM counting
            SEMI JOIN (SELECT finding_id FROM counted WHERE event_count > 1) AS large USING (finding_id)
            GROUP BY counting.finding_id
        ),
        measured AS (
            SELECT
                head.finding_id,
                head.detector,
                head.level,
                head.user_id,
                head.points,
                COALESCE(head.first_at, counted.first_at) AS first_at,
                COALESCE(head.last_at, counted.last_at) AS last_at,
                COALESCE(counted.event_count, 0) AS event_count,
                CASE WHEN counted.finding_id IS NULL THEN 0 ELSE COALESCE(several.days, 1) END AS days,
                CASE
                    WHEN counted.finding_id IS NULL THEN []
                    ELSE COALESCE(several.event_ids, [counted.first_access])
                END AS event_ids,
                date_diff('day', COALESCE(head.first_at, counted.first_at), COALESCE(head.last_at, counted.last_at)) AS span_days,
                COALESCE(date_diff('day', COALESCE(head.last_at, counted.last_at), CAST($newest_at AS TIMESTAMP)), 0) AS days_ago,
                COALESCE(counted.marked, FALSE) AS marked,
                counted.distance,
                COALESCE(counted.after_warning, FALSE) AS after_warning,
                COALESCE(counted.weak_count, 0) AS weak_count,
                COALESCE(counted.explained_count, 0) AS explained_count,
                COALESCE(counted.blank_reasons, 0) AS blank_reasons,
                COALESCE(counted.one_reason, FALSE) AS one_reason
            FROM head
            LEFT JOIN counted ON head.finding_id = counted.finding_id
            LEFT JOIN several ON head.finding_id = several.finding_id
        ),
        parted AS (
            SELECT
                finding_id, detector, level, user_id, first_at, last_at, event_count, days, event_ids, {parts}
            FROM measured
        )
        SELECT *, greatest({LEAST}, least({MOST}, {total})) AS score, {total} AS parts_total FROM parted
        """,
        {"newest_at": newest_at},
    )


def rank_findings(bench: duckdb.DuckDBPyConnection) -> None:
    """Put the findings in order, without ties: table `ranked`.

    Those in the table `suppressed` have no rank, and no gap is where they stood.
    """
    bench.execute(
        """
        CREATE TABLE ranked AS
        SELECT
            scored.finding_id,
            scored.detector,
            scored.level,
            scored.user_id,
            scored.score,
            suppressed.suppressed_by,
            CASE WHEN suppressed.suppressed_by IS NULL THEN CAST(row_number() OVER (
                PARTITION BY suppressed.suppressed_by IS NULL
                ORDER BY scored.score DESC, scored.event_count DESC, scored.last_at DESC NULLS LAST, scored.finding_id
            ) AS INTEGER) END AS rank
        FROM scored
        LEFT JOIN suppressed ON scored.finding_id = suppressed.finding_id
        """
    )


def compare(bench: duckdb.DuckDBPyConnection, previous: pa.Table | None) -> None:
    """Say of each finding whether it is new, updated or unchanged against those before: view `finding`, with all its columns."""
    before = previous if previous is not None else _NOTHING_BEFORE
    bench.register("before", before.select(_NOTHING_BEFORE.column_names))
    bench.execute(
        f"""
        CREATE VIEW finding AS
        SELECT
            head.* EXCLUDE (points, first_at, last_at, details),
            scored.score,
            ranked.rank,
            scored.first_at,
            scored.last_at,
            scored.event_count,
            scored.days,
            {_sql_for_details()} AS details,
            CASE
                WHEN before.finding_id IS NULL THEN 'new'
                WHEN before.level <> head.level OR before.event_ids <> scored.event_ids THEN 'updated'
                ELSE 'unchanged'
            END AS status,
            scored.event_ids,
            ranked.suppressed_by
        FROM head
        INNER JOIN scored ON head.finding_id = scored.finding_id
        INNER JOIN ranked ON head.finding_id = ranked.finding_id
        LEFT JOIN before ON head.finding_id = before.finding_id
        """
    )


def _sql_for_details() -> str:
    """SQL for a finding's details with the parts of its score.

    Parts that are nothing are left out; what the bounds of the score take away stands as a part, so that all add up.
    """
    # Put together as text: through JSON functions it takes ten times as long.
    values = {part.name: f"scored.{part.name}_part" for part in PARTS} | {
        "bound": "(scored.score - scored.parts_total)"
    }
    shown = ", ".join(f"CASE WHEN {value} <> 0 THEN '\"{name}\":' || {value} END" for name, value in values.items())
    own = "left(head.details, -1) || CASE head.details WHEN '{}' THEN '' ELSE ',' END"
    return f"{own} || '\"score_parts\":{{' || concat_ws(',', {shown}) || '}}}}'"
