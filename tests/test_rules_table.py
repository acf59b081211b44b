"""What rules.parquet says: candidates and explained away by what a detector reads, lift and overlap reckoned by hand."""

from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings.overlap import Overlap, reckon_overlap
from audit.report.read import Run, read_table
from audit.rules import Accesses

ACCESSES = Accesses(judges=True, accesses=1000, judged=900, explained=700, weak=150)


@pytest.mark.parametrize(("reads", "candidates", "explained_away"), [
    ({"access", "judgeable_access", "unexplained_access"}, 900, 850),
    ({"access", "judgeable_access", "judged_access", "not_fully_explained_access"}, 900, 700),
    ({"access", "judged_access"}, 1000, 0),
    ({"event"}, None, None),
])  # fmt: skip
def test_candidates_are_what_a_detector_chooses_from(reads, candidates, explained_away) -> None:
    assert ACCESSES.chosen_from(frozenset(reads)) == (candidates, explained_away)


def test_where_nothing_is_judged_nothing_is_explained_away() -> None:
    unjudged = Accesses(judges=False, accesses=1000, judged=0, explained=0, weak=0)

    assert unjudged.chosen_from(frozenset({"access", "unexplained_access"})) == (1000, 0)


def reckoned(components: set[tuple[str, str, bool]], users: int) -> dict[str, Overlap]:
    with duckdb.connect(":memory:") as bench:
        bench.execute("CREATE TABLE component (user_id VARCHAR, detector VARCHAR, confirms BOOLEAN)")
        bench.execute("CREATE TABLE user_count (user_id VARCHAR)")
        bench.executemany("INSERT INTO user_count VALUES (?)", [[f"U{number}"] for number in range(users)])
        for row in sorted(components):
            bench.execute("INSERT INTO component VALUES (?, ?, ?)", list(row))
        return reckon_overlap(bench)


def test_lift_and_overlap_by_hand() -> None:
    # 100 users. X finds U0 to U3. Others find ten users at level medium or above, two of them among the four; a net finds all
    # at level low.
    found = {(f"U{n}", "x", True) for n in range(4)} | {(f"U{n}", "y", True) for n in range(2, 12)}
    net = {(f"U{n}", "net", False) for n in range(100)}

    by_detector = reckoned(found | net, 100)

    assert by_detector["x"] == Overlap({"net": 4, "y": 2}, 5.0)
    assert by_detector["y"] == Overlap({"net": 10, "x": 2}, 5.0)  # (2/10) / (4/100)
    assert by_detector["net"] == Overlap({"y": 10, "x": 4}, 1.0)


def test_there_is_no_lift_where_nobody_else_finds_anybody() -> None:
    assert reckoned({("U0", "x", True), ("U1", "x", True)}, 5) == {"x": Overlap({}, None)}


COMPONENTS = st.dictionaries(st.tuples(st.integers(0, 9), st.sampled_from("xyz")), st.booleans(), max_size=20)


# A database an example: how long that takes depends on what else the machine does.
@settings(deadline=None, max_examples=50)
@given(COMPONENTS)
def test_lift_agrees_with_its_definition_in_plain_python(components: dict[tuple[int, str], bool]) -> None:
    by_detector = reckoned({(f"U{n}", name, confirms) for (n, name), confirms in components.items()}, 10)

    for detector in {name for _, name in components}:
        own = {n for n, name in components if name == detector}
        others = {n for (n, name), confirms in components.items() if name != detector and confirms}
        lift = Fraction(len(own & others), len(own)) / Fraction(len(others), 10) if others else None
        assert by_detector[detector].lift == (None if lift is None else float(round(lift, 4)))
        for other, shared in by_detector[detector].shared.items():
            assert shared == len(own & {n for n, name in components if name == other}) > 0


def test_the_rules_of_the_sample_force_add_up(force) -> None:
    run = Run(force[1].published.run_id, force[1].published.folder)
    rules = {row["detector"]: row for row in read_table(run, "rules").to_pylist()}
    coverage = read_table(run, "coverage").to_pydict()
    explained, weak, unexplained = (sum(coverage[name]) for name in ("explained", "weak", "unexplained"))

    net = rules["unexplained-access"]
    assert (net["candidates"], net["explained_away"]) == (explained + weak + unexplained, explained + weak)
    assert rules["log-gap"]["candidates"] is None
    for row in rules.values():
        assert (row["skipped"] is None) == (row["findings"] is not None) == (row["overlap"] is not None)
