"""The lots of `audit sample`: fair over all seeds, the same as a plain reckoning's, and moved by nothing but the access itself."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import comb

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.engine import DuckDBEngine
from audit.sample import Asked, draw
from audit.sampled import share_bounds


@dataclass(frozen=True)
class Act:
    event_id: str
    source: str = "rms"
    shared: bool = False
    user_id: str | None = "U1"
    system: str = "RMS"

    @property
    def access_id(self) -> str:
        return f"{self.source}:{self.event_id}" if self.shared else self.event_id


def engine_with(acts: list[Act]) -> DuckDBEngine:
    engine = DuckDBEngine.in_memory()
    names = ("access_id", "source", "user_id", "system")
    engine.create_table_from(
        "access", pa.table({name: pa.array([getattr(act, name) for act in acts], pa.string()) for name in names})
    )
    return engine


def drawn(engine: DuckDBEngine, asked: Asked) -> list[str]:
    draw(engine, asked)
    rows = engine.query("SELECT * FROM drawn ORDER BY place")
    assert rows["place"].to_pylist() == list(range(1, rows.num_rows + 1))
    return list(rows["access_id"].to_pylist())


def plain_lot(act: Act, seed: str) -> str:
    return hashlib.md5(f"{seed}:{act.source}:{act.event_id}".encode()).hexdigest()


def plain_draw(acts: list[Act], asked: Asked) -> list[str]:
    def by_lot(of: list[Act]) -> list[Act]:
        return sorted(of, key=lambda act: (plain_lot(act, asked.seed), act.access_id))[: asked.n]

    meant = [act for act in acts if asked.system in (None, act.system) and asked.user_id in (None, act.user_id)]
    if asked.per is None:
        return [act.access_id for act in by_lot(meant)]
    strata: defaultdict[str | None, list[Act]] = defaultdict(list)
    for act in meant:
        strata[act.user_id if asked.per == "user" else act.system].append(act)
    in_order = sorted(strata, key=lambda name: (name is None, name or ""))
    return [act.access_id for name in in_order for act in by_lot(strata[name])]


ACTS = st.lists(
    st.builds(
        Act,
        st.text("0123456789abc", min_size=1, max_size=6),
        st.sampled_from(["rms", "ndb"]),
        st.just(value=False),
        st.sampled_from(["U1", "U2", "u1", None]),
        st.sampled_from(["RMS", "NDB"]),
    ),
    max_size=40,
    unique_by=lambda act: act.event_id,
)
ASKED = st.builds(
    Asked,
    st.integers(1, 50),
    st.text(min_size=1, max_size=8, alphabet=st.characters(exclude_categories=["C"])),
    system=st.sampled_from([None, "RMS"]),
    user_id=st.sampled_from([None, None, "U1"]),
    per=st.sampled_from([None, "user", "system"]),
)


@settings(max_examples=40, deadline=None)
@given(acts=ACTS, asked=ASKED)
def test_what_is_drawn_is_what_a_plain_reckoning_draws(acts: list[Act], asked: Asked) -> None:
    assert drawn(engine_with(acts), asked) == plain_draw(acts, asked)


@settings(max_examples=20, deadline=None)
@given(acts=ACTS, seed=st.text("0123456789abcdef", min_size=1), fewer=st.integers(1, 20), more=st.integers(0, 20))
def test_the_first_of_a_longer_draw_are_the_shorter_one(acts: list[Act], seed: str, fewer: int, more: int) -> None:
    engine = engine_with(acts)

    assert drawn(engine, Asked(fewer, seed)) == drawn(engine, Asked(fewer + more, seed))[:fewer]


def test_over_many_seeds_each_access_is_about_equally_likely() -> None:
    """Chi squared over 50 accesses, of which 200 seeds draw 10 each: 40 times each is expected. The seeds are fixed."""
    acts = [Act(f"{number:05d}") for number in range(50)]
    engine, seeds = engine_with(acts), 200
    counts: Counter[str] = Counter()
    for seed in range(seeds):
        counts.update(drawn(engine, Asked(10, str(seed))))

    expected = seeds * 10 / len(acts)
    # A count has the variance 200 · 1/5 · 4/5; and since the counts sum up to the same each time, one degree of freedom is lost.
    chi = sum((counts[act.access_id] - expected) ** 2 for act in acts) / (expected * 0.8) * 49 / 50
    # Of 49 degrees of freedom one in a thousand lies beyond 85, and one in a thousand below 24.
    assert 24 < chi < 85


def test_over_many_seeds_each_two_accesses_are_drawn_together_as_often_as_chance_gives() -> None:
    acts = [Act(f"{number:05d}") for number in range(8)]
    engine, seeds = engine_with(acts), 280
    together: Counter[frozenset[str]] = Counter()
    for seed in range(seeds):
        together[frozenset(drawn(engine, Asked(2, f"s{seed}")))] += 1

    pairs = comb(len(acts), 2)
    expected = seeds / pairs
    missing = pairs - len(together)
    chi = (sum((count - expected) ** 2 for count in together.values()) + missing * expected**2) / expected
    # Of 27 degrees of freedom one in a thousand lies beyond 55.
    assert chi < 55


def test_what_comes_later_takes_no_more_than_the_places_of_its_own_lots() -> None:
    acts = [Act(f"E{number}") for number in range(2_000)]
    later = [Act(f"L{number}") for number in range(100)]

    before = drawn(engine_with(acts), Asked(50, "s"))
    after = drawn(engine_with([*later, *reversed(acts)]), Asked(50, "s"))

    kept = [access_id for access_id in after if access_id.startswith("E")]
    assert before[: len(kept)] == kept
    assert len(kept) > 40


def test_an_access_keeps_its_lot_when_another_source_turns_out_to_use_its_id() -> None:
    alone = [Act(f"{number}") for number in range(500)]
    shared = [Act(f"{number}", shared=True) for number in range(500)]

    before = drawn(engine_with(alone), Asked(20, "s"))

    assert drawn(engine_with(shared), Asked(20, "s")) == [f"rms:{event_id}" for event_id in before]


@pytest.mark.parametrize(("part", "whole", "lower", "upper"), [
    # By hand with z² = 3.8415: 0 of 20 up to 3.8415 / 23.8415; 1 of 20 about (1 + 1.9207 ± 1.96 · √(0.95 + 0.9604)) / 23.8415.
    (0, 20, 0.0, 0.1611),
    (1, 20, 0.0089, 0.2361),
    (20, 20, 0.8389, 1.0),
    (15, 148, 0.0624, 0.1605),  # Newcombe 1998, table I
])  # fmt: skip
def test_the_bounds_of_a_share_are_wilsons(part: int, whole: int, lower: float, upper: float) -> None:
    assert share_bounds(part, whole) == pytest.approx((lower, upper), abs=5e-5)
