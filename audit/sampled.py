"""The draws of `audit sample` as they stand on the ledger, and what was decided of accesses in them.

A draw names its accesses, so that one of them can be reviewed long after, whatever was loaded or purged since. From the review
nothing follows for the ranking: it tells what share of the accesses drawn from is misuse. Whoever is in a draw and is a control
access as well is reviewed as that, and counts for both.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.ledger import Chain, Entry, Ledger
from audit.recording import LOOK, SAMPLE
from audit.reviews import EXCLUDING, ControlReview, ControlTally, check_words, read_control_reviews

SAMPLE_REVIEW = "sample-review"
# The two-sided 95 % quantile of the normal distribution.
_Z = 1.959964


@dataclass(frozen=True)
class Draw:
    """A draw: its entry on the ledger (`no`, `head`, `at` in UTC, and who drew), and of what. `ids`: the accesses, by place."""

    no: int
    head: str
    at: str
    drawn_by: str
    asked: Mapping[str, Any]
    population: int
    ids: tuple[str, ...]

    @property
    def seed(self) -> str:
        """The seed."""
        return str(self.asked["seed"])

    @property
    def filters(self) -> Mapping[str, Any]:
        """What it was drawn from."""
        return {name: value for name, value in self.asked.items() if name not in ("n", "seed")}

    @property
    def each_as_likely(self) -> bool:
        """Say whether every access that meets the filters was as likely as any other: so many of each user are not."""
        return "per" not in self.asked


@dataclass(frozen=True)
class SampleReview:
    """One review of an access that was drawn. `no` and `entry`: its entry on the ledger, and that entry's hash.

    `draw`: the entry of the draw that it was reviewed for.
    """

    no: int
    entry: str
    at: str
    recorded_by: str
    access_id: str
    outcome: str
    by: str
    note: str | None
    draw: int
    seed: str

    @property
    def for_action(self) -> bool:
        """Say whether it is misuse, graver or slight."""
        return self.outcome not in EXCLUDING


AccessReview = ControlReview | SampleReview


def draw_of(entry: Entry) -> Draw:
    """Return the draw that an entry of the ledger records."""
    about = entry.about
    return Draw(entry.no, entry.hash, entry.at, entry.user, about["asked"], about["population"], tuple(about["ids"]))


def read_draws(chain: Chain) -> list[Draw]:
    """Return all draws, in the order in which they were made."""
    return [draw_of(entry) for entry in chain.of_kind(LOOK) if entry.about["command"] == SAMPLE]


def find_draw(chain: Chain, access_id: str) -> Draw | None:
    """Return the last draw that holds an access of just that id."""
    return next((draw for draw in reversed(read_draws(chain)) if access_id in draw.ids), None)


def earlier_draws(chain: Chain, draw: Draw) -> list[Draw]:
    """Return the draws before it from what meets the same filters, by other seeds: one may not have suited."""
    return [
        other
        for other in read_draws(chain)
        if other.no < draw.no and other.filters == draw.filters and other.seed != draw.seed
    ]


def read_access_reviews(chain: Chain) -> dict[str, AccessReview]:
    """Return the last review of each access that has one, drawn for a sample or as a control access."""
    reviews: list[AccessReview] = [
        *read_control_reviews(chain).values(),
        *map(_review_of, chain.of_kind(SAMPLE_REVIEW)),
    ]
    return {review.access_id: review for review in sorted(reviews, key=lambda review: review.no)}


def tally_draw(draw: Draw, reviews: Mapping[str, AccessReview]) -> ControlTally:
    """Count what is reviewed of a draw."""
    reviewed = [reviews[access_id] for access_id in draw.ids if access_id in reviews]
    return ControlTally(draw.population, len(draw.ids), len(reviewed), sum(review.for_action for review in reviewed))


def share_bounds(part: int, whole: int) -> tuple[float, float]:
    """Return between which shares that of all lies, if `part` of `whole` drawn are for action: Wilson's bounds, 95 %, two-sided."""
    share, squared = part / whole, _Z**2
    middle = share + squared / (2 * whole)
    reach = _Z * math.sqrt(share * (1 - share) / whole + squared / (4 * whole**2))
    lower, upper = ((middle + sign * reach) / (1 + squared / whole) for sign in (-1, 1))
    # What none or all of are must not miss its end by a rounding.
    return (0.0 if part == 0 else lower), (1.0 if part == whole else upper)


def held_accesses(chain: Chain) -> list[str]:
    """Return the accesses, drawn either way, whose last review is for action: their events are kept."""
    return sorted(access_id for access_id, review in read_access_reviews(chain).items() if review.for_action)


def record_sample_review(
    ledger: Ledger, draw: Draw, access_id: str, outcome: str, by: str, note: str | None
) -> SampleReview:
    """Write a review of an access of a draw onto the ledger.

    Raises:
        UsageError: nobody is named, or the note is too long. InputOutputError: it cannot be written.

    """
    check_words(by, note)
    about = {
        "access_id": access_id,
        "draw": draw.no,
        "seed": draw.seed,
        "place": draw.ids.index(access_id) + 1,
        "population": draw.population,
        "outcome": outcome,
        "by": by.strip(),
        "note": note,
    }
    return _review_of(ledger.append(SAMPLE_REVIEW, about))


def _review_of(entry: Entry) -> SampleReview:
    about = entry.about
    return SampleReview(
        entry.no, entry.hash, entry.at, entry.user, about["access_id"], about["outcome"], about["by"], about["note"],
        about["draw"], about["seed"],
    )  # fmt: skip
