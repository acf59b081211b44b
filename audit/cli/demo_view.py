"""How `audit demo` ends: the run's summary, and what to try next."""

from pathlib import Path

from audit.cli.messages import Messages
from audit.cli.output import print_lines
from audit.cli.run_view import print_run
from audit.errors import ExitCode
from audit.run import RunResult
from audit.workspace import Workspace


def print_demo(folder: Path, workspace: Workspace, result: RunResult, messages: Messages) -> int:
    """Print what the run did and three commands to try; return the exit code, dirty logs forgiven."""
    print_run(workspace, result, "table", messages)
    here = f"audit -w {folder}"
    first = result.published.findings["finding_id"][0].as_py() if result.published.findings.num_rows else "FINDING"
    print_lines([
        "",
        "Try next:",
        f"  {here} show {first}",
        f"  {here} findings --detector access-after-warning",
        f"  {here} quarantine",
    ])  # fmt: skip
    return int(ExitCode.DONE if result.code == ExitCode.NOT_ALL_LOADED else result.code)
