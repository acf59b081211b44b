"""How a review is printed, alone and beside its finding."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.output import print_lines, print_object
from audit.reviews import Review


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
