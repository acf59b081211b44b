"""The control accesses: the sieve before the lot is fair, and what is drawn is what a plain reckoning draws."""

import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.catalogue import Catalogue, overridden, read_catalogue
from audit.control import LET_THROUGH, PRIME, draw_control, first_bound, sieve
from audit.engine import DuckDBEngine
from audit.schema import DERIVED

CATALOGUE = read_catalogue()


@dataclass(frozen=True)
class Act:
    access_id: str
    user_id: str | None
    record_no: int
    second: int
    cited: bool


def plain_residue(act: Act, by_record: int, by_second: int, shift: int, prime: int) -> int:
    """Whole numbers without bounds."""
    return (by_record * act.record_no + by_second * abs(act.second) + shift) % prime


def plain_draw(acts: list[Act], seed: str, asked: int) -> list[str]:
    """What must be drawn: by the lot, of those that pass; of more where those are too few."""
    population = [act for act in acts if act.user_id is not None and not act.cited]
    bound = first_bound(asked, len(population))
    numbers = {name: value for name, value in sieve(seed, bound).items() if name not in ("seed", "below")}
    while True:
        passed = [act for act in population if plain_residue(act, **numbers, prime=PRIME) < bound]
        if len(passed) >= min(asked, len(population)):
            lots = sorted((hashlib.md5((seed + act.access_id).encode()).hexdigest(), act.access_id) for act in passed)
            return [access_id for _, access_id in lots[:asked]]
        bound = min(PRIME, bound * LET_THROUGH)


def engine_with(acts: list[Act]) -> DuckDBEngine:
    engine = DuckDBEngine.in_memory()
    known = {"access_id", "user_id", "record_no", "occurred_epoch"}
    nothing = ", ".join(
        f"CAST(NULL AS {kind}) AS {name}" for name, kind in DERIVED["access"].items() if name not in known
    )
    rows = {
        "access_id": pa.array([act.access_id for act in acts], pa.string()),
        "user_id": pa.array([act.user_id for act in acts], pa.string()),
        "record_no": pa.array([act.record_no for act in acts], pa.int64()),
        "occurred_epoch": pa.array([act.second for act in acts], pa.int64()),
    }
    engine.create_table_from("drawn_rows", pa.table(rows))
    engine.create_table("access", f"SELECT *, {nothing} FROM drawn_rows")
    engine.create_table_from("cited", pa.table({"access_id": [act.access_id for act in acts if act.cited] or ["none"]}))
    engine.create_table("explanation", "SELECT 'A' AS access_id, 'x' AS explanation WHERE FALSE")
    engine.create_table(
        "load_log", "SELECT CAST(1 AS BIGINT) AS load_id, 'a' AS source, 'b' AS path, 'c' AS sha256 WHERE FALSE"
    )
    return engine


def asking_for(accesses: int) -> Catalogue:
    control = overridden(CATALOGUE.report("control"), {"accesses": accesses}, "here")
    return Catalogue(reports=(control,))


def drawn(acts: list[Act], seed: str, asked: int) -> list[str]:
    cited = pa.table({"user_id": pa.array([act.user_id for act in acts if act.cited], pa.string())})
    table = draw_control(engine_with(acts), asking_for(asked), seed, cited)
    population = sum(act.user_id is not None and not act.cited for act in acts)
    assert set(table["population"].to_pylist()) <= {population}
    assert table["place"].to_pylist() == list(range(1, table.num_rows + 1))
    return table["access_id"].to_pylist()


# From long before 1970 to the year 9999, and often the same: logs hold such times.
SECONDS = st.one_of(
    st.integers(1_700_000_000, 1_700_000_050),
    st.integers(-62_135_596_800, 253_402_300_799),
    st.sampled_from([0, PRIME, PRIME - 1, -PRIME, 2 * PRIME]),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["U1", "U2", None]), st.integers(1, 2**40), SECONDS, st.booleans()), max_size=60
).map(lambda rows: [Act(f"A{number}", *row) for number, row in enumerate(rows)])


@settings(max_examples=60, deadline=None)
@given(acts=ACTS, seed=st.text("0123456789abcdef", min_size=16, max_size=16), asked=st.integers(0, 5))
def test_what_is_drawn_is_what_a_plain_reckoning_draws(acts: list[Act], seed: str, asked: int) -> None:
    assert drawn(acts, seed, asked) == plain_draw(acts, seed, asked)


@settings(max_examples=30, deadline=None)
@given(acts=ACTS, seed=st.text("0123456789abcdef", min_size=16, max_size=16), asked=st.integers(0, 5))
def test_never_fewer_are_drawn_than_there_are_or_than_were_asked_for(acts: list[Act], seed: str, asked: int) -> None:
    uncited = {act.access_id for act in acts if act.user_id is not None and not act.cited}

    found = drawn(acts, seed, asked)

    assert len(found) == len(set(found)) == min(asked, len(uncited))
    assert set(found) <= uncited


def test_many_accesses_of_one_second_and_place_are_drawn_too() -> None:
    acts = [Act(f"A{number}", "U1", 1, 1_700_000_000, cited=False) for number in range(2_000)]

    assert len(drawn(acts, "0123456789abcdef", 3)) == 3


def test_of_many_few_are_hashed() -> None:
    acts = [Act(f"A{number}", "U1", number, 1_700_000_000 + number * 7, cited=False) for number in range(20_000)]
    bound = first_bound(50, len(acts))
    row = sieve("0123456789abcdef", bound)
    numbers = {name: int(row[name]) for name in ("by_record", "by_second", "shift")}

    passed = sum(plain_residue(act, **numbers, prime=PRIME) < bound for act in acts)

    assert bound == PRIME >> 6
    assert 250 < passed < 375
    assert drawn(acts, "0123456789abcdef", 50) == plain_draw(acts, "0123456789abcdef", 50)


def test_when_the_log_grows_what_was_drawn_stays_but_for_newer_accesses_with_a_smaller_lot() -> None:
    acts = [Act(f"A{number}", "U1", number, 1_700_000_000 + number * 7, cited=False) for number in range(20_200)]

    before = drawn(acts[:20_000], "0123456789abcdef", 50)
    after = drawn(acts, "0123456789abcdef", 50)

    newer = {act.access_id for act in acts[20_000:]}
    kept = [access_id for access_id in after if access_id not in newer]
    assert before[: len(kept)] == kept
    assert len(kept) > 45


@pytest.mark.parametrize("bound", range(6))
def test_over_all_numbers_every_access_passes_equally_often_and_every_two_of_them(bound: int) -> None:
    """No sample of seeds: all of them, for a prime that is small enough to count them out. 2^31 - 1 is a prime like any other."""
    prime = 5
    acts = [Act(f"{place} {second}", "U1", place, second, cited=False) for place in range(5) for second in range(5)]
    alone: Counter[Act] = Counter()
    together: Counter[tuple[Act, Act]] = Counter()
    for by_record, by_second, shift in itertools.product(range(prime), repeat=3):
        passed = [act for act in acts if plain_residue(act, by_record, by_second, shift, prime) < bound]
        alone.update(passed)
        together.update(itertools.combinations(passed, 2))

    assert {alone[act] for act in acts} == {bound * prime**2}
    assert {together[pair] for pair in itertools.combinations(acts, 2)} == {bound**2 * prime}


def test_the_numbers_follow_from_the_seed_and_are_residues_of_a_prime() -> None:
    row = sieve("0123456789abcdef", 7)

    assert row == sieve("0123456789abcdef", 7)
    assert row["seed"] == "0123456789abcdef"
    assert row["below"] == 7
    digest = hashlib.sha256(b"0123456789abcdef by_second").hexdigest()[:32]
    assert row["by_second"] == int(digest, 16) % (2**31 - 1)
    assert all(pow(base, PRIME - 1, PRIME) == 1 for base in (2, 3, 5, 7))
