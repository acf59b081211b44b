"""What reviewers decided of findings and control accesses, as it stands on the ledger, and what follows for the next run.

The ledger is the one place in which a review is kept: it cannot be changed without a trace, and a warehouse made anew loses
none. Of several reviews of a finding the last one counts. `explained` and `false-alarm` exclude the finding from the
ranking for as long as it cites just the accesses that were reviewed, and to the end of the local day `until`; the others
exclude nothing, for somebody on whom advice was given is to be seen again.

From the review of a control access, which nothing found, nothing follows for the ranking: it tells what share of such is missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from audit.errors import UsageError
from audit.findings import Suppression, hash_events
from audit.ledger import Chain, Ledger
from audit.workspace import Workspace

REVIEW, CONTROL_REVIEW = "review", "control-review"
OUTCOMES = ("explained", "false-alarm", "advice", "training", "misconduct", "gross-misconduct", "criminal")
EXCLUDING = frozenset({"explained", "false-alarm"})
_LONGEST_NOTE = 4_000


@dataclass(frozen=True)
class Review:
    """One review of a finding. `no` and `entry`: its entry on the ledger, and that entry's hash. `at` is UTC, as text."""

    no: int
    entry: str
    at: str
    recorded_by: str
    finding_id: str
    outcome: str
    by: str
    note: str | None
    until: date | None
    events_sha256: str
    run_id: str = ""

    def excludes(self, today: date) -> bool:
        """Say whether it excludes its finding on that local day, while the finding cites what was reviewed."""
        return self.outcome in EXCLUDING and (self.until is None or today <= self.until)

    def day(self, zone: ZoneInfo) -> date:
        """Return the local day on which it was made."""
        return datetime.fromisoformat(self.at).astimezone(zone).date()


@dataclass(frozen=True)
class ControlReview:
    """One review of an access drawn by lot. `no` and `entry`: its entry on the ledger, and that entry's hash."""

    no: int
    entry: str
    at: str
    recorded_by: str
    access_id: str
    place: int
    outcome: str
    by: str
    note: str | None
    run_id: str

    @property
    def for_action(self) -> bool:
        """Say whether it is misuse that no detector found, graver or slight."""
        return self.outcome not in EXCLUDING


@dataclass(frozen=True)
class ControlTally:
    """Of the accesses drawn by lot from a population: how many are reviewed, and how many of those are for action."""

    population: int
    drawn: int
    reviewed: int
    for_action: int


def read_reviews(chain: Chain) -> dict[str, list[Review]]:
    """Return all reviews by finding, in the order in which they were made."""
    found: dict[str, list[Review]] = {}
    for entry in chain.of_kind(REVIEW):
        about = entry.about
        until = date.fromisoformat(about["until"]) if about["until"] else None
        review = Review(
            entry.no, entry.hash, entry.at, entry.user, about["finding_id"], about["outcome"], about["by"],
            about["note"], until, about["events_sha256"], about["run_id"],
        )  # fmt: skip
        found.setdefault(review.finding_id, []).append(review)
    return found


def read_control_reviews(chain: Chain) -> dict[str, ControlReview]:
    """Return the last review of each control access that has one."""
    return {
        entry.about["access_id"]: ControlReview(
            entry.no, entry.hash, entry.at, entry.user, entry.about["access_id"], entry.about["place"],
            entry.about["outcome"], entry.about["by"], entry.about["note"], entry.about["run_id"],
        )
        for entry in chain.of_kind(CONTROL_REVIEW)
    }  # fmt: skip


def reviewed_control(chain: Chain, access_id: str) -> Mapping[str, Any] | None:
    """Return a control access as it was drawn when it was reviewed last: it may have left the draw since."""
    told = [entry.about for entry in chain.of_kind(CONTROL_REVIEW) if entry.about["access_id"] == access_id]
    return told[-1] if told else None


def tally_control(control: pa.Table, reviews: Mapping[str, ControlReview]) -> ControlTally:
    """Count what is reviewed of the accesses of a control.parquet; reviews of accesses that left the draw do not count."""
    reviewed = [reviews[access_id] for access_id in control["access_id"].to_pylist() if access_id in reviews]
    population = control["population"][0].as_py() if control.num_rows else 0
    return ControlTally(population, control.num_rows, len(reviewed), sum(review.for_action for review in reviewed))


def held_reviews(chain: Chain) -> list[Review]:
    """Return the last reviews from which something follows: their findings, and what these rest on, are kept.

    A later review as `explained` or `false-alarm` lets go of a finding.
    """
    last = (reviews[-1] for reviews in read_reviews(chain).values())
    return sorted((review for review in last if review.outcome not in EXCLUDING), key=lambda review: review.finding_id)


@dataclass(frozen=True)
class Dispositions:
    """The last review of each finding, in the order of their ids, and the local day on which a run applies them."""

    reviews: tuple[Review, ...] = ()
    today: date = date.min

    def suppressions(self) -> tuple[Suppression, ...]:
        """Return what excludes findings from the ranking."""
        return tuple(
            Suppression(review.finding_id, review.events_sha256, f"{review.outcome} (review {review.no})")
            for review in self.reviews
            if review.excludes(self.today)
        )

    def basis(self) -> list[list[object]]:
        """Return what findings depend on of them: which reviews, and which of them exclude today."""
        return [[review.entry, review.excludes(self.today)] for review in self.reviews]


def dispositions_at(workspace: Workspace, chain: Chain, moment: datetime) -> Dispositions:
    """Return what counts at a moment (aware)."""
    last = {finding_id: reviews[-1] for finding_id, reviews in read_reviews(chain).items()}
    return Dispositions(tuple(last[finding_id] for finding_id in sorted(last)), local_day(workspace, moment))


def local_day(workspace: Workspace, moment: datetime) -> date:
    """Return the day of the workspace's own calendar."""
    return moment.astimezone(ZoneInfo(workspace.timezone)).date()


def record_review(
    ledger: Ledger, finding: Mapping[str, Any], run_id: str, outcome: str, by: str, note: str | None, until: date | None
) -> Review:
    """Write a review of a finding, as the report of that run has it, onto the ledger.

    Raises:
        UsageError: nobody is named, the note is too long, or a last day is given for what excludes nothing.
        InputOutputError: it cannot be written.

    """
    check_words(by, note)
    if until is not None and outcome not in EXCLUDING:
        raise UsageError(
            f"--until: is the last day on which {' or '.join(sorted(EXCLUDING))} takes a finding out of the ranking; {outcome} "
            "takes none out, so leave it away"
        )
    about = {
        "finding_id": finding["finding_id"],
        "detector": finding["detector"],
        "user_id": finding["user_id"],
        "subject_id": finding["subject_id"],
        "run_id": run_id,
        "outcome": outcome,
        "by": by.strip(),
        "note": note,
        "until": until.isoformat() if until else None,
        "event_count": finding["event_count"],
        "events_sha256": hash_events(finding["event_ids"]),
    }
    entry = ledger.append(REVIEW, about)
    return read_reviews(Chain((entry,)))[str(finding["finding_id"])][0]


def record_control_review(
    ledger: Ledger, access: Mapping[str, Any], run_id: str, outcome: str, by: str, note: str | None
) -> ControlReview:
    """Write a review of an access, as that run's control.parquet has it, onto the ledger. Raises as `record_review`."""
    check_words(by, note)
    told = {name: access[name] for name in ("access_id", "user_id", "subject_id", "place", "population", "seed")}
    about = told | {"run_id": run_id, "outcome": outcome, "by": by.strip(), "note": note}
    entry = ledger.append(CONTROL_REVIEW, about)
    return read_control_reviews(Chain((entry,)))[access["access_id"]]


def check_words(by: str, note: str | None) -> None:
    """Raise UsageError where nobody is named, or the note is too long."""
    if not by.strip():
        raise UsageError("--by: name who decided")
    if note is not None and len(note) > _LONGEST_NOTE:
        raise UsageError(f"--note: more than {_LONGEST_NOTE:,} characters; keep the long text in the case file")
