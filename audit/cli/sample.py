"""audit sample: accesses drawn by lot, for somebody to ask about."""

from datetime import datetime

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session
from audit.cli.words import STATES, STRATA


@click.command(
    epilog=examples(
        "audit sample",
        "audit sample --n 30 --seed 2024-06 --since 2024-06-01 --until 2024-06-30 --format csv",
        "audit sample --n 2 --per user --unit response-north",
        "audit sample --n 50 --state unexplained --system NDB",
    )
)
@click.option(
    "--n", "n", metavar="N", type=click.IntRange(min=1), default=20, show_default=True, help="How many accesses."
)
@click.option(
    "--seed", metavar="S", help="What the lot follows from: any word or number. [default: one is chosen and told]"
)
@click.option("--system", metavar="NAME", help="Of accesses on this system.")
@click.option("--user", metavar="U", help="Of accesses of this user.")
@click.option("--unit", metavar="NAME", help="Of accesses of users posted to this unit at the time.")
@click.option(
    "--since", "--from", "since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, local."
)
@click.option("--until", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="To this day, local; it is included.")
@click.option("--state", type=click.Choice(STATES), help="Of accesses that are so judged.")
@click.option("--per", type=click.Choice(STRATA), help="Draw N of each user, unit or system.")
@format_option()
@click.pass_obj
def sample(
    session: Session,
    n: int,
    seed: str | None,
    system: str | None,
    user: str | None,
    unit: str | None,
    since: datetime | None,
    until: datetime | None,
    state: str | None,
    per: str | None,
    output_format: str,
) -> int:
    """Draw accesses by lot, for dip-sampling.

    For each you ask the user's supervisor what it was for. They are drawn from all that are loaded, whatever explains them,
    unless you narrow it. Each is as likely as any other, and the same seed over the same data draws the same: the first 10 of
    20 are the 10. Who drew what, by which seed, and each access is on the ledger before it is shown, so that nobody can draw
    until the lot suits and not be seen to. What was found out of one is recorded with `audit review ACCESS`; the same draw made
    again tells what share that makes. Times are local; for machines in UTC besides. Reads the database, so it does not work
    while a batch loads.
    """
    from audit.cli.sample_view import check_seed, print_sample
    from audit.sample import Asked, draw_sample

    asked = Asked(
        n,
        check_seed(seed),
        system,
        user,
        unit,
        since.date() if since else None,
        until.date() if until else None,
        state,
        per,
    )
    workspace, catalogue = session.workspace(), session.catalogue()
    with session.messages.progress() as notify:
        drawn = draw_sample(workspace, catalogue, asked, notify)
    print_sample(drawn, session, workspace.timezone, output_format)
    return 0
