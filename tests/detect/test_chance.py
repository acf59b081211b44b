"""A p is made of counts that the SQL returned: exact, the same everywhere, corrected for the number of tests."""

from fractions import Fraction
from math import comb
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.catalogue.query import Chance, Detector
from audit.detect.chance import binomial_tail, holm, hypergeometric_tail, with_chance

URN = Chance(test="hypergeometric", counts=("hits", "draws", "base_hits", "base_draws"), tests="tests", among="value")


def detector(chance: Chance | None = URN, max_p: float = 0.001) -> Detector:
    return Detector(
        id="profile",
        title="t",
        description="d",
        reads=(),
        parameters={"max_p": max_p},
        sql="",
        prose="",
        path=Path("profile.sql"),
        sha256="",
        level="high",
        status="test",
        family="pattern",
        key=("user_id",),
        points=30,
        summary="s",
        falsepositives=("f",),
        blind_spots=("b",),
        triage=("t",),
        chance=chance,
    )


def rows(*cells: tuple[str, str, int, int, int, int], tests: int = 2) -> pa.Table:
    names = ("user_id", "value", "hits", "draws", "base_hits", "base_draws")
    columns = {name: [cell[place] for cell in cells] for place, name in enumerate(names)}
    return pa.table({**columns, "tests": [tests] * len(cells), "access_id": [f"A{n}" for n in range(len(cells))]})


def test_the_lady_tasting_tea() -> None:
    # Fisher, The Design of Experiments (1935): four of four cups named right, of eight: 1 in 70; three or more: 17 in 70.
    assert hypergeometric_tail(4, 4, 0, 4) == 0.0143
    assert hypergeometric_tail(3, 4, 1, 4) == 0.243


def test_ten_heads_in_ten_tosses() -> None:
    assert binomial_tail(10, 10, 1, 2) == 0.000977
    assert binomial_tail(8, 10, 1, 2) == 0.0547


def test_at_least_none_is_certain() -> None:
    assert hypergeometric_tail(0, 5, 3, 20) == 1.0
    assert binomial_tail(0, 5, 1, 3) == 1.0
    assert binomial_tail(3, 5, 4, 4) == 1.0


def test_what_is_too_small_for_a_float_is_not_nothing() -> None:
    assert hypergeometric_tail(2000, 2000, 0, 2000) == 1e-300


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_urn_agrees_with_counting_every_draw(hits: int, misses: int, base_hits: int, base_misses: int) -> None:
    draws, marked, whole = hits + misses, hits + base_hits, hits + misses + base_hits + base_misses
    ways = sum(
        comb(marked, count) * comb(whole - marked, draws - count)
        for count in range(hits, draws + 1)
        if draws - count <= whole - marked
    )

    assert hypergeometric_tail(hits, draws, base_hits, base_hits + base_misses) == pytest.approx(
        ways / comb(whole, draws), rel=0.005
    )


@given(st.integers(0, 15), st.integers(0, 15), st.integers(1, 400), st.integers(1, 400))
def test_the_coin_agrees_with_fractions(hits: int, misses: int, part: int, rest: int) -> None:
    draws, chance = hits + misses, Fraction(part, part + rest)
    tail = sum(comb(draws, n) * chance**n * (1 - chance) ** (draws - n) for n in range(hits, draws + 1))

    assert binomial_tail(hits, draws, part, part + rest) == pytest.approx(float(tail), rel=0.005)


def test_holm_counts_tests_that_found_nothing() -> None:
    # Of four tests: 0.01 x 4, then 0.02 x 3 = 0.06, then 0.021 x 2 = 0.042, which may not fall below the one before.
    assert holm({"a": 0.01, "c": 0.021, "b": 0.02}, 4) == {"a": 0.04, "b": 0.06, "c": 0.06}


def test_holm_never_exceeds_certainty() -> None:
    assert holm({"a": 0.4}, 1000) == {"a": 1.0}


def test_a_finding_that_chance_makes_easily_is_dropped() -> None:
    table = rows(("U1", "F", 15, 15, 30, 60), ("U2", "F", 9, 15, 30, 60))

    found = with_chance(detector(), table)

    assert found["user_id"].to_pylist() == ["U1"]
    assert found["p"].to_pylist() == [0.000151]
    assert found["p_corrected"].to_pylist() == [0.000302]
    assert (found["level"].to_pylist(), found["points"].to_pylist()) == (["high"], [30])


def test_of_several_values_the_least_likely_stands() -> None:
    table = rows(("U1", "F", 15, 15, 30, 60), ("U1", "young", 15, 15, 0, 60), ("U1", "young", 15, 15, 0, 60))

    found = with_chance(detector(), table)

    assert found["value"].to_pylist() == ["young", "young"]
    assert found["access_id"].to_pylist() == ["A1", "A2"]


def test_what_many_tests_were_bound_to_find_is_of_low_level_and_has_a_quarter_of_its_points() -> None:
    found = with_chance(detector(), rows(("U1", "F", 15, 15, 30, 60), tests=1000))

    assert found["p_corrected"].to_pylist() == [0.151]
    assert (found["level"].to_pylist(), found["points"].to_pylist()) == (["low"], [7])


def test_a_level_below_low_is_not_raised() -> None:
    table = rows(("U1", "F", 15, 15, 30, 60), tests=1000).append_column("level", pa.array(["informational"]))

    assert with_chance(detector(), table)["level"].to_pylist() == ["informational"]


def test_a_detector_without_chance_keeps_its_rows() -> None:
    table = rows(("U1", "F", 9, 15, 30, 60))

    assert with_chance(detector(chance=None), table) is table


def test_no_rows_give_no_rows_but_the_columns() -> None:
    found = with_chance(detector(), rows().cast(rows(("U1", "F", 1, 1, 1, 1)).schema))

    assert found.num_rows == 0
    assert {"p", "p_corrected", "level", "points"} <= set(found.column_names)
