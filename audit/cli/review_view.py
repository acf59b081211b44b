"""How a review is recorded and printed, alone and beside its finding."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.output import print_lines, print_object
from audit.cli.reviewable import ControlAccess, Finding, Reviewable, SampledAccess
from audit.cli.session import Session
from audit.errors import UsageError
from audit.ledger import ledger_of
from audit.report.read import read_table
from audit.report.shown import percent
from audit.reviews import (
    ControlReview,
    ControlTally,
    Review,
    local_day,
    record_control_review,
    record_review,
    tally_control,
)
from audit.sampled import Draw, SampleReview, read_access_reviews, record_sample_review, share_bounds, tally_draw

# From so many on the rule of three holds: where none of n is found, at most 3 in n are there.
_ENOUGH = 30


@dataclass(frozen=True)
class Decided:
    """What was decided, by whom and why; `until`: the last local day on which it excludes a finding."""

    outcome: str
    by: str
    note: str | None
    until: date | None


def record_and_print(session: Session, found: Reviewable, decided: Decided, output_format: str) -> None:
    """Record what was decided of what was found, and print it. Raises UsageError, InputOutputError."""
    if isinstance(found, Finding):
        _review_finding(session, found, decided, output_format)
        return
    if decided.until is not None:
        raise UsageError("--until: goes with a finding; the review of an access drawn by lot excludes nothing")
    if isinstance(found, ControlAccess):
        _review_control(session, found, decided, output_format)
    else:
        _review_sampled(session, found, decided, output_format)


def _review_finding(session: Session, found: Finding, decided: Decided, output_format: str) -> None:
    workspace, until = session.workspace(), decided.until
    made = record_review(
        ledger_of(workspace), found.row, found.run.run_id, decided.outcome, decided.by, decided.note, until
    )
    today = local_day(workspace, datetime.now().astimezone())
    if until and until < today:
        session.messages.warn([f"--until {until}: is over already, so the review excludes nothing"])
    print_review(made, made.excludes(today), output_format)


def _review_control(session: Session, found: ControlAccess, decided: Decided, output_format: str) -> None:
    ledger = ledger_of(session.workspace())
    made = record_control_review(ledger, found.row, found.run.run_id, decided.outcome, decided.by, decided.note)
    print_control_review(
        made, tally_control(read_table(found.run, "control"), session.control_reviews()), output_format
    )
    if found.draw and output_format != "json":
        tally = tally_draw(found.draw, read_access_reviews(ledger.read()))
        print_lines([f"It was drawn for a sample too (seed {found.draw.seed}): {sample_sentence(found.draw, tally)}"])


def _review_sampled(session: Session, found: SampledAccess, decided: Decided, output_format: str) -> None:
    ledger = ledger_of(session.workspace())
    made = record_sample_review(ledger, found.draw, found.access_id, decided.outcome, decided.by, decided.note)
    print_sample_review(made, found.draw, tally_draw(found.draw, read_access_reviews(ledger.read())), output_format)


def print_review(review: Review, excludes: bool, output_format: str) -> None:
    """Print a review that was just recorded, and whether the next run takes the finding out of the ranking for it."""
    if output_format == "json":
        print_object(asdict(review))
        return
    follows = "the next run takes it out of the ranking" if excludes else "it excludes nothing"
    print_lines([
        f"Recorded: {review.finding_id}: {review.outcome}, by {review.by}; {follows}.",
        f"Entry {review.no} of the ledger, head {review.entry}",
    ])  # fmt: skip


def print_control_review(review: ControlReview, tally: ControlTally, output_format: str) -> None:
    """Print a review of a control access that was just recorded, and what all of them tell by now."""
    if output_format == "json":
        print_object(asdict(review) | {"control": asdict(tally)})
        return
    print_lines([
        f"Recorded: control access {review.access_id}: {review.outcome}, by {review.by}.",
        f"Control: {control_sentence(tally)}",
        f"Entry {review.no} of the ledger, head {review.entry}",
    ])  # fmt: skip


def print_sample_review(review: SampleReview, draw: Draw, tally: ControlTally, output_format: str) -> None:
    """Print a review of an access of a sample that was just recorded, and what all of the draw tell by now."""
    if output_format == "json":
        print_object(asdict(review) | {"sample": asdict(tally)})
        return
    print_lines([
        f"Recorded: sampled access {review.access_id}: {review.outcome}, by {review.by}.",
        f"Sample (seed {draw.seed}): {sample_sentence(draw, tally)}",
        f"Entry {review.no} of the ledger, head {review.entry}",
    ])  # fmt: skip


def sample_sentence(draw: Draw, tally: ControlTally) -> str:
    """Tell how many of a draw are reviewed, and once all are, what share of what it was drawn from that lets expect.

    Before, whoever reviews the worst first would be told too large a share. And of so many of each user none follows: whoever
    looks up little counts as much there as who looks up most.
    """
    left = tally.drawn - tally.reviewed
    told = f"{tally.reviewed:,} of {tally.drawn:,} are reviewed, {_none_or(tally.for_action)} for action"
    if left and draw.each_as_likely:
        return f"{told}; what share that makes is told when all are."
    if left or not draw.each_as_likely or tally.drawn == tally.population:
        return f"{told}."
    lower, upper = share_bounds(tally.for_action, tally.drawn)
    about, least, most = (round(tally.population * share) for share in (tally.for_action / tally.drawn, lower, upper))
    return (
        f"{told}: {percent(tally.for_action, tally.drawn)} ({percent(lower)} to {percent(upper)}, 95 %), "
        f"or about {about:,} of all {tally.population:,} ({least:,} to {most:,})."
    )


def _none_or(number: int) -> str:
    return f"{number:,}" if number else "none"


def control_sentence(tally: ControlTally) -> str:
    """Tell how many of the draw are reviewed, and what share of the population that lets expect; docs/quality.md has the sums."""
    told = f"{tally.reviewed:,} of {tally.drawn:,} drawn by lot are reviewed"
    if not tally.reviewed:
        return f"{told}."
    if tally.for_action:
        missed = percent(tally.for_action, tally.reviewed)
        about = round(tally.population * tally.for_action / tally.reviewed)
        return f"{told}, {tally.for_action:,} for action: {missed}, or about {about:,} of all {tally.population:,}."
    if tally.reviewed < _ENOUGH:
        return f"{told}, none for action."
    return f"{told}, none for action: at most {percent(3, tally.reviewed)} of all {tally.population:,} (95 %)."


def review_lines(reviews: Sequence[Review], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the reviews of a finding for people: the local day, and what was decided by whom."""
    return [(str(review.day(zone)), _sentence(review)) for review in reviews]


def _sentence(review: Review) -> str:
    until = f", until {review.until}" if review.until else ""
    note = f": {review.note}" if review.note else ""
    return f"{review.outcome} by {review.by} (typed by {review.recorded_by}, review {review.no}{until}){note}"


def review_objects(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    """Return the reviews of a finding for machines."""
    return [asdict(review) for review in reviews]
