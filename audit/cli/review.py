"""audit review: what somebody decided of a finding, or of an access drawn by lot."""

from datetime import datetime

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session
from audit.cli.words import OUTCOMES


@click.command(
    epilog=examples(
        'audit review F3a90 --outcome explained --by "Sgt Dale" --until 2025-06-30',
        "audit review F3a90 --outcome training --by PSD-7",
        "audit review RA-702143 --outcome explained --by PSD-7",
    )
)
@click.argument("name", metavar="FINDING|ACCESS")
@click.option("--outcome", type=click.Choice(OUTCOMES), required=True, help="What was decided.")
@click.option("--by", metavar="WHO", required=True, help="Who decided; who typed it is recorded besides.")
@click.option("--note", metavar="TEXT", help="Why, in a sentence.")
@click.option(
    "--until",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which explained or false-alarm excludes.",
)
@format_option("table", "json")
@click.pass_obj
def review(
    session: Session,
    name: str,
    outcome: str,
    by: str,
    note: str | None,
    until: datetime | None,
    output_format: str,
) -> int:
    """Record what was decided of a finding, or of an access drawn by lot.

    FINDING is its id in the last report, or as much of it as no other shares. From the next run on, `explained` and
    `false-alarm` take the finding out of the ranking, until it cites other accesses or the day --until is over; the other
    outcomes stand beside it and exclude nothing. The last review counts, and all of them stay on the ledger. ACCESS is the id
    of one that `audit findings --budget` or `audit sample` drew by lot; its review changes no ranking and tells what share of
    such accesses is misuse.
    """
    from audit.cli.meant import saying_what_it_is
    from audit.cli.review_view import Decided, record_and_print
    from audit.cli.reviewable import find_reviewable

    with saying_what_it_is(session, name, "finding"):
        found = find_reviewable(session, name)
    record_and_print(session, found, Decided(outcome, by, note, until.date() if until else None), output_format)
    return 0
