"""audit findings, audit show: the queue of a reviewer, from the last published report."""

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session
from audit.cli.words import LEVELS, STATUSES


@click.command(
    epilog=examples(
        "audit findings",
        "audit findings --budget 20",
        "audit findings --user U1042",
        "audit findings --detector access-after-warning --format json",
    )
)
@click.option("--detector", "detectors", metavar="ID", multiple=True, help="Of this detector; may be repeated.")
@click.option("--user", metavar="U", help="On this user.")
@click.option("--subject", metavar="S", help="On this subject.")
@click.option("--level", type=click.Choice(LEVELS), help="Of this level or a graver one.")
@click.option("--status", type=click.Choice(STATUSES), help="New, updated or unchanged since the report before.")
@click.option("--suppressed", is_flag=True, help="Those too that a review excludes, first; they have no rank.")
@click.option("--withdrawn", is_flag=True, help="Instead those of the report before that no longer stand, and why.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=0), help="At most so many. [default: 20 in a table, else all]"
)
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(min=1),
    help="The best N, not all of one detector, and for each ten of them one access drawn by lot as a control.",
)
@click.option(
    "--share",
    metavar="PERCENT",
    type=click.IntRange(1, 100),
    help="Of the budget, the most for one detector while others have any left. [default: 25]",
)
@format_option()
@click.pass_obj
def findings(
    session: Session,
    detectors: tuple[str, ...],
    user: str | None,
    subject: str | None,
    level: str | None,
    status: str | None,
    suppressed: bool,
    withdrawn: bool,
    limit: int | None,
    budget: int | None,
    share: int | None,
    output_format: str,
) -> int:
    """List the findings to review, the first one first.

    Of the last report; a finding is for review, never a verdict. Works while a batch runs. With --budget, nobody can
    hide in one kind of behaviour, critical findings are in whatever the share, what a share leaves out is counted, and
    the control accesses, which no finding cites, tell what the detectors miss. Who looks stands on the ledger. `review`
    is what was decided last.
    """
    from audit.report.read import Wanted

    wanted = Wanted(detectors or None, user, subject, level, status, limit, suppressed)
    if share is not None and budget is None:
        raise click.UsageError("--share: goes with --budget")
    if withdrawn and (status or suppressed or budget is not None):
        raise click.UsageError(
            "--withdrawn: leave out --status, --suppressed and --budget, which are of those that stand"
        )
    # What each imports costs more than it does: only one of them.
    if withdrawn:
        from audit.cli.withdrawn_view import print_withdrawn

        print_withdrawn(session.latest_run("withdrawn"), wanted, session, output_format)
    elif budget is not None:
        from audit.cli.budget_view import print_budget

        print_budget(session.latest_run("findings", "control"), wanted, budget, share, session, output_format)
    else:
        from audit.cli.queue_view import print_findings

        print_findings(session.latest_run("findings"), wanted, session, output_format)
    return 0


@click.command(epilog=examples("audit show F3a90"))
@click.argument("finding")
@format_option("table", "json")
@click.pass_obj
def show(session: Session, finding: str, output_format: str) -> int:
    """Show one finding: numbers, score, every access.

    Tells what was tried to explain the accesses, and why it failed. FINDING is its id, or as much of it as no other
    shares. Each access names the file, its hash and the record that it came from. Times are local; in JSON they are
    UTC.
    """
    from audit.cli.finding_view import print_finding
    from audit.cli.meant import saying_what_it_is
    from audit.report.read import read_evidence, read_manifest

    with saying_what_it_is(session, finding, "finding"):
        run, found = session.find_finding(finding, "evidence")
    finding_id = str(found["finding_id"])
    evidence = read_evidence(run, finding_id).to_pylist()
    asked = {name: found[name] for name in ("detector", "user_id", "subject_id")}
    session.record_look("show", asked, [finding_id], run.run_id)
    reviews = session.reviews().get(finding_id, ())
    print_finding(found, evidence, reviews, read_manifest(run).timezone, output_format)
    return 0
