"""audit timeline: who looked at whom, and what the user was at then."""

from datetime import date, datetime

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(
    epilog=examples(
        "audit timeline --subject P3",
        "audit timeline --user U1042 --subject P3",
        "audit timeline --user U1042 --unexplained --since 2024-03-01 --until 2024-03-31",
    )
)
@click.option("--user", metavar="U", help="The accesses of this user, and what is known of the user then.")
@click.option("--subject", metavar="S", help="The accesses to this subject; without --user also who they are of.")
@click.option("--since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, local.")
@click.option("--until", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="To this day, local; it is included.")
@click.option("--unexplained", is_flag=True, help="Of the accesses only those that nothing explains.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    help="At most so many accesses, the newest. [default: 50 in a table, else all]",
)
@format_option()
@click.pass_obj
def timeline(
    session: Session,
    user: str | None,
    subject: str | None,
    since: datetime | None,
    until: datetime | None,
    unexplained: bool,
    limit: int | None,
    output_format: str,
) -> int:
    """Show the accesses of a user, to a subject, or both, by time.

    Each with what explains it, or what was tried in vain; and between them what else is known of the user and the subject:
    duty, incidents, warnings, postings, authorities, relations, contact. Of shifts and incidents only those that bear on the
    accesses shown. What has no time holds whenever. Times are local; for machines they are UTC. Reads the database, so it does
    not work while a batch loads. Who looks stands on the ledger.
    """
    from audit.cli.timeline_view import print_timeline, shown_limit
    from audit.timeline import Asked, tell_timeline

    limit = shown_limit(limit, output_format)
    asked = Asked(user, subject, _day(since), _day(until), limit, unexplained)
    workspace, catalogue = session.workspace(), session.catalogue()
    with session.messages.progress() as notify:
        told = tell_timeline(workspace, catalogue, asked, notify)
    print_timeline(told, session, workspace.timezone, output_format)
    return 0


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
