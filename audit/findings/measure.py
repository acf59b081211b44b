"""Measure, score, rank and compare the findings on the bench: its tables `head`, `citation` and `fact` are given."""

from datetime import datetime

import duckdb
import pyarrow as pa

from audit.findings.score import LEAST, MOST, PARTS


def measure(bench: duckdb.DuckDBPyConnection, newest_at: datetime | None) -> None:
    """Count what each finding cites, and give it its score in parts: table `scored`."""
    bench.execute(
        """
        CREATE TABLE counted AS
        SELECT
            citation.finding_id,
            count(*) AS event_count,
            count(DISTINCT fact.local_date) AS days,
            min(fact.occurred_at) AS first_at,
            max(fact.occurred_at) AS last_at,
            list(fact.access_id ORDER BY fact.occurred_at, fact.access_id) AS event_ids,
            bool_or(fact.marked) AS marked,
            min(fact.distance) AS distance,
            bool_or(fact.after_warning) AS after_warning,
            count(*) FILTER (WHERE fact.strength = 'weak') AS weak_count,
            count(*) FILTER (WHERE fact.strength = 'full') AS explained_count,
            count(*) FILTER (WHERE trim(COALESCE(fact.reason, '')) = '') AS blank_reasons,
            count(DISTINCT fact.reason) AS reasons
        FROM citation
        INNER JOIN fact ON citation.access_id = fact.access_id
        WHERE citation.counts
        GROUP BY citation.finding_id
        """
    )
    bench.execute(
        """
        CREATE TABLE measured AS
        SELECT
            head.* EXCLUDE (first_at, last_at),
            COALESCE(head.first_at, counted.first_at) AS first_at,
            COALESCE(head.last_at, counted.last_at) AS last_at,
            COALESCE(event_count, 0) AS event_count,
            COALESCE(days, 0) AS days,
            COALESCE(event_ids, []) AS event_ids,
            date_diff('day', COALESCE(head.first_at, counted.first_at), COALESCE(head.last_at, counted.last_at)) AS span_days,
            COALESCE(date_diff('day', COALESCE(head.last_at, counted.last_at), CAST($newest_at AS TIMESTAMP)), 0) AS days_ago,
            COALESCE(marked, FALSE) AS marked,
            distance,
            COALESCE(after_warning, FALSE) AS after_warning,
            COALESCE(weak_count, 0) AS weak_count,
            COALESCE(explained_count, 0) AS explained_count,
            COALESCE(blank_reasons, 0) AS blank_reasons,
            COALESCE(reasons, 0) AS reasons
        FROM head
        LEFT JOIN counted USING (finding_id)
        """,
        {"newest_at": newest_at},
    )
    parts = ", ".join(f"CAST({part.points} AS INTEGER) AS {part.name}_part" for part in PARTS)
    total = " + ".join(f"{part.name}_part" for part in PARTS)
    bench.execute(f"CREATE TABLE parted AS SELECT *, {parts} FROM measured")
    bench.execute(
        f"""
        CREATE TABLE scored AS
        SELECT *, greatest({LEAST}, least({MOST}, {total})) AS score, {total} AS parts_total FROM parted
        """
    )


def rank_findings(bench: duckdb.DuckDBPyConnection) -> None:
    """Put the findings in order, without ties, and the parts of the score into their details: table `ranked`.

    Those in the table `suppressed` have no rank, and no gap is where they stood.
    """
    # Parts that are nothing are left out; what the bounds of the score take away stands as a part, so that all add up.
    # Put together as text: through JSON functions it takes ten times as long, and a year has many findings.
    values = {**{part.name: f"{part.name}_part" for part in PARTS}, "bound": "(score - parts_total)"}
    shown = ", ".join(f"CASE WHEN {value} <> 0 THEN '\"{name}\":' || {value} END" for name, value in values.items())
    kept = f"'{{' || concat_ws(',', {shown}) || '}}'"
    bench.execute(
        f"""
        CREATE TABLE ranked AS
        SELECT
            * EXCLUDE (details),
            left(details, -1) || CASE details WHEN '{{}}' THEN '' ELSE ',' END
            || '"score_parts":' || {kept} || '}}' AS details,
            CASE WHEN suppressed_by IS NULL THEN CAST(row_number() OVER (
                PARTITION BY suppressed_by IS NULL
                ORDER BY score DESC, event_count DESC, last_at DESC NULLS LAST, finding_id
            ) AS INTEGER) END AS rank
        FROM scored
        LEFT JOIN suppressed USING (finding_id)
        """
    )


def compare(bench: duckdb.DuckDBPyConnection, previous: pa.Table | None) -> None:
    """Say of each finding whether it is new, updated or unchanged against those before: table `finding`."""
    bench.execute("CREATE TABLE before (finding_id VARCHAR, level VARCHAR, event_ids VARCHAR[])")
    if previous is not None:
        bench.register("arrow_rows", previous)
        bench.execute("INSERT INTO before SELECT finding_id, level, event_ids FROM arrow_rows")
        bench.unregister("arrow_rows")
    bench.execute(
        """
        CREATE TABLE finding AS
        SELECT
            ranked.*,
            CASE
                WHEN before.finding_id IS NULL THEN 'new'
                WHEN before.level <> ranked.level OR before.event_ids <> ranked.event_ids THEN 'updated'
                ELSE 'unchanged'
            END AS status
        FROM ranked
        LEFT JOIN before USING (finding_id)
        """
    )
