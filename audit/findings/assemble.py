"""Put findings together from the detectors' rows and the facts of the accesses that they cite.

Works on Arrow tables in a DuckDB of its own, in memory, so that it is the same for every engine. Everything is whole
numbers and total orders: the same rows give the same findings with one thread and with two.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audit.engine.duckdb import Limits, open_bench
from audit.findings.evidence import Facts, cite, counting_ids, gather_evidence
from audit.findings.measure import measure, rank_findings
from audit.findings.overlap import Overlap, reckon_overlap
from audit.findings.status import compare_findings
from audit.findings.suppress import Suppression, suppress
from audit.findings.take import Detected, take_rows
from audit.findings.texts import write_findings
from audit.findings.users import rank_users


@dataclass(frozen=True)
class Previous:
    """The findings that those found are compared with: finding_id, level, event_ids."""

    findings: pa.Table


@dataclass(frozen=True)
class Findings:
    """The tables of a report that come from findings, and how the users of each detector overlap with the others'.

    `gone`: the ids of findings before that are not there any more.
    """

    findings: pa.Table
    evidence: pa.Table
    users: pa.Table
    overlap: Mapping[str, Overlap]
    gone: pa.ChunkedArray


# Told of a table of the report, by its name, as soon as all of it is there.
Begin = Callable[[str, pa.Table], object]


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
    begin: Begin | None = None,
) -> Findings:
    """Return findings, evidence and users, sorted as the report has them. What reviews exclude has no rank.

    `begin` is told of evidence, from a thread of its own, and of findings.

    Raises:
        QueryError: a detector's column is not constant within a finding.
    """
    with open_bench(limits or Limits()) as bench, ThreadPoolExecutor(1, thread_name_prefix="audit-evidence") as beside:
        bench.register("user_count", facts.user_counts)
        taken = take_rows(bench, detected, facts.accesses)
        cited = cite(bench)
        evidence = beside.submit(_evidence, cited, facts, begin)
        measure(bench, facts.newest_at)
        suppress(bench, suppressions)
        ranked = rank_findings(bench)
        event_ids = counting_ids(cited, ranked["row_no"], facts.accesses["access_id"])
        ranked = ranked.append_column("event_ids", event_ids)
        compared = compare_findings(ranked, None if previous is None else previous.findings)
        ranked = ranked.append_column("status", compared.status)
        users, overlap = rank_users(bench), reckon_overlap(bench)
        # All is reckoned; the memory serves the texts.
        bench.execute("DROP TABLE taken; DROP TABLE several; DROP TABLE scored")
        findings = write_findings(bench, taken, ranked)
        if begin is not None:
            begin("findings", findings)
        return Findings(findings, evidence.result(), users, overlap, compared.gone)


def _evidence(cited: pa.Table, facts: Facts, begin: Begin | None) -> pa.Table:
    evidence = gather_evidence(cited, facts)
    if begin is not None:
        begin("evidence", evidence)
    return evidence
