"""audit report: a published report in another form."""

from pathlib import Path

import click

from audit.cli.options import examples
from audit.cli.session import Session
from audit.cli.words import FORMS


@click.command(
    epilog=examples(
        "audit report --format xlsx",
        "audit report --format csv --out findings.zip",
        "audit report --run 20240605 --format ocsf --out /var/spool/siem/audit.ndjson --force",
    )
)
@click.option(
    "--run",
    "run_id",
    metavar="R",
    help="Which report: its id, or as much of it as no other shares. [default: the newest]",
)
@click.option(
    "--format", "form", type=click.Choice(FORMS), required=True, help="html, a workbook, CSV, or events for a SIEM."
)
@click.option(
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Where to; csv makes a folder, or one file where PATH ends in .zip. [default: beside the report, by the run's id]",
)
@click.option("--force", is_flag=True, help="Replace what this command made there before.")
@click.pass_obj
def report(session: Session, run_id: str | None, form: str, out: Path | None, force: bool) -> int:
    """Make a published report again in another form, and print where it is.

    Its hashes are checked first; works while a batch runs. xlsx and csv are for people: local times that name their zone,
    nothing that a spreadsheet takes for a formula. ocsf has a Detection Finding a line, in UTC. Who made which is
    recorded on the ledger.
    """
    from audit.cli.report_view import make_and_print

    make_and_print(session, run_id, form, out, force)
    return 0
