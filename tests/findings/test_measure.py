"""What is counted of a finding is what a plain reckoning over its accesses gives, whether it cites none, one or several."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings.measure import measure

START = datetime(2025, 3, 1)
NEWEST = START + timedelta(days=400)


@dataclass(frozen=True)
class Cited:
    """An access that a finding cites."""

    hours: int
    counts: bool
    strength: str | None
    reason: str | None
    marked: bool
    distance: int | None

    def at(self) -> datetime:
        return START + timedelta(hours=self.hours)


CITED = st.builds(
    Cited,
    hours=st.integers(0, 60),
    counts=st.booleans(),
    strength=st.sampled_from([None, "weak", "full"]),
    reason=st.sampled_from([None, "", "  ", "theft", "test"]),
    marked=st.booleans(),
    distance=st.sampled_from([None, 0, 2]),
)


def _measured(findings: list[list[Cited]]) -> dict[str, dict[str, object]]:
    rows = [
        (f"F{place}", f"A{place}-{number}", cited)
        for place, found in enumerate(findings)
        for number, cited in enumerate(found)
    ]
    bench = duckdb.connect()
    bench.register("given_citation", pa.table({
        "finding_id": pa.array([finding for finding, _, _ in rows], pa.string()),
        "access_id": pa.array([access for _, access, _ in rows], pa.string()),
        "counts": pa.array([cited.counts for _, _, cited in rows], pa.bool_()),
    }))  # fmt: skip
    bench.register("given_fact", pa.table({
        "access_id": pa.array([access for _, access, _ in rows], pa.string()),
        "occurred_at": pa.array([cited.at() for _, _, cited in rows], pa.timestamp("us")),
        "local_date": pa.array([cited.at().date() for _, _, cited in rows], pa.date32()),
        "strength": pa.array([cited.strength for _, _, cited in rows], pa.string()),
        "reason": pa.array([cited.reason for _, _, cited in rows], pa.string()),
        "marked": pa.array([cited.marked for _, _, cited in rows], pa.bool_()),
        "distance": pa.array([cited.distance for _, _, cited in rows], pa.int32()),
        "after_warning": pa.array([False for _ in rows], pa.bool_()),
    }))  # fmt: skip
    bench.execute("CREATE TABLE citation AS FROM given_citation")
    bench.execute("CREATE TABLE fact AS FROM given_fact")
    bench.execute(
        "CREATE TABLE head AS SELECT 'F' || place AS finding_id, 'drawn' AS detector, 'low' AS level, 'U1' AS user_id, "
        "8::BIGINT AS points, NULL::TIMESTAMP AS first_at, NULL::TIMESTAMP AS last_at FROM range(?) AS places (place)",
        [len(findings)],
    )
    measure(bench, NEWEST)
    found = bench.sql("FROM scored").to_arrow_table().to_pylist()
    return {row["finding_id"]: row for row in found}


def _days(found: list[Cited]) -> set[date]:
    return {cited.at().date() for cited in found}


def _reasons_part(found: list[Cited]) -> int:
    """Half of three or more blank, or all that say anything say the same."""
    blank = sum(not (cited.reason or "").strip() for cited in found)
    told = {cited.reason for cited in found} - {None}
    return 4 if len(found) >= 3 and (2 * blank >= len(found) or len(told) == 1) else 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(CITED, max_size=5), min_size=1, max_size=4))
def test_a_finding_is_measured_by_the_accesses_that_count(findings: list[list[Cited]]) -> None:
    measured = _measured(findings)
    for place, found in enumerate(findings):
        row = measured[f"F{place}"]
        numbered = [(cited.at(), f"A{place}-{number}") for number, cited in enumerate(found) if cited.counts]
        counting = [cited for cited in found if cited.counts]
        assert row["event_ids"] == [access for _, access in sorted(numbered)]
        assert row["event_count"] == len(counting)
        assert row["days"] == len(_days(counting))
        assert row["first_at"] == min((cited.at() for cited in counting), default=None)
        assert row["last_at"] == max((cited.at() for cited in counting), default=None)
        assert row["subject_part"] == (6 if any(cited.marked for cited in counting) else 0)
        assert row["reasons_part"] == _reasons_part(counting)
        distances = [cited.distance for cited in counting if cited.distance is not None]
        assert row["relation_part"] == {0: 10, 2: 5}.get(min(distances, default=9), 0)
        full, weak = (sum(cited.strength == word for cited in counting) for word in ("full", "weak"))
        assert row["explained_part"] == -(15 * full // max(len(counting), 1))
        assert row["weak_part"] == -(10 * weak // max(len(counting), 1))
