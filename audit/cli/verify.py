"""audit verify: whether everything is as it was written."""

from pathlib import Path

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(epilog=examples("audit verify", "audit verify --head HASH", "audit verify reports/run=20240305T020000"))
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@click.option("--head", metavar="HASH", help="A head of the ledger that a run printed: it must still be there.")
@format_option("table", "json")
@click.pass_obj
def verify(session: Session, path: Path | None, head: str | None, output_format: str) -> int:
    """Check the ledger, the reports, the texts kept of queries, the inputs and the load log.

    PATH is a workspace, a report, a folder of reports, or an evidence pack, wherever it was carried; without it the
    workspace. Names what differs and exits with 8. What a killed run left, and inputs that are not there any more, are
    noted and no fault. A tail that was cut off the ledger is found only by a head that you noted elsewhere: give it with
    --head.
    """
    from audit.cli.verify_view import print_verified
    from audit.errors import ExitCode
    from audit.verify import verify as verify_path

    workspace = session.workspace() if path is None else session.workspace_if_any()
    with session.messages.progress() as notify:
        outcome = verify_path(path or session.folder, workspace, head, notify)
    print_verified(outcome, head is not None, output_format)
    return int(ExitCode.DIFFERENCE if outcome.differs else ExitCode.DONE)
