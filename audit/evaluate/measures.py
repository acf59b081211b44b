"""The measures of quality, each a function with its definition. Know no file: what they need is handed to them.

A share with nothing to share out is None, not 0 and not 1.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from audit.evaluate.match import Caught, Outcome

FIRST = (10, 20, 50)


@dataclass(frozen=True)
class Measures:
    """All measures of one report, in the order in which they are told. Shares are 0 to 1, rounded to 4 places."""

    coverage: float | None
    first_coverage: float | None
    unjudged: float | None
    recall: float | None
    exact: float | None
    cases_found: float | None
    cases_whole: float | None
    precision_at_10: float | None
    precision_at_20: float | None
    precision_at_50: float | None
    recall_at_50: float | None
    average_precision: float | None
    lookalikes_in_first_50: int
    lookalikes_caught: int
    findings_per_10k: float | None
    grave_per_100k: float | None
    event_precision: float | None
    event_recall: float | None
    grave_event_precision: float | None
    grave_event_recall: float | None


def share(part: int | Fraction, whole: int) -> float | None:
    """Return part / whole to four places, by exact reckoning; None where there is no whole."""
    return float(round(Fraction(part) / whole, 4)) if whole else None


def precision_at(ranking: Sequence[str], misusers: Set[str], first: int) -> float | None:
    """Of the first so many users (of all, if fewer are ranked), the share who misused: principals and minors."""
    top = ranking[:first]
    return share(sum(user in misusers for user in top), len(top))


def recall_at(ranking: Sequence[str], principals: Set[str], first: int) -> float | None:
    """Of the principals, the share who stand among the first so many users."""
    return share(len(principals & set(ranking[:first])), len(principals))


def average_precision(ranking: Sequence[str], principals: Set[str], minors: Set[str]) -> float | None:
    """Return the area under precision and recall of the ranking, as its average precision.

    The mean, over the principals, of the precision at each one's rank; a principal who is not ranked gives 0. Minors are
    taken out first: it is no fault to rank them, and none to leave them.
    """
    judged = [user for user in ranking if user not in minors]
    hits, total = 0, Fraction(0)
    for place, user in enumerate(judged, start=1):
        if user in principals:
            hits += 1
            total += Fraction(hits, place)
    return share(total, len(principals))


def event_level(
    cited: Iterable[str], case_events: Mapping[str, str], ignored_cases: Set[str]
) -> tuple[float | None, float | None]:
    """Return precision and recall of the events that count in findings.

    Precision: of the distinct events cited, the share that a case planted. Recall: of the events that cases planted, the
    share cited. Events of cases that are nobody's misuse of access (rank_as none) are left out of both.
    """
    planted = {event for event, case in case_events.items() if case not in ignored_cases}
    ignored = case_events.keys() - planted
    judged = set(cited) - ignored
    hits = len(judged & planted)
    return share(hits, len(judged)), share(hits, len(planted))


def case_recall(outcomes: Sequence[Outcome]) -> tuple[float | None, float | None]:
    """Of the planted cases, the share of which at least one expected finding is there, and of which all are."""
    by_case: dict[str, list[bool]] = {}
    for outcome in outcomes:
        by_case.setdefault(outcome.expected.case_id, []).append(outcome.found)
    cases = by_case.values()
    return share(sum(map(any, cases)), len(cases)), share(sum(map(all, cases)), len(cases))


def lookalikes_among(
    ranking: Sequence[str], lookalikes: Iterable[str | None], misusers: Set[str], first: int
) -> list[str]:
    """Return the users among the first so many who only look like misusers, by rank."""
    innocent = {user for user in lookalikes if user} - misusers
    return [user for user in ranking[:first] if user in innocent]


def distinct_lookalikes(caught: Iterable[Caught]) -> int:
    """Count the look-alikes that the detector which they imitate has a finding on: each once for each detector."""
    return len({(one.lookalike.kind, one.lookalike.detector, one.lookalike.user_id, one.lookalike.subject_id,
                 tuple(sorted(one.lookalike.key.items()))) for one in caught})  # fmt: skip
