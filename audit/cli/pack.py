"""audit pack: what is handed to an investigator, a lawyer or a panel."""

from pathlib import Path

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(
    epilog=examples(
        "audit pack F8f08 --out case-17",
        "audit pack --user U1042 --by 'DCI Hale' --out case-17",
        "audit pack --subject P95303 --redact --out for-disclosure",
    )
)
@click.argument("finding", required=False)
@click.option("--user", metavar="U", help="All that there is on this user.")
@click.option("--subject", metavar="S", help="All that there is on this subject; with --user, on both together.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), required=True, help="A folder not there yet.")
@click.option(
    "--redact", is_flag=True, help="For others than the unit: other people by pseudonym, nothing that was typed."
)
@click.option("--by", metavar="WHO", help="At whose request; who typed it is recorded besides.")
@click.option(
    "--run",
    "run_id",
    metavar="R",
    help="Of which report: its id, or as much of it as no other shares. [default: what stands now]",
)
@click.option("--report-only", is_flag=True, help="Do not ask the database: while a batch runs, or where it is gone.")
@format_option("table", "json")
@click.pass_obj
def pack(
    session: Session,
    finding: str | None,
    user: str | None,
    subject: str | None,
    out: Path,
    redact: bool,
    by: str | None,
    run_id: str | None,
    report_only: bool,
    output_format: str,
) -> int:
    """Put all that bears on a FINDING, a user or a subject into a folder.

    It stands alone: a page to read and print, the findings with what counts, what explains and what was tried in vain, all
    accesses of the user to the subject, the cited records as they stand in their files, the rules as they ran, and hashes
    that anybody can check with sha256sum. Checks the report first. Reads the database, so that explained accesses are in
    it too. It is recorded on the ledger; note the hash that is printed, and tell it apart from the pack.
    """
    from audit.cli.pack_view import make_and_print

    if (finding is None) == (user is None and subject is None):
        raise click.UsageError("name what it is about: a FINDING, or --user U, --subject S, or both of these")
    make_and_print(session, (finding, user, subject), run_id, out, by, redact, report_only, output_format)
    return 0
