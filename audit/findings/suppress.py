"""Take findings that a review excludes out of the ranking, for as long as they cite just what was reviewed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Suppression:
    """A finding to exclude, the hash of the accesses that were reviewed, and what excludes it."""

    finding_id: str
    events_sha256: str
    suppressed_by: str


def hash_events(event_ids: Sequence[str]) -> str:
    """Return what tells whether a finding cites the accesses that were reviewed, and no others."""
    return hashlib.sha256(json.dumps(sorted(event_ids)).encode()).hexdigest()


def suppress(bench: duckdb.DuckDBPyConnection, suppressions: Sequence[Suppression]) -> None:
    """Make the table `suppressed` of the bench: the findings that nothing new happened to since they were reviewed."""
    bench.execute("CREATE TABLE suppressed (finding_id VARCHAR, suppressed_by VARCHAR)")
    if not suppressions:
        return
    by_id = {suppression.finding_id: suppression for suppression in suppressions}
    standing = bench.execute(
        """
        SELECT taken.finding_id, list(DISTINCT fact.access_id) FILTER (WHERE taken.counts AND fact.place IS NOT NULL)
        FROM taken
        LEFT JOIN fact ON taken.place = fact.place
        WHERE list_contains($ids, taken.finding_id)
        GROUP BY taken.finding_id
        """,
        {"ids": list(by_id)},
    ).fetchall()
    for finding_id, event_ids in standing:
        if hash_events(event_ids or []) == by_id[finding_id].events_sha256:
            bench.execute("INSERT INTO suppressed VALUES (?, ?)", [finding_id, by_id[finding_id].suppressed_by])
