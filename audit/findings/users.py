"""Rank the users by their findings: many small signs of different kinds beat many of one kind."""

import duckdb
import pyarrow as pa

from audit.findings.score import SQL_FOR_COMPONENT, SQL_FOR_WEIGHED


def rank_users(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rank the users: each detector's points count once, as independent signs do (what is left of doubt is multiplied)."""
    bench.execute(
        f"""
        CREATE TABLE component AS
        SELECT
            user_id,
            CAST(detector AS VARCHAR) AS detector,
            CAST({SQL_FOR_COMPONENT} AS BIGINT) AS points,
            count(*) AS findings,
            bool_or(level IN ('medium', 'high', 'critical')) AS confirms
        FROM (SELECT *, {SQL_FOR_WEIGHED} AS weighed FROM scored ANTI JOIN suppressed USING (finding_id))
        WHERE user_id IS NOT NULL
        GROUP BY ALL
        """
    )
    return bench.sql(
        """
        WITH doubted AS (
            SELECT
                user_id,
                sum(findings) AS findings,
                1000000 - list_reduce(
                    list(points ORDER BY detector), lambda doubt, points: doubt * (100 - points) // 100, 1000000
                ) AS millionths,
                max(points) AS best,
                '{' || string_agg(to_json(detector) || ':' || points, ',' ORDER BY points DESC, detector) || '}' AS components
            FROM component
            GROUP BY user_id
        )
        SELECT
            doubted.user_id,
            CAST(row_number() OVER (
                ORDER BY doubted.millionths DESC, doubted.best DESC, doubted.findings DESC, doubted.user_id
            ) AS INTEGER) AS rank,
            CAST(doubted.millionths // 10000 AS INTEGER) AS score,
            CAST(doubted.findings AS BIGINT) AS findings,
            COALESCE(user_count.accesses, 0) AS accesses,
            COALESCE(user_count.unexplained, 0) AS unexplained,
            COALESCE(user_count.unjudged, 0) AS unjudged,
            user_count.unit,
            user_count.role,
            doubted.components
        FROM doubted
        LEFT JOIN user_count ON doubted.user_id = user_count.user_id
        ORDER BY rank
        """
    ).to_arrow_table()
