"""audit simulate, audit evaluate: make a force of which everything is known, and see what a run finds of it."""

from pathlib import Path

import click

from audit.cli.faults import while_somebody_reads
from audit.cli.options import examples, format_option
from audit.cli.session import Session


@click.command(
    epilog=examples("audit simulate trial", "audit simulate trial --staff 800 --days 180 --events 400000 --seed 2")
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--staff", metavar="N", type=int, default=800, show_default=True, help="So many staff, at least 50.")
@click.option("--days", metavar="N", type=int, default=180, show_default=True, help="So many days, at least 28.")
@click.option(
    "--events", metavar="N", type=int, default=400_000, show_default=True, help="So many log events, at least 2,000."
)
@click.option(
    "--seed",
    metavar="S",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Another seed, another force.",
)
@format_option("table", "json")
@click.pass_obj
def simulate(session: Session, folder: Path, staff: int, days: int, events: int, seed: int, output_format: str) -> int:
    """Make a labelled force, to measure the detectors with.

    Writes a workspace into DIR, which must be new or empty: logs, reference data, audit.toml, and in DIR/labels what
    was planted: misuse after published cases, and innocent work that looks like it. The same seed gives the same bytes.
    Nothing in it is about anybody.
    """
    from audit.cli.measuring_view import print_simulated
    from audit.simulate import simulate as make_force

    with session.messages.progress() as notify:
        made = make_force(folder, staff, days, events, seed, notify)
    with while_somebody_reads():
        print_simulated(made, output_format)
    return 0


@click.command(epilog=examples("audit evaluate trial", "audit evaluate trial --compare 20250101T02 --format json"))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--run", "run_id", metavar="R", help="Of this report, by its run id or the beginning of it. [default: the last]"
)
@click.option("--compare", "other_id", metavar="R", help="Tell what changed against this report of the same force.")
@format_option("table", "json")
@click.pass_obj
def evaluate(
    session: Session, folder: Path | None, run_id: str | None, other_id: str | None, output_format: str
) -> int:
    """Measure what a run found of what was planted.

    DIR is a workspace made by `audit simulate`, and run; else the workspace of -w, else the current folder. Tells coverage,
    recall by case and detector, how good the top of the user ranking is, which look-alikes were caught, and how much
    there is to review. docs/quality.md defines each measure.
    """
    from audit.cli.measuring_view import print_evaluation
    from audit.evaluate import compare, evaluate_run

    with session.messages.progress() as notify:
        now = evaluate_run(folder or session.folder, run_id, notify)
        change = compare(now, evaluate_run(folder or session.folder, other_id, notify)) if other_id else None
    with while_somebody_reads():
        print_evaluation(now, change, output_format)
    return 0
