"""audit status: what is loaded, and the last run."""

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(epilog=examples("audit status", "audit status --format json"))
@format_option()
@click.pass_obj
def status(session: Session, output_format: str) -> int:
    """Tell what is loaded, what has gone quiet, and the last run.

    Works while a batch runs: then it tells what the last report was made from. Exits with 0 when it could tell;
    it is `audit run` that exits with 9 when an input is stale. Exits with 8 when the findings of the last report are not
    those that its run wrote.
    """
    from audit.cli.status_view import print_status
    from audit.errors import ExitCode
    from audit.status import read_status

    told = read_status(session.workspace())
    print_status(told, output_format, session.messages)
    return int(ExitCode.DIFFERENCE if told.last_run and told.last_run.damage else ExitCode.DONE)
