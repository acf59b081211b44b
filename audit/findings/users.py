"""Rank the users by their findings: many small signs of different kinds beat many of one kind."""

import duckdb
import pyarrow as pa

from audit.findings.score import SQL_FOR_COMPONENT


def rank_users(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rank the users: each detector's points count once, as independent signs do (what is left of doubt is multiplied)."""
    bench.execute(
        f"""
        CREATE TABLE component AS
        SELECT user_id, detector, CAST({SQL_FOR_COMPONENT} AS BIGINT) AS points, count(*) AS findings
        FROM finding
        WHERE user_id IS NOT NULL AND rank IS NOT NULL
        GROUP BY user_id, detector
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


def reckon_lift(bench: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Per detector: how much oftener its users are found by another detector than users with a finding are at large."""
    rows = bench.execute(
        """
        WITH others AS (
            SELECT component.user_id, component.detector, count(DISTINCT other.detector) > 0 AS confirmed
            FROM (SELECT DISTINCT user_id FROM user_count) AS everyone
            INNER JOIN component ON component.user_id = everyone.user_id
            LEFT JOIN component AS other ON other.user_id = component.user_id AND other.detector <> component.detector
            GROUP BY component.user_id, component.detector
        ),
        chance AS (
            SELECT
                detector.detector,
                count(DISTINCT component.user_id) AS found_by_others,
                (SELECT count(*) FROM user_count) AS users
            FROM (SELECT DISTINCT detector FROM component) AS detector
            INNER JOIN component ON component.detector <> detector.detector
            GROUP BY detector.detector
        )
        SELECT
            others.detector,
            count(*) FILTER (WHERE others.confirmed) AS confirmed,
            count(*) AS found,
            any_value(chance.found_by_others) AS found_by_others,
            any_value(chance.users) AS users
        FROM others
        INNER JOIN chance ON others.detector = chance.detector
        GROUP BY others.detector
        """
    ).fetchall()
    return {
        str(detector): round((confirmed / found) / (by_others / users), 4)
        for detector, confirmed, found, by_others, users in rows
        if found and by_others and users
    }
