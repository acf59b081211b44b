"""audit purge: remove what is past its keeping time, for good."""

import sys
from datetime import datetime

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(
    epilog=examples(
        "audit purge --dry-run", "audit purge --before 2024-01-01", "audit purge --yes    # in a monthly job"
    )
)
@click.option(
    "--before", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="The first day to keep; else [retention]."
)
@click.option("--dry-run", is_flag=True, help="Show what would go, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
@format_option("table", "json")
@click.pass_obj
def purge(session: Session, before: datetime | None, dry_run: bool, yes: bool, output_format: str) -> int:
    """Remove events past their keeping time for good, and old reports with them.

    Events before the DAY (of the workspace's own calendar) go, with the quarantined and rejected records of that time,
    and reports that were made before it. The database is made anew without them, and shrinks; no later file brings them
    back. What a finding rests on that was reviewed as anything but explained or false-alarm stays, and so does its
    report. Input files are not touched: those that hold nothing else any more are named.

    It stands on the ledger: who, when, how many. Nothing is purged unless it is asked for.
    """
    from audit.cli.purge_view import print_plan, print_purged
    from audit.purge import days_to_keep, plan_purge
    from audit.purge import purge as purge_now

    workspace = session.workspace()
    days = days_to_keep(workspace, before.date() if before else None, datetime.now().astimezone())
    if dry_run or not yes:
        plan = plan_purge(workspace, days)
        if dry_run:
            print_plan(plan, output_format)
            return 0
        if not plan.nothing:
            if not sys.stdin.isatty():
                raise click.UsageError("nobody can be asked here: see what would go with --dry-run, then say --yes")
            print_plan(plan, "table", sys.stderr)
            click.confirm("Remove it for good?", abort=True, err=True)
    with session.messages.progress() as notify:
        done = purge_now(workspace, days, notify)
    print_purged(done, output_format, session.messages)
    return 0
