"""Put findings together from the detectors' rows and the facts of the accesses that they cite.

Works on Arrow tables in a DuckDB of its own, in memory, so that it is the same for every engine. Everything is whole
numbers and total orders: the same rows give the same findings with one thread and with two.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from audit.engine.duckdb import Limits, open_bench
from audit.errors import QueryError
from audit.findings.evidence import gather_evidence
from audit.findings.measure import compare, measure, rank_findings
from audit.findings.narrative import add_summaries
from audit.findings.overlap import Overlap, reckon_overlap
from audit.findings.suppress import Suppression, suppress
from audit.findings.users import rank_users
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
    """The tables of a report that come from findings, and how the users of each detector overlap with the others'."""

    findings: pa.Table
    evidence: pa.Table
    users: pa.Table
    overlap: Mapping[str, Overlap]


def cited_accesses(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the ids of all accesses that the detectors' rows cite, once each: one column, access_id."""
    chunks = [chunk for rows in tables for chunk in rows["access_id"].cast(pa.string()).chunks]
    ids = pc.unique(pa.chunked_array(chunks, pa.string()))
    return pa.table({"access_id": ids.drop_null()})


def assemble(
    detected: Sequence[tuple[Detected, pa.Table]],
    facts: Facts,
    previous: Previous | None,
    limits: Limits | None = None,
    suppressions: Sequence[Suppression] = (),
) -> Findings:
    """Return findings, evidence and users, sorted as the report has them. What reviews exclude has no rank.

    Raises:
        QueryError: a detector's column is not constant within a finding.
    """
    with open_bench(limits or Limits()) as bench:
        _take_facts(bench, facts)
        for detector, rows in detected:
            _take_rows(bench, detector, rows)
        measure(bench, facts.newest_at)
        suppress(bench, suppressions)
        rank_findings(bench)
        compare(bench, None if previous is None else previous.findings)
        findings = add_summaries(bench, {detector.id: detector.summary for detector, _ in detected})
        evidence = gather_evidence(bench, facts.accesses, facts.events, facts.tried)
        return Findings(findings, evidence, rank_users(bench), reckon_overlap(bench))


def _take_facts(bench: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    # Read where they are: a copy would take their memory twice.
    bench.register("fact", facts.accesses)
    bench.register("user_count", facts.user_counts)
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
    doubles = {name for name in details if pa.types.is_float64(rows.schema.field(name).type)}
    given = {name: name if name in names else "NULL" for name in _RESERVED}
    level = f"COALESCE({given['level']}, {quote_literal(detector.level)})"
    bench.execute(
        f"""
        INSERT INTO head
        SELECT DISTINCT
            made_id, {quote_literal(detector.id)}, {quote_literal(detector.family)}, {level},
            COALESCE({given["points"]}, {int(detector.points)}), {given["user_id"]}, {given["subject_id"]},
            made_key, {_json_of(details, doubles)}, CAST({given["first_at"]} AS TIMESTAMP), CAST({given["last_at"]} AS TIMESTAMP)
        FROM row
        """
    )
    bench.execute(
        "INSERT INTO citation SELECT made_id, access_id, bool_or(counts) FROM row WHERE access_id IS NOT NULL GROUP BY ALL"
    )
    _check_constant(bench, detector)


def _json_of(names: Sequence[str], doubles: Collection[str] = ()) -> str:
    """Return SQL for the columns as a JSON text. In `doubles` zero has no sign: engines round a trace below it differently."""
    if not names:
        return "'{}'"
    quoted = {name: quote_identifier(name) for name in names}
    values = {
        name: f"CASE WHEN {q} = 0 THEN 0::DOUBLE ELSE {q} END" if name in doubles else q for name, q in quoted.items()
    }
    packed = ", ".join(f"{quoted[name]} := {value}" for name, value in values.items())
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
