"""Put findings together from the detectors' rows and the facts of the accesses that they cite.

Works on Arrow tables in a DuckDB of its own, in memory, so that it is the same for every engine. Everything is whole
numbers and total orders: the same rows give the same findings with one thread and with two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb
import pyarrow as pa

from audit.errors import QueryError
from audit.findings.narrative import add_summaries
from audit.findings.score import LEAST, MOST, PARTS, SQL_FOR_COMPONENT
from audit.sql import quote_identifier, quote_literal

# Columns of a detector's rows that are the program's; the others are numbers behind the finding.
_RESERVED = ("user_id", "subject_id", "access_id", "counts", "level", "points", "first_at", "last_at")


class Detected(Protocol):
    """What assembling needs to know of a detector: see audit/catalogue/query.py."""

    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def summary(self) -> str: ...


@dataclass(frozen=True)
class Facts:
    """What the engine knows of the cited accesses (queries/reports), and when the newest event was."""

    accesses: pa.Table
    events: pa.Table
    tried: pa.Table
    user_counts: pa.Table
    newest_at: datetime | None


@dataclass(frozen=True)
class Previous:
    """The findings that `status` compares with: finding_id, level, event_ids."""

    findings: pa.Table


@dataclass(frozen=True)
class Findings:
    """The tables of a report that come from findings; `overlap` is detector -> lift."""

    findings: pa.Table
    evidence: pa.Table
    users: pa.Table
    lift: Mapping[str, float]


def cited_accesses(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the ids of all accesses that the detectors' rows cite, once each, in order: one column, access_id."""
    with duckdb.connect(":memory:") as bench:
        bench.execute("CREATE TABLE cited (access_id VARCHAR)")
        for rows in tables:
            bench.register("rows", rows)
            bench.execute("INSERT INTO cited SELECT DISTINCT access_id FROM rows WHERE access_id IS NOT NULL")
            bench.unregister("rows")
        return bench.sql("SELECT DISTINCT access_id FROM cited ORDER BY access_id").to_arrow_table()


def assemble(
    detected: Sequence[tuple[Detected, pa.Table]], facts: Facts, previous: Previous | None, threads: int | None = None
) -> Findings:
    """Return findings, evidence and users, sorted as the report has them.

    Raises:
        QueryError: a detector's column is not constant within a finding.
    """
    with duckdb.connect(":memory:") as bench:
        if threads is not None:
            bench.execute(f"SET threads = {int(threads)}")
        _take_facts(bench, facts)
        for detector, rows in detected:
            _take_rows(bench, detector, rows)
        _make_findings(bench, facts.newest_at)
        _rank(bench)
        _compare(bench, previous)
        findings = add_summaries(bench, {detector.id: detector.summary for detector, _ in detected})
        return Findings(findings, _evidence(bench), _users(bench), _lift(bench))


def _take_facts(bench: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    for name, table in (
        ("fact", facts.accesses),
        ("fact_event", facts.events),
        ("fact_tried", facts.tried),
        ("user_count", facts.user_counts),
    ):
        bench.register("arrow_rows", table)
        bench.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow_rows")
        bench.unregister("arrow_rows")
    bench.execute(
        """
        CREATE TABLE head (
            finding_id VARCHAR, detector VARCHAR, family VARCHAR, level VARCHAR, points BIGINT,
            user_id VARCHAR, subject_id VARCHAR, key VARCHAR, details VARCHAR, first_at TIMESTAMP, last_at TIMESTAMP
        );
        CREATE TABLE citation (finding_id VARCHAR, access_id VARCHAR, counts BOOLEAN);
        """
    )


def _take_rows(bench: duckdb.DuckDBPyConnection, detector: Detected, rows: pa.Table) -> None:
    """Add one detector's findings and citations. A finding's id comes from the detector and the key alone."""
    bench.register("arrow_rows", rows)
    key = _json_of(detector.key)
    bench.execute(
        f"CREATE OR REPLACE TEMP TABLE row AS SELECT *, {key} AS made_key, "
        f"'F' || left(sha256({quote_literal(detector.id)} || chr(10) || {key}), 20) AS made_id FROM arrow_rows"
    )
    bench.unregister("arrow_rows")
    names = rows.column_names
    details = [name for name in names if name not in (*_RESERVED, *detector.key)]
    given = {name: name if name in names else "NULL" for name in _RESERVED}
    level = f"COALESCE({given['level']}, {quote_literal(detector.level)})"
    bench.execute(
        f"""
        INSERT INTO head
        SELECT DISTINCT
            made_id, {quote_literal(detector.id)}, {quote_literal(detector.family)}, {level},
            COALESCE({given["points"]}, {int(detector.points)}), {given["user_id"]}, {given["subject_id"]},
            made_key, {_json_of(details)}, CAST({given["first_at"]} AS TIMESTAMP), CAST({given["last_at"]} AS TIMESTAMP)
        FROM row
        """
    )
    bench.execute(
        "INSERT INTO citation SELECT made_id, access_id, bool_or(counts) FROM row WHERE access_id IS NOT NULL GROUP BY ALL"
    )
    _check_constant(bench, detector)


def _json_of(names: Sequence[str]) -> str:
    if not names:
        return "'{}'"
    packed = ", ".join(f"{quote_identifier(name)} := {quote_identifier(name)}" for name in names)
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"


def _check_constant(bench: duckdb.DuckDBPyConnection, detector: Detected) -> None:
    doubled = bench.execute(
        "SELECT count(*) FROM (SELECT finding_id FROM head WHERE detector = ? GROUP BY finding_id HAVING count(*) > 1)",
        [detector.id],
    ).fetchall()[0][0]
    if doubled:
        raise QueryError(
            f"detector {detector.id}: a column besides access_id and counts changes within a finding, in {doubled} "
            f"findings; make it constant for each {', '.join(detector.key)}"
        )


def _make_findings(bench: duckdb.DuckDBPyConnection, newest_at: datetime | None) -> None:
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


def _rank(bench: duckdb.DuckDBPyConnection) -> None:
    shown = ", ".join(f'"{part.name}" := {part.name}_part' for part in PARTS)
    # Parts that are nothing are left out; what the bounds of the score take away stands as a part, so that all add up.
    parts = f"to_json(struct_pack({shown}, bound := score - parts_total))"
    kept = f"json_object_keep({parts})"
    bench.execute(
        "CREATE MACRO json_object_keep(parts) AS '{' || array_to_string([to_json(entry.key) || ':' || entry.value "
        "FOR entry IN map_entries(from_json(parts, '\"MAP(VARCHAR, INTEGER)\"')) IF entry.value <> 0], ',') || '}'"
    )
    bench.execute(
        f"""
        CREATE TABLE ranked AS
        SELECT
            * EXCLUDE (details),
            left(details, -1) || CASE details WHEN '{{}}' THEN '' ELSE ',' END
            || '"score_parts":' || {kept} || '}}' AS details,
            CAST(row_number() OVER (
                ORDER BY score DESC, event_count DESC, last_at DESC NULLS LAST, finding_id
            ) AS INTEGER) AS rank
        FROM scored
        """
    )


def _compare(bench: duckdb.DuckDBPyConnection, previous: Previous | None) -> None:
    bench.execute("CREATE TABLE before (finding_id VARCHAR, level VARCHAR, event_ids VARCHAR[])")
    if previous is not None:
        bench.register("arrow_rows", previous.findings)
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


def _evidence(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    return bench.sql(
        """
        WITH act AS (
            SELECT access_id, list(event_id ORDER BY node) AS event_ids FROM fact_event GROUP BY access_id
        )
        SELECT
            citation.finding_id, citation.access_id, citation.counts,
            COALESCE(act.event_ids, [fact.access_id]) AS event_ids,
            fact.occurred_at, fact.system, fact.action, fact.user_id, fact.subject_kind, fact.subject_id, fact.reason,
            fact.reference, fact.explanation, fact_tried.tried, fact.source, fact.path, fact.sha256, fact.record_no
        FROM citation
        INNER JOIN fact ON citation.access_id = fact.access_id
        LEFT JOIN act ON citation.access_id = act.access_id
        LEFT JOIN fact_tried ON citation.access_id = fact_tried.access_id
        ORDER BY citation.finding_id, fact.occurred_at, citation.access_id
        """
    ).to_arrow_table()


def _users(bench: duckdb.DuckDBPyConnection) -> pa.Table:
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


def _lift(bench: duckdb.DuckDBPyConnection) -> dict[str, float]:
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
