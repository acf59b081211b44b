"""How a review is printed, alone and beside its finding."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.output import print_lines, print_object
from audit.report.shown import percent
from audit.reviews import ControlReview, ControlTally, Review

# From so many on the rule of three holds: where none of n is found, at most 3 in n are there.
_ENOUGH = 30


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
