"""audit quarantine: what was held back, and why."""

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(epilog=examples("audit quarantine", "audit quarantine --show-rows --limit 20"))
@click.option("--show-rows", is_flag=True, help="Print the records themselves. They hold personal data.")
@click.option("--source", metavar="NAME", help="With --show-rows: only records of this source.")
@click.option("--limit", metavar="N", type=click.IntRange(min=0), help="With --show-rows: at most so many.")
@format_option()
@click.pass_obj
def quarantine(session: Session, show_rows: bool, source: str | None, limit: int | None, output_format: str) -> int:
    """Tell which records were held back, and by which rule.

    Quarantined: readable, but breaks a rule, such as a time that does not exist. Rejected: not readable as a record. A
    record that breaks two rules counts under each. Mend the definition, then map the file
    anew: audit load --again LOAD_ID.
    """
    from audit.cli.quarantine_view import print_counts, print_records
    from audit.quarantine import count_held_back, read_held_back

    workspace = session.workspace()
    if show_rows:
        records = read_held_back(workspace, source, limit)
        places = [f"{row['path']}:{row['record_no']}" for row in records.select(["path", "record_no"]).to_pylist()]
        session.record_look("quarantine --show-rows", {"source": source, "limit": limit}, places)
        print_records(records, output_format)
    else:
        print_counts(count_held_back(workspace), output_format)
    return 0
