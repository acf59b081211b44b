"""The status of a finding is what comparing it with the one of the same id, level and accesses, gives."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from audit.findings.status import compare_findings

# By id: the level, and the accesses that count.
Findings = dict[str, tuple[str, list[str]]]
FINDINGS = st.dictionaries(
    st.sampled_from("ABCDE"),
    st.tuples(st.sampled_from(["low", "high"]), st.lists(st.sampled_from(["a1", "a2", "a3"]), max_size=3)),
)


def _table(findings: Findings) -> pa.Table:
    table = pa.table({
        "finding_id": pa.array(list(findings), pa.string()),
        "level": pa.array([level for level, _ in findings.values()], pa.string()),
        "event_ids": pa.array([ids for _, ids in findings.values()], pa.list_(pa.string())),
    })  # fmt: skip
    # In chunks, as they are read.
    half = table.num_rows // 2
    return pa.concat_tables([table.slice(0, half), table.slice(half)])


def _status(now: Findings, before: Findings, finding_id: str) -> str:
    if finding_id not in before:
        return "new"
    return "unchanged" if now[finding_id] == before[finding_id] else "updated"


@given(FINDINGS, FINDINGS)
def test_a_finding_is_unchanged_where_level_and_accesses_are_what_they_were(now: Findings, before: Findings) -> None:
    compared = compare_findings(_table(now), _table(before))
    assert compared.status.to_pylist() == [_status(now, before, finding_id) for finding_id in now]
    assert compared.gone.to_pylist() == [finding_id for finding_id in before if finding_id not in now]


@given(FINDINGS)
def test_every_finding_is_new_where_nothing_stood_before(now: Findings) -> None:
    compared = compare_findings(_table(now), None)
    assert compared.status.to_pylist() == ["new" for _ in now]
    assert compared.gone.to_pylist() == []
