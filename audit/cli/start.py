"""audit init, audit demo: where somebody new begins."""

from pathlib import Path

import click

from audit.cli.faults import while_somebody_reads
from audit.cli.options import examples
from audit.cli.session import Session


@click.command(epilog=examples("audit init my-force"))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def init(session: Session, folder: Path | None) -> int:
    """Make a starter workspace, with a commented audit.toml.

    DIR is made if it is not there; else the workspace of -w, else the current folder. Nothing is overwritten.
    """
    from audit.cli.output import print_lines
    from audit.init import init_workspace

    config = init_workspace(folder or session.folder)
    print_lines([
        f"Made {config}. Next:",
        f"  1. put a log in {config.parent / 'logs'} and take the # from its [[input]] in audit.toml",
        f"  2. audit -w {config.parent} run",
        "Whose columns have other names: audit sources --help",
    ])  # fmt: skip
    return 0


@click.command(epilog=examples("audit demo"))
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@click.pass_obj
def demo(session: Session, folder: Path) -> int:
    """Run the sample force, from raw logs to report.

    The force is invented; published cases are re-enacted in its logs, among honest work that looks like them. The
    sample is copied to DIR (default ./demo). A demo that is there is run again: nothing new is loaded, and the
    findings stay the same. The logs are dirty on purpose, so that some records are quarantined; where `audit run`
    exits with 3 for that, the demo exits with 0.
    """
    from audit.cli.demo_view import print_demo
    from audit.demo import copy_demo
    from audit.run import RunOptions, run
    from audit.workspace import read_workspace

    copy_demo(folder)
    workspace = read_workspace(folder)
    with session.messages.progress() as notify:
        result = run(workspace, RunOptions(), notify)
    with while_somebody_reads():
        return print_demo(folder, workspace, result, session.messages)
    return 0
