"""audit load, audit run: the daily work."""

from pathlib import Path

import click

from audit.cli.faults import while_somebody_reads
from audit.cli.options import examples, format_option
from audit.cli.session import Session
from audit.cli.words import ENGINES, LEVELS, PURPOSES


@click.command(
    epilog=examples("audit load", "audit load /mnt/export/rms_2024Q4.csv.gz --source rms-view", "audit load --again 12")
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--source", metavar="NAME", help="Load only this source; with FILE: what the files are.")
@click.option(
    "--again",
    metavar="LOAD_ID",
    type=int,
    multiple=True,
    help="Withdraw this load and map its file anew, by the definition as it is now; may be repeated.",
)
@click.option("--lake", is_flag=True, help="Bring the lake, the tables as Parquet by local day, up to date with it.")
@format_option()
@click.pass_obj
def load(
    session: Session,
    files: tuple[Path, ...],
    source: str | None,
    again: tuple[int, ...],
    lake: bool,
    output_format: str,
) -> int:
    """Load new files, without making a report.

    Without FILE, every [[input]] of audit.toml is looked through for files that are not loaded yet. A file that cannot
    be used stops only itself. Each record is loaded, a duplicate, quarantined (it breaks a rule) or rejected (it cannot
    be read); the counts of every file add up.

    After a definition was mended, --again recovers what it had quarantined. Loads that rest on the one that is named,
    such as a later export that holds the same records, are mapped anew with it. Either all of it is done or nothing.
    """
    from audit.cli.load_view import print_load
    from audit.loading import load_only

    workspace = session.workspace()
    with session.messages.progress() as notify:
        result = load_only(workspace, files, source, notify, again, lake)
    with while_somebody_reads():
        print_load(result, output_format, session.messages)
    return int(result.code)


@click.command(
    epilog=examples(
        "audit run",
        "audit --log-format json run --fail-on high",
        "audit run --detector access-after-warning",
        "audit run --as-of 20240305T020000",
    )
)
@click.option(
    "--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True, help="What runs the queries."
)
@click.option("--detector", "detectors", metavar="ID", multiple=True, help="Run this detector only; may be repeated.")
@click.option("--full", is_flag=True, help="Make the accesses anew from all events, even if nothing new was loaded.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Exit with 7 when a finding has this level or a graver one.")
@click.option("--purpose", type=click.Choice(PURPOSES), help="What the run is for; else what audit.toml says.")
@click.option("--as-of", "as_of", metavar="RUN", help="Make that run's report again, and compare. Publishes nothing.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="With --as-of: leave what was made there.")
@format_option("table", "json")
@click.pass_obj
def run(
    session: Session,
    engine: str,
    detectors: tuple[str, ...],
    full: bool,
    fail_on: str | None,
    purpose: str | None,
    as_of: str | None,
    out: Path | None,
    output_format: str,
) -> int:
    """Load, explain, detect and report: the scheduled job.

    Loads what is new, looks for what accounts for each access, runs the detectors and publishes a report. Prints
    what was loaded, how much is explained, and the first users and findings to review; all of them are in the
    report, and in `audit findings`.

    With --as-of RUN, the report of that run (its id, or how it begins) is made again from what was loaded then, with
    that run's queries, parameters and reviews, and compared file by file. Exits with 0 when all is the same to the byte,
    else with 8, naming what accounts for it: another version of the program, a query or definition that was changed,
    data that was purged, a file that is gone.
    """
    if as_of is not None:
        if detectors or full or fail_on or purpose:
            raise click.UsageError("--as-of goes by what that run was asked for: leave the other options out")
        return _run_as_of(session, as_of, out, output_format)
    if out is not None:
        raise click.UsageError("--out: needs --as-of")
    from audit.cli.run_view import print_run
    from audit.run import RunOptions
    from audit.run import run as run_job

    workspace = session.workspace()
    with session.messages.progress() as notify:
        result = run_job(workspace, RunOptions(detectors, full, fail_on, purpose, engine), notify)
    with while_somebody_reads():
        print_run(workspace, result, output_format, session.messages)
    return int(result.code)


def _run_as_of(session: Session, as_of: str, out: Path | None, output_format: str) -> int:
    from audit.asof import run_as_of
    from audit.cli.asof_view import code_of, print_as_of

    workspace = session.workspace()
    with session.messages.progress() as notify:
        result = run_as_of(workspace, as_of, out, notify)
    with while_somebody_reads():
        print_as_of(result, output_format, session.messages)
    return int(code_of(result))
