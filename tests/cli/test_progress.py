"""Who waits at a terminal sees the step and how far the engine is; nobody else does, and Ctrl-C leaves all well."""

import os
import pty
import re
import signal
import subprocess
import sys
import time

from audit.cli.main import run_words
from tests.cli.tiny import make_tiny
from tests.test_killed_nights import force_in

PROGRAM = [sys.executable, "-m", "audit"]


def on_terminal(folder, interrupt_at=None, words=("run",)):
    """Run a command with stderr on a terminal; send Ctrl-C when a text shows up there. Return the exit code and what was shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        [*PROGRAM, "-w", str(folder), *words], stdout=subprocess.DEVNULL, stderr=theirs, env=environment, umask=0o077
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
        if interrupt_at and interrupt_at in shown:
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            interrupt_at = None
    os.close(ours)
    return process.wait(), shown.decode()


def test_a_terminal_shows_steps_and_how_far_they_are(tmp_path):
    code, shown = on_terminal(force_in(tmp_path / "force"))

    assert code == 0
    for step in ("loading logs/more-0.csv", "explaining accesses", "detecting ", "writing the report"):
        assert step in shown
    assert re.search(r"\d%", shown)
    assert "\x1b[?25h" in shown, "the cursor is shown again"


def test_whoever_verifies_or_asks_after_a_load_sees_what_takes_so_long(tmp_path):
    folder = make_tiny(tmp_path / "tiny")
    assert run_words(["-w", str(folder), "load"]) == 0

    code, shown = on_terminal(folder, words=("explain", "E5"))
    assert (code, "asking the database" in shown) == (0, True)
    code, shown = on_terminal(folder, words=("verify",))
    assert (code, "hashing input 1 of 4" in shown) == (0, True)


def test_ctrl_c_at_a_terminal_ends_with_130_and_the_next_run_goes_on(tmp_path):
    folder = force_in(tmp_path / "force")

    code, shown = on_terminal(folder, interrupt_at=b"explaining accesses")

    assert code == 130
    assert "interrupted; files that were loaded whole stay loaded" in shown
    assert "\x1b[?25h" in shown
    assert not list(folder.glob("reports/*"))
    assert not list(folder.glob(".audit.scratch*"))
    assert not (folder / ".audit.holder.json").exists()
    assert on_terminal(folder)[0] == 0


def test_nothing_moves_where_stderr_is_no_terminal(in_tiny):
    assert in_tiny("run").err == ""
