"""What is counted of a finding is what a plain reckoning over its accesses gives, whether it cites none, one or several."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings.evidence import cite, counting_ids
from audit.findings.measure import measure
from audit.findings.take import take_rows
from tests.findings.drawn import Drawn

START = datetime(2025, 3, 1)
NEWEST = START + timedelta(days=400)


@dataclass(frozen=True)
class Cited:
    """An access that a finding cites."""

    hours: int
    counts: bool
    strength: str | None
    reason: str | None
    hidden: bool
    marked: bool
    distance: int | None

    @property
    def blank(self) -> bool:
        return not (self.reason or "").strip() and not self.hidden

    def at(self) -> datetime:
        return START + timedelta(hours=self.hours)


CITED = st.builds(
    Cited,
    hours=st.integers(0, 60),
    counts=st.booleans(),
    strength=st.sampled_from([None, "weak", "full"]),
    reason=st.sampled_from([None, "", "  ", "theft", "test"]),
    hidden=st.booleans(),
    marked=st.booleans(),
    distance=st.sampled_from([None, 0, 2]),
)


def _measured(findings: list[list[Cited]]) -> dict[str, dict[str, object]]:
    """Measure findings of one user each. One that cites nothing has a row all the same."""
    cited = [
        (f"U{place}", f"A{place}-{number}", one)
        for place, found in enumerate(findings)
        for number, one in enumerate(found)
    ]
    none = [f"U{place}" for place, found in enumerate(findings) if not found]
    rows = pa.table({
        "user_id": pa.array([user for user, _, _ in cited] + none, pa.string()),
        "access_id": pa.array([access for _, access, _ in cited] + [None for _ in none], pa.string()),
        "counts": pa.array([one.counts for _, _, one in cited] + [True for _ in none], pa.bool_()),
    })  # fmt: skip
    facts = pa.table({
        "access_id": pa.array([access for _, access, _ in cited], pa.string()),
        "occurred_at": pa.array([one.at() for _, _, one in cited], pa.timestamp("us")),
        "local_date": pa.array([one.at().date() for _, _, one in cited], pa.date32()),
        "strength": pa.array([one.strength for _, _, one in cited], pa.string()),
        "reason": pa.array([one.reason for _, _, one in cited], pa.string()),
        "reason_blank": pa.array([one.blank for _, _, one in cited], pa.bool_()),
        "marked": pa.array([one.marked for _, _, one in cited], pa.bool_()),
        "distance": pa.array([one.distance for _, _, one in cited], pa.int32()),
        "after_warning": pa.array([False for _ in cited], pa.bool_()),
    })  # fmt: skip
    bench = duckdb.connect()
    take_rows(bench, [(Drawn(), rows)], facts)
    measure(bench, NEWEST)
    scored = bench.sql("FROM scored").to_arrow_table()
    event_ids = counting_ids(cite(bench), scored["row_no"], facts["access_id"])
    return {row["user_id"]: row for row in scored.append_column("event_ids", event_ids).to_pylist()}


def _days(found: list[Cited]) -> set[date]:
    return {cited.at().date() for cited in found}


def _reasons_part(found: list[Cited]) -> int:
    """Half of three or more blank, or all that say anything say the same, and nothing hides what another said."""
    blank = sum(cited.blank for cited in found)
    told = {cited.reason for cited in found} - {None}
    unknown = any(cited.reason is None and not cited.blank for cited in found)
    return 4 if len(found) >= 3 and (2 * blank >= len(found) or (len(told) == 1 and not unknown)) else 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(CITED, max_size=5), min_size=1, max_size=4))
def test_a_finding_is_measured_by_the_accesses_that_count(findings: list[list[Cited]]) -> None:
    measured = _measured(findings)
    for place, found in enumerate(findings):
        row = measured[f"U{place}"]
        numbered = [(cited.at(), f"A{place}-{number}") for number, cited in enumerate(found) if cited.counts]
        counting = [cited for cited in found if cited.counts]
        assert row["event_ids"] == [access for _, access in sorted(numbered)]
        assert row["event_count"] == len(counting)
        assert row["days"] == len(_days(counting))
        assert row["first_at"] == min((cited.at() for cited in counting), default=None)
        assert row["last_at"] == max((cited.at() for cited in counting), default=None)
        parts = json.loads(str(row["score_parts"]))
        assert parts.get("subject", 0) == (6 if any(cited.marked for cited in counting) else 0)
        assert parts.get("reasons", 0) == _reasons_part(counting)
        distances = [cited.distance for cited in counting if cited.distance is not None]
        assert parts.get("relation", 0) == {0: 10, 2: 5}.get(min(distances, default=9), 0)
        full, weak = (sum(cited.strength == word for cited in counting) for word in ("full", "weak"))
        assert parts.get("explained", 0) == -(15 * full // max(len(counting), 1))
        assert parts.get("weak", 0) == -(10 * weak // max(len(counting), 1))
        assert row["score"] == min(max(sum(parts.values()), 0), 100)
