"""Between a detector's rows and its findings: how likely chance alone gives as much, from counts that the SQL returned.

No engine has the functions for it, so this is the one place where a p is made. Whole numbers throughout: the same counts
give the same p on every machine. It counts nothing itself and reads no log.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from audit.catalogue import Detector
from audit.catalogue.query import LEVELS, Chance

# Above this, among all tests that the detector made somebody was bound to stand out: a weaker sign, but still one.
BOUND_TO_HAPPEN = 0.05
# A p is never nothing; what is smaller than a float can hold stands as this.
_LEAST = 1e-300


@dataclass(frozen=True)
class _Test:
    """One test: of which finding, on what (the `among` column), and how likely by chance."""

    finding: Hashable
    among: str
    p: float


def with_chance(detector: Detector, rows: pa.Table) -> pa.Table:
    """Return the rows of the findings that chance hardly makes, with `p` and `p_corrected`.

    Of several values of the `among` column within a finding, the least likely stands. Where the corrected p exceeds
    BOUND_TO_HAPPEN, the finding is of low level at most and has a quarter of its points. Rows of a detector
    without `chance` are returned as they are.
    """
    chance = detector.chance
    if chance is None:
        return rows
    findings = _tuples(rows, detector.key)
    among = _texts(rows, chance.among)
    counts = _tuples(rows, chance.counts)
    best = _least_likely(_tests(chance, findings, among, counts))
    corrected = holm({finding: test.p for finding, test in best.items()}, _number_of_tests(rows, chance))
    most = float(str(detector.parameters["max_p"]))
    keep = [
        best[finding].among == value and best[finding].p <= most for finding, value in zip(findings, among, strict=True)
    ]
    kept = rows.filter(pa.array(keep, pa.bool_()))
    ids = [finding for finding, stays in zip(findings, keep, strict=True) if stays]
    p = pa.array([best[finding].p for finding in ids], pa.float64())
    p_corrected = pa.array([corrected[finding] for finding in ids], pa.float64())
    lowered = [corrected[finding] > BOUND_TO_HAPPEN for finding in ids]
    return _lower(detector, kept, lowered).append_column("p", p).append_column("p_corrected", p_corrected)


def hypergeometric_tail(hits: int, draws: int, base_hits: int, base_draws: int) -> float:
    """Return how likely at least `hits` of `draws` are, if draws and base come from one urn: Fisher's exact test, one side.

    R. A. Fisher, Statistical Methods for Research Workers (1934), section 21.02: all margins are held fixed.
    """
    marked, whole = hits + base_hits, draws + base_draws
    unmarked, ways = whole - marked, 0
    first = max(hits, draws - unmarked)
    term = math.comb(marked, first) * math.comb(unmarked, draws - first)
    for count in range(first, min(draws, marked) + 1):
        ways += term
        # Exact: each term is a whole number of ways.
        term = term * (marked - count) * (draws - count) // ((count + 1) * (unmarked - draws + count + 1))
    return _rounded(ways, math.comb(whole, draws))


def binomial_tail(hits: int, draws: int, part: int, whole: int) -> float:
    """Return how likely at least `hits` of `draws` are, where each is one with probability part / whole.

    With counts of two spans and their lengths, it is the exact comparison of two rates: J. Przyborowski and
    H. Wilenski, Biometrika 31 (1940).
    """
    if part >= whole:
        return 1.0
    rest, ways = whole - part, 0
    term = math.comb(draws, hits) * part**hits * rest ** (draws - hits)
    for count in range(hits, draws + 1):
        ways += term
        term = term * (draws - count) * part // ((count + 1) * rest)
    return _rounded(ways, whole**draws)


def holm(p_values: Mapping[Hashable, float], tests: int) -> dict[Hashable, float]:
    """Return each p corrected for the number of tests made: S. Holm, Scandinavian Journal of Statistics 6 (1979).

    `tests` may exceed the p given: the others were less striking, and count all the same.
    """
    corrected: dict[Hashable, float] = {}
    worst = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: (item[1], str(item[0])))):
        worst = max(worst, min(1.0, p * max(tests - place, 1)))
        corrected[name] = _to_three_digits(worst)
    return corrected


_TAILS = {"hypergeometric": hypergeometric_tail, "binomial": binomial_tail}


def _tests(
    chance: Chance, findings: Sequence[Hashable], among: Sequence[str], counts: Sequence[tuple[Any, ...]]
) -> Iterable[_Test]:
    tail = _TAILS[chance.test]
    # A row for each access repeats the counts of its finding: each test is made once.
    for finding, value, numbers in sorted(set(zip(findings, among, counts, strict=True)), key=str):
        yield _Test(finding, value, tail(*(int(number) for number in numbers)))


def _least_likely(tests: Iterable[_Test]) -> dict[Hashable, _Test]:
    best: dict[Hashable, _Test] = {}
    for test in tests:
        other = best.get(test.finding)
        if other is None or (test.p, test.among) < (other.p, other.among):
            best[test.finding] = test
    return best


def _number_of_tests(rows: pa.Table, chance: Chance) -> int:
    return max((int(number) for number in rows[chance.tests].to_pylist()), default=0)


def _lower(detector: Detector, rows: pa.Table, lowered: Sequence[bool]) -> pa.Table:
    """Return the rows with level and points, less where chance was bound to make one such finding among so many."""
    levels = _given(rows, "level", detector.level)
    points = _given(rows, "points", detector.points)
    level = [min(own, "low", key=LEVELS.index) if low else own for own, low in zip(levels, lowered, strict=True)]
    point = [int(own) // 4 if low else int(own) for own, low in zip(points, lowered, strict=True)]
    rows = rows.drop_columns([name for name in ("level", "points") if name in rows.column_names])
    return rows.append_column("level", pa.array(level, pa.string())).append_column(
        "points", pa.array(point, pa.int64())
    )


def _given(rows: pa.Table, name: str, otherwise: object) -> list[Any]:
    if name not in rows.column_names:
        return [otherwise] * rows.num_rows
    return [otherwise if value is None else value for value in rows[name].to_pylist()]


def _tuples(rows: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))


def _texts(rows: pa.Table, name: str | None) -> list[str]:
    return [""] * rows.num_rows if name is None else [str(value) for value in rows[name].to_pylist()]


def _rounded(ways: int, all_ways: int) -> float:
    # Dividing whole numbers rounds once, whatever their size.
    return _to_three_digits(min(max(ways / all_ways, _LEAST), 1.0))


def _to_three_digits(p: float) -> float:
    return float(f"{p:.2e}")
