"""The command `audit`: its options, its commands, and the one place where what went wrong becomes an exit code."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from audit import __version__
from audit.cli.faults import report_fault, while_somebody_reads
from audit.cli.messages import Messages
from audit.cli.session import Session
from audit.errors import ExitCode

# Command -> the module that holds it, imported when it is asked for.
_COMMANDS = {
    "init": "start",
    "demo": "start",
    "load": "work",
    "run": "work",
    "status": "status",
    "sources": "sources",
    "quarantine": "quarantine",
    "detectors": "detectors",
    "findings": "queue",
    "show": "queue",
    "timeline": "timeline",
    "explain": "explain",
    "sample": "sample",
    "simulate": "measuring",
    "evaluate": "measuring",
    "review": "review",
    "report": "report",
    "pack": "pack",
    "verify": "verify",
    "purge": "purge",
}
_FIRST_STEPS = """\b
First steps:
  audit demo               see it work on an invented force
  audit init my-force      make a workspace of your own
  audit -w my-force run    load what is new, explain, detect, report
"""


class _Commands(click.Group):
    """Commands in the order of the work, each imported only when it is needed."""

    def invoke(self, ctx: click.Context) -> Any:
        # Here, because click itself would make a failure of it.
        with while_somebody_reads():
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code
        return 0

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"audit.cli.{_COMMANDS[cmd_name]}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # click itself would look for what was meant among commands that are imported.
        word = args[0]
        if word not in _COMMANDS and not word.startswith("-"):
            from audit.catalogue.faults import suggestion

            ctx.fail(f"No such command '{word}'{suggestion(word, _COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_FIRST_STEPS,
)
@click.option(
    "-w",
    "--workspace",
    "folder",
    metavar="DIR",
    envvar="AUDIT_WORKSPACE",
    type=click.Path(path_type=Path),
    help="The workspace: the folder with audit.toml. Else $AUDIT_WORKSPACE, else the current folder.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _option, value: setattr(ctx.obj, "as_json", value == "json"),
    help="How to speak on stderr: json gives a line for each step and a closing line, for schedulers.",
)
@click.version_option(__version__, prog_name="access-audit", message="%(prog)s %(version)s")
@click.pass_context
def audit(ctx: click.Context, folder: Path | None) -> None:
    """Find out who looked at what in police computer systems, and what accounts for it.

    Access logs are explained first: by assignments, incidents, units and authorities. What nothing explains is ranked
    for a reviewer. A finding is for review, never a verdict.

    Results go to stdout, all else to stderr. Exit codes: 0 done, 2 wrong words, 3 done but records were quarantined or
    rejected, 4 another run holds the workspace, 5 a source, config or query is wrong, 6 something could not be read or
    written, 7 --fail-on met, 8 verify found a difference, 9 an input is stale.
    """
    ctx.obj = Session(folder, ctx.obj)


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Whatever is made holds personal data: nobody else may read it.
    os.umask(0o077)
    if sys.stdout is None:
        Messages().error(["stdout is closed: there is nowhere to write results to; give it a file, or /dev/null"])
        sys.exit(ExitCode.INPUT_OUTPUT)
    code = run_words(sys.argv[1:])
    # All is done and said: Ctrl-C while the interpreter clears up would only hide the exit code.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def run_words(words: list[str]) -> int:
    """Run one command and return its exit code; what went wrong is said on stderr."""
    messages = Messages()
    try:
        return int(audit.main(words, prog_name="audit", standalone_mode=False, obj=messages) or 0)
    except BaseException as fault:
        return report_fault(fault, messages)
