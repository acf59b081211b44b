"""Evidence is what a plain reckoning gives: of each finding its accesses by time, each with its events and what is known of it."""

from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings.evidence import Facts, cite, gather_evidence
from audit.findings.take import take_rows
from tests.findings.drawn import Drawn

DETECTOR = Drawn(key=("finding",))
START = datetime(2025, 3, 1)
TEXTS = ("system", "action", "user_id", "subject_kind", "subject_id", "reason", "reference", "explanation", "source")
# Of each access: the hour, how many events it has, what was tried, and its load.
Access = tuple[int, int, str | None, int]
ACCESSES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from([None, "no incident"]), st.integers(1, 2)),
    max_size=6,
)
# Of each row of the detector: finding, access (some are not known), whether it counts. A row may stand twice.
Row = tuple[int, int, bool]
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 7), st.booleans()), max_size=12)


def _text(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.string())


def _facts(accesses: list[Access]) -> Facts:
    ids = [f"A{place}" for place in range(len(accesses))]
    known = pa.table({
        "access_id": _text(ids),
        "occurred_at": pa.array([START + timedelta(hours=hour) for hour, _, _, _ in accesses], pa.timestamp("us")),
        "load_id": pa.array([load for _, _, _, load in accesses], pa.int64()),
        "record_no": pa.array(list(range(len(accesses))), pa.int64()),
        "distance": pa.nulls(len(accesses), pa.int32()),
        "strength": pa.nulls(len(accesses), pa.string()),
        "marked": pa.array([False for _ in accesses], pa.bool_()),
        "reason_blank": pa.array([False for _ in accesses], pa.bool_()),
        "after_warning": pa.array([False for _ in accesses], pa.bool_()),
        **{name: _text([f"{name} {access_id}" for access_id in ids]) for name in TEXTS},
    })  # fmt: skip
    events = [
        (access_id, node, f"{access_id}.{node}")
        for access_id, (_, count, _, _) in zip(ids, accesses, strict=True)
        for node in range(1, count + 1)
        if count > 1
    ]
    tried = [(access_id, told) for access_id, (_, _, told, _) in zip(ids, accesses, strict=True) if told]
    # In chunks, as an engine returns them.
    half = len(accesses) // 2
    return Facts(
        accesses=pa.concat_tables([known.slice(0, half), known.slice(half)]),
        events=pa.table({
            "access_id": _text([access_id for access_id, _, _ in events]),
            "node": pa.array([node for _, node, _ in events], pa.int64()),
            "event_id": _text([event_id for _, _, event_id in events]),
        }),
        tried=pa.table({"access_id": _text([one for one, _ in tried]), "tried": _text([told for _, told in tried])}),
        loads=pa.table({"load_id": [1, 2], "path": ["one.csv", "two.csv"], "sha256": ["11", "22"]}),
        user_counts=pa.table({}),
        newest_at=None,
    )  # fmt: skip


def _evidence(accesses: list[Access], rows: list[Row]) -> list[dict[str, object]]:
    bench, facts = duckdb.connect(), _facts(accesses)
    found = pa.table({
        "finding": _text([f"F{finding}" for finding, _, _ in rows]),
        "access_id": _text([f"A{access}" for _, access, _ in rows]),
        "counts": pa.array([counts for _, _, counts in rows], pa.bool_()),
    })  # fmt: skip
    take_rows(bench, [(DETECTOR, found)], facts.accesses)
    return list(gather_evidence(cite(bench), facts, at_once=5).to_pylist())


@settings(deadline=None, max_examples=60)
@given(ACCESSES, ROWS)
def test_each_cited_access_that_is_known_stands_once_with_all_that_is_known_of_it(
    accesses: list[Access], rows: list[Row]
) -> None:
    cited = {(finding, access) for finding, access, _ in rows if access < len(accesses)}
    expected = []
    for finding, access in cited:
        hour, count, tried, load = accesses[access]
        expected.append(
            {
                "finding_id": DETECTOR.finding_id(f"F{finding}"),
                "access_id": f"A{access}",
                "counts": (finding, access, True) in rows,
                "event_ids": [f"A{access}.{node + 1}" for node in range(count)] if count > 1 else [f"A{access}"],
                "occurred_at": START + timedelta(hours=hour),
                "tried": tried,
                "path": {1: "one.csv", 2: "two.csv"}[load],
                "sha256": {1: "11", 2: "22"}[load],
                "record_no": access,
                **{name: f"{name} A{access}" for name in TEXTS},
            }
        )
    assert _evidence(accesses, rows) == sorted(
        expected, key=lambda row: (row["finding_id"], row["occurred_at"], row["access_id"])
    )
