"""One run at a time: a real second process is turned away, and a lock dies with the process that held it."""

import getpass
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
