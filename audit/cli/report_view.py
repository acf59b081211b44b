"""How `audit report` goes: check, record, make, and say where it is and what it could not hold."""

from pathlib import Path

from audit.cli.output import print_lines
from audit.cli.session import Session
from audit.forms import Form, check_form, choose_target, make_form
from audit.report.read import find_run, read_table


def make_and_print(session: Session, run_id: str | None, name: str, out: Path | None, force: bool) -> None:
    """Make the form and print its path; what its format could not hold is a warning."""
    workspace = session.workspace()
    run = find_run(workspace.reports, run_id)
    form = Form(run, name, choose_target(workspace, run, name, out), force)
    check_form(form)
    ids = read_table(run, "findings", ["finding_id"])["finding_id"].to_pylist()
    # Before it is made: whoever has the file has seen what is in it.
    session.record_look("report", {"format": name, "out": str(form.target.absolute())}, ids, run.run_id)
    made = make_form(workspace, form)
    session.messages.warn(made.limits)
    print_lines([str(made.target)], fold=False)
