"""audit explain: why one access counts as explained, or does not."""

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(epilog=examples("audit explain RA-724753"))
@click.argument("event")
@click.option("--source", metavar="NAME", help="The source of the event, where several have one of that id.")
@format_option("table", "json")
@click.pass_obj
def explain(session: Session, event: str, source: str | None, output_format: str) -> int:
    """Tell what accounts for one event, or why nothing does.

    Names each explanation and whether it held. EVENT is the id that the event has in its source. The events that
    one act produced are one access, and it is the access that is explained. Reads the database, so it does not work
    while a batch loads.
    """
    from audit.cli.explain_view import print_explained
    from audit.cli.meant import saying_what_it_is
    from audit.explained import explain_event

    workspace, catalogue = session.workspace(), session.catalogue()
    with saying_what_it_is(session, event, "event"), session.messages.progress() as notify:
        found = explain_event(workspace, catalogue, event, source, notify)
    accesses = [one.access for one in found if one.access]
    people = {name: [access[name] for access in accesses] for name in ("user_id", "subject_id")}
    session.record_look("explain", {"source": source, **people}, [event])
    print_explained(found, session.zone().name, output_format)
    return 0
