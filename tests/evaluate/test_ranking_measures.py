"""The measures of a ranking: by hand, and against plain twins on data drawn by Hypothesis."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from audit.evaluate.measures import average_precision, event_level, precision_at, recall_at, share

USERS = st.lists(st.sampled_from("ABCDEFGHIJKL"), unique=True, max_size=12)
SOME = st.frozensets(st.sampled_from("ABCDEFGHIJKLMN"))


def test_a_share_of_nothing_is_none_and_not_nothing() -> None:
    assert share(0, 0) is None
    assert share(0, 5) == 0.0
    assert share(2, 3) == 0.6667


def test_precision_and_recall_at_a_place_by_hand() -> None:
    ranking = ["A", "B", "C", "D", "E"]

    assert precision_at(ranking, {"A", "C", "E"}, 2) == 0.5
    assert precision_at(ranking, {"A", "C", "E"}, 10) == 0.6  # only five are ranked
    assert recall_at(ranking, {"A", "C", "Z"}, 2) == 0.3333
    assert precision_at([], {"A"}, 10) is None
    assert recall_at(ranking, set(), 10) is None


def test_average_precision_by_hand() -> None:
    # A stands first, C third: (1/1 + 2/3) / 2.
    assert average_precision(["A", "B", "C"], {"A", "C"}, set()) == 0.8333
    # B is a minor: as though it were not ranked, so C is second.
    assert average_precision(["A", "B", "C"], {"A", "C"}, {"B"}) == 1.0
    # Z is not ranked and adds nothing.
    assert average_precision(["A"], {"A", "Z"}, set()) == 0.5


@given(USERS, SOME, SOME)
def test_average_precision_is_the_area_under_precision_by_recall(
    ranking: list[str], principals: frozenset[str], minors: frozenset[str]
) -> None:
    minors -= principals
    judged = [user for user in ranking if user not in minors]
    area = Fraction(0)
    for place in range(1, len(judged) + 1):
        before, now = (len(principals & set(judged[:end])) for end in (place - 1, place))
        if principals:
            area += Fraction(now - before, len(principals)) * Fraction(now, place)

    found = average_precision(ranking, principals, minors)

    assert found == (float(round(area, 4)) if principals else None)


@given(USERS, SOME)
def test_no_ranking_beats_the_one_that_puts_all_principals_first(
    ranking: list[str], principals: frozenset[str]
) -> None:
    best = sorted(ranking, key=lambda user: user not in principals)

    assert (average_precision(best, principals, set()) or 0) >= (average_precision(ranking, principals, set()) or 0)


@given(
    st.lists(st.integers(0, 20), max_size=30),
    st.dictionaries(st.integers(0, 20), st.sampled_from(["a", "b", "none"]), max_size=15),
)
def test_events_are_counted_once_and_those_of_nobody_not_at_all(cited: list[int], cases: dict[int, str]) -> None:
    names = {str(event): case for event, case in cases.items()}
    judged = [event for event in sorted(set(cited)) if cases.get(event) != "none"]
    planted = [event for event, case in cases.items() if case != "none"]
    hits = len([event for event in judged if event in planted])

    found = event_level(map(str, cited), names, {"none"})

    assert found == (share(hits, len(judged)), share(hits, len(planted)))
