"""Evidence is what a plain reckoning gives: of each finding its accesses by time, each with its events and what is known of it."""

from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings.evidence import gather_evidence
from audit.findings.take import take_rows
from tests.findings.drawn import Drawn

DETECTOR = Drawn(key=("finding",))
START = datetime(2025, 3, 1)
TEXTS = (
    "system", "action", "user_id", "subject_kind", "subject_id", "reason", "reference", "explanation", "source", "path", "sha256",
)  # fmt: skip
# Of each access: the hour, how many events it has, and what was tried.
ACCESSES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from([None, "no incident"])), max_size=6)
# Of each citation: finding, access (some are not known), whether it counts.
CITED = st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 7)), st.booleans(), max_size=12)


def _evidence(
    accesses: list[tuple[int, int, str | None]], cited: dict[tuple[int, int], bool]
) -> list[dict[str, object]]:
    places = range(len(accesses))
    facts = {
        "access_id": pa.array([f"A{place}" for place in places], pa.string()),
        "occurred_at": pa.array([START + timedelta(hours=hour) for hour, _, _ in accesses], pa.timestamp("us")),
        "record_no": pa.array(list(places), pa.int64()),
        "distance": pa.nulls(len(accesses), pa.int32()),
        "strength": pa.nulls(len(accesses), pa.string()),
        "marked": pa.array([False for _ in places], pa.bool_()),
        "after_warning": pa.array([False for _ in places], pa.bool_()),
    } | {name: pa.array([f"{name} {place}" for place in places], pa.string()) for name in TEXTS}
    events = [
        (f"A{place}", node, f"A{place}.{node}")
        for place, (_, count, _) in enumerate(accesses)
        for node in range(1, count + 1)
        if count > 1
    ]
    tried = [(f"A{place}", told) for place, (_, _, told) in enumerate(accesses) if told]
    bench = duckdb.connect()
    # In chunks, as an engine returns them.
    half = len(accesses) // 2
    table = pa.table(facts)
    chunks = pa.concat_tables([table.slice(0, half), table.slice(half)])
    rows = pa.table({
        "finding": pa.array([f"F{finding}" for finding, _ in cited], pa.string()),
        "access_id": pa.array([f"A{access}" for _, access in cited], pa.string()),
        "counts": pa.array(list(cited.values()), pa.bool_()),
    })  # fmt: skip
    take_rows(bench, [(DETECTOR, rows)], chunks)
    return gather_evidence(
        bench,
        chunks,
        pa.table({
            "access_id": pa.array([access for access, _, _ in events], pa.string()),
            "node": pa.array([node for _, node, _ in events], pa.int64()),
            "event_id": pa.array([event for _, _, event in events], pa.string()),
        }),
        pa.table({
            "access_id": pa.array([access for access, _ in tried], pa.string()),
            "tried": pa.array([told for _, told in tried], pa.string()),
        }),
    ).to_pylist()  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(ACCESSES, CITED)
def test_each_citation_of_a_known_access_stands_once_with_all_that_is_known(
    accesses: list[tuple[int, int, str | None]], cited: dict[tuple[int, int], bool]
) -> None:
    known = {pair: counts for pair, counts in cited.items() if pair[1] < len(accesses)}
    assert _evidence(accesses, cited) == [
        {
            "finding_id": DETECTOR.finding_id(f"F{finding}"),
            "access_id": f"A{access}",
            "counts": known[finding, access],
            "event_ids": [f"A{access}.{node}" for node in range(1, accesses[access][1] + 1)]
            if accesses[access][1] > 1
            else [f"A{access}"],
            "occurred_at": START + timedelta(hours=accesses[access][0]),
            "tried": accesses[access][2],
            "record_no": access,
        }
        | {name: f"{name} {access}" for name in TEXTS}
        for finding, access in sorted(
            known, key=lambda pair: (DETECTOR.finding_id(f"F{pair[0]}"), accesses[pair[1]][0], pair[1])
        )
    ]
