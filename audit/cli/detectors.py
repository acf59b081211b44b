"""audit detectors list, show, test, new: the catalogue of what is looked for, and detectors of one's own."""

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.group
def detectors() -> None:
    """See the detectors, prove them, and begin your own."""


@detectors.command("list", epilog=examples("audit detectors list"))
@format_option()
@click.pass_obj
def list_(session: Session, output_format: str) -> int:
    """List the detectors of the workspace, or the shipped ones."""
    from audit.cli.detectors_view import FOR_PEOPLE, row_of
    from audit.cli.output import print_rows

    rows = [row_of(detector) for detector in session.catalogue().detectors]
    print_rows(rows, output_format, columns=FOR_PEOPLE if output_format == "table" else None)
    return 0


@detectors.command(epilog=examples("audit detectors show repeated-subject"))
@click.argument("query_id", metavar="ID")
@format_option("table", "json")
@click.pass_obj
def show(session: Session, query_id: str, output_format: str) -> int:
    """Show a detector: why it matters, honest causes, what it misses, its parameters and its SQL.

    The parameters are those that a run of this workspace uses. ID may also name an explanation or a view.
    """
    from audit.cli.detectors_view import print_query

    print_query(session.catalogue(), query_id, session.overrides(), output_format)
    return 0


@detectors.command(epilog=examples("audit detectors test", "audit detectors test repeated-subject"))
@click.argument("ids", nargs=-1, metavar="[ID]...")
@format_option()
@click.pass_obj
def test(session: Session, ids: tuple[str, ...], output_format: str) -> int:
    """Run the cases of the queries: each draws a few rows, and says what must be found in them, or that nothing may be.

    Without ID, the cases of all detectors, explanations and views. Touches no data of the workspace.
    """
    from audit.cli.detectors_view import find_queries, print_cases
    from audit.detect.prove import prove
    from audit.engine import DuckDBEngine

    catalogue = session.catalogue(in_full=True)
    with session.messages.progress() as notify:
        results = prove(find_queries(catalogue, ids), catalogue, DuckDBEngine.in_memory, notify)
    return print_cases(results, output_format, session.messages)


@detectors.command(
    epilog=examples("audit detectors new night-lookup", "audit detectors new slow-repeat --like repeated-subject")
)
@click.argument("detector_id", metavar="ID")
@click.option("--like", metavar="ID", help="Begin with a copy of this detector, not with the sample.")
@click.pass_obj
def new(session: Session, detector_id: str, like: str | None) -> int:
    """Begin a detector of your own, for whoever knows SQL.

    Makes a query that runs as it stands, and two cases that it passes. ID is its name: small letters and digits, with - or _
    between. Both files go into `detectors` of the first folder that [workspace] queries of audit.toml names; that is made where
    it is not there yet, and nothing is overwritten. The comments of the query say what each part is for. Change it and its
    cases, test it, and run it: from then on each run looks for it too.
    """
    from audit.cli.detectors_view import print_scaffold
    from audit.scaffold import make_detector

    made = make_detector(session.workspace(), detector_id, like)
    print_scaffold(made, session.named)
    return 0
