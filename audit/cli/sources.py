"""audit sources list, show, check, draft: the definitions of what logs and reference files look like."""

from pathlib import Path

import click

from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.group
def sources() -> None:
    """See and check source definitions: how files are read.

    A definition says what a file looks like and how its columns become canonical ones.
    """


@sources.command("list", epilog=examples("audit sources list"))
@format_option()
@click.pass_obj
def list_(session: Session, output_format: str) -> int:
    """List the sources that an [[input]] may name.

    Own: in the workspace's sources folder. Shipped: came with the program. Canonical: files whose header has the
    canonical column names already, and which need no definition.
    """
    from audit.cli.output import print_rows
    from audit.cli.sources_view import rows_of

    print_rows(rows_of(session.library()), output_format)
    return 0


@sources.command(epilog=examples("audit sources show rms-view", "audit sources show incident"))
@click.argument("name")
@format_option()
@click.pass_obj
def show(session: Session, name: str, output_format: str) -> int:
    """Show one source: how its files are read, and where each canonical column comes from.

    Of a canonical table it shows the columns that a file may have, and which must be there.
    """
    from audit.cli.sources_view import find_source, print_source

    print_source(find_source(session.library(), name), output_format)
    return 0


@sources.command(
    epilog=examples(
        "audit sources check",
        "audit sources check rms-view logs/rms/rms_view_2024Q4.csv.gz",
        "audit sources check draft.toml export.csv --limit 3",
    )
)
@click.argument("what", nargs=-1, metavar="[NAME|TOML]... [FILE]")
@click.option("--limit", metavar="N", type=click.IntRange(min=0), default=10, show_default=True, help="Rows of FILE.")
@format_option()
@click.pass_obj
def check(session: Session, what: tuple[str, ...], limit: int, output_format: str) -> int:
    """Check definitions by their samples, and with FILE show what one would make of a file.

    Every [[sample]] is mapped as a file's records are and compared with what it gives. Without a name all
    definitions of the workspace and the shipped ones are checked; a path that ends in .toml names a definition that
    is not in place yet. With FILE nothing is loaded: the first rows are printed as they would become, which columns are not
    mapped, and how many records break which rule; where any does, the exit code is 3.
    """
    from audit.cli.sources_view import check_definitions, check_files, sort_out

    zone, library = session.zone(), session.library(in_full=True)
    asked = sort_out(what, library)
    if asked.files:
        return check_files(asked, zone, limit, output_format)
    return check_definitions(asked.definitions, zone, output_format, session.messages)


@sources.command(
    epilog=examples(
        "audit sources draft export.csv > sources/export.toml", "audit sources check export.toml export.csv"
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="The source's name. [default: as the file is called]")
@click.option("--table", default="event", show_default=True, help="The canonical table that the file is for.")
@click.option("--no-sample", is_flag=True, help="Leave the [[sample]] out: it holds the file's first record.")
def draft(file: Path, name: str | None, table: str, no_sample: bool) -> int:
    """Propose a definition for a file that nobody here has seen.

    Reads the beginning of FILE and prints a commented TOML: format, columns by name and content, time formats with the
    evidence for them, masks, and how many records break a rule. What it is unsure of is marked UNSURE and stands at the
    top: mend it before use.
    """
    from audit.drafting import draft_definition

    click.echo(draft_definition(file, name=name, table=table, with_sample=not no_sample), nl=False)
    return 0
