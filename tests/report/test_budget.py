"""What a budget chooses: the best, not all of one kind, and all of it while there is anything left."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import finding, report, table

from audit.report.budget import choose_budget, choose_places
from audit.report.read import Wanted, latest
from audit.report.write import write_report

DETECTORS = st.lists(st.sampled_from("abcde"), max_size=60)


@pytest.mark.parametrize(("detectors", "budget", "percent", "expected"), [
    # A quarter of 8 is 2: the third a gives way to what comes later.
    ("aaabbbccdd", 8, 25, [0, 1, 3, 4, 6, 7, 8, 9]),
    # A quarter of 5 is rounded up to 2.
    ("aaaabbcc", 5, 25, [0, 1, 4, 5, 6]),
    # Nobody else has any left: the best of those passed over fill the rest.
    ("aaaab", 4, 25, [0, 1, 2, 4]),
    ("aaaa", 3, 25, [0, 1, 2]),
    ("aabb", 2, 100, [0, 1]),
    ("ab", 20, 25, [0, 1]),
    ("", 20, 25, []),
])  # fmt: skip
def test_a_budget_by_hand(detectors, budget, percent, expected):
    assert choose_places(detectors, budget, percent) == expected


@pytest.mark.parametrize(("always", "budget", "expected"), [
    # The fourth a is critical: it takes one of the two places of its detector.
    ([3], 8, [0, 3, 4, 5, 6, 7, 8, 9]),
    # All of one detector are critical, three more than its share.
    ([0, 1, 2, 3], 5, [0, 1, 2, 3, 4]),
    # More of them than the budget holds: the best.
    ([0, 3, 9], 2, [0, 3]),
])  # fmt: skip
def test_what_is_critical_is_chosen_whatever_the_share(always, budget, expected):
    assert choose_places("aaaabbccdd", budget, 25, always) == expected


def test_what_a_share_left_out_is_counted_by_level(tmp_path):
    levels = ["high", "medium", "medium", "low", "low", "low", "critical"]
    rows = [
        finding(f"f{rank}", rank, detector=name, level=level)
        for rank, (name, level) in enumerate(zip("aaabbca", levels, strict=True), start=1)
    ]
    write_report(tmp_path, "r1", report(findings=table("findings", rows)))

    chosen = choose_budget(latest(tmp_path), Wanted(), 4, 25)

    # A share is one of the four. a has it with its critical one, so the better ones of a wait, as the second b does.
    assert chosen.findings["finding_id"].to_pylist() == ["f1", "f4", "f6", "f7"]
    assert chosen.left_out == {"a": {"medium": 2}, "b": {"low": 1}}
    assert choose_budget(latest(tmp_path), Wanted(), 1, 25).left_out == {}


@given(DETECTORS, st.integers(1, 40), st.integers(1, 100))
def test_a_budget_is_used_and_shared(detectors, budget, percent):
    chosen = choose_places(detectors, budget, percent)
    counts = Counter(detectors[place] for place in chosen)
    most = -(-budget * percent // 100)

    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(budget, len(detectors))
    for detector, count in counts.items():
        # Of each detector the best ones.
        own = [place for place, name in enumerate(detectors) if name == detector]
        assert [place for place in chosen if detectors[place] == detector] == own[:count]
        if count > most:
            # More than its share only where every other has no more, or its share and more already.
            left = Counter(detectors) - counts
            assert all(counts[other] >= most for other in left)


def test_the_findings_chosen_come_whole_and_by_rank(tmp_path):
    rows = [finding(f"f{rank}", rank, detector=name) for rank, name in enumerate("aaab", start=1)]
    write_report(tmp_path, "r1", report(findings=table("findings", rows)))

    chosen = choose_budget(latest(tmp_path), Wanted(), 2, 50)

    assert chosen.findings["finding_id"].to_pylist() == ["f1", "f4"]
    assert chosen.findings["summary"].to_pylist() == [rows[0]["summary"]] * 2


def test_a_report_of_before_the_control_has_none(tmp_path):
    folder = write_report(tmp_path, "r1", report())
    assert choose_budget(latest(tmp_path), Wanted(), 2, 50).control.num_rows == 0

    (folder / "control.parquet").unlink()

    assert choose_budget(latest(tmp_path), Wanted(), 2, 50).drawn is None
