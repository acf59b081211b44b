"""One run at a time: a real second process is turned away, and a lock dies with the process that held it."""

import getpass
import os
import re
import signal
import subprocess
import sys

import pytest

HOLD = """
import sys, time
from pathlib import Path
from audit.lock import hold
from audit.workspace import read_workspace
with hold(read_workspace(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tiny):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tiny)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("command", ["run", "load"])
def test_a_second_run_exits_with_4_and_says_who_holds_it_since_when(in_tiny, holder, command):
    outcome = in_tiny(command)

    assert outcome.code == 4
    who = re.search(r"\(user (\S+), process (\d+), since (20\S+)\)", outcome.err)
    assert who is not None
    assert int(who[2]) == holder.pid
    assert getpass.getuser() in who[1]


def test_a_lock_dies_with_its_process(in_tiny, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    assert in_tiny("run").code == 0


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere an ended process looks as if it ran until it is waited for"
)
def test_a_run_right_after_a_kill_clears_what_it_left_though_nobody_has_waited_for_it(tiny, in_tiny, holder):
    (scratch,) = tiny.glob(".audit.scratch.*")
    (scratch / "part of the log").write_text("x")
    bench, report = tiny / f".as-of.{holder.pid}.tmp", tiny / "reports" / f".run=1.{holder.pid}.tmp"
    for folder in (bench, report):
        folder.mkdir(parents=True)
    holder.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)

    outcome = in_tiny("run")

    assert outcome.code == 0
    assert not any(left.exists() for left in (scratch, bench, report))
    assert in_tiny("verify").code == 0


def test_what_a_process_that_is_at_work_spills_is_left_alone(tiny, in_tiny):
    """A reader holds no lock, and may need more than fits into memory while a run begins."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as reader:
        spilt = tiny / f".audit.scratch.{reader.pid}"
        spilt.mkdir()
        assert in_tiny("run").code == 0
        assert spilt.exists()
        reader.communicate(b"\n")

    in_tiny("run")

    assert not spilt.exists()


def test_auditors_read_and_review_while_a_run_holds_the_workspace(tiny, in_tiny):
    in_tiny("run")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tiny)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        finding = in_tiny("findings", "--format", "json").json[0]["finding_id"]
        codes = [
            in_tiny(*words).code
            for words in (
                ["show", finding],
                ["status"],
                ["verify"],
                ["review", finding, "--outcome", "advice", "--by", "A"],
            )
        ]
        process.kill()

    assert codes == [0, 0, 0, 0]
