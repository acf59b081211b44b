"""Killed at any moment, or on a full disk, there is a whole pack or none; what is left over the next one removes."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.verify.packs import check_pack
from tests.pack.small import ledger, made, typed

# Kills the process at the n-th call of one of the functions that a pack is written by.
_KILLED = """
import os, signal, sys
from pathlib import Path
import audit.files, audit.pack.write as write, audit.pack.pack as pack
name, number, calls = sys.argv[1], int(sys.argv[2]), 0
def killing(function):
    def deadly(*args, **more):
        global calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **more)
    return deadly
if name == "write_file":
    write.write_file = killing(write.write_file)
elif name == "rename":
    Path.rename = killing(Path.rename)
elif name == "record":
    pack.record_pack = killing(pack.record_pack)
elif name == "sync":
    write.sync_folder = killing(write.sync_folder)
from audit.cli.main import run_words
sys.exit(run_words(sys.argv[3:]))
"""


def killed(folder: Path, out: Path, name: str, number: int) -> int:
    words = ["-w", str(folder), "pack", "--user", "U1", "--out", str(out)]
    ended = subprocess.run([sys.executable, "-c", _KILLED, name, str(number), *words], capture_output=True, check=False)
    return ended.returncode


@pytest.mark.parametrize(("name", "number", "recorded"), [
    ("write_file", 1, 0), ("write_file", 40, 0), ("sync", 1, 0), ("record", 1, 0), ("rename", 1, 1),
])  # fmt: skip
def test_a_killed_pack_is_not_there_and_the_next_removes_what_it_left(small, tmp_path, name, number, recorded):
    out = tmp_path / "pack"

    assert killed(small, out, name, number) == -signal.SIGKILL
    assert not out.exists()
    (leftover,) = tmp_path.glob(".pack.*.tmp")
    assert len(ledger(small, "pack")) == recorded
    assert typed(small, "verify").code == 0

    made(small, out, "--user", "U1")
    assert not leftover.exists()
    assert check_pack(out) == []


def test_a_leftover_that_somebody_is_at_work_on_stays(small, tmp_path):
    working = tmp_path / f".pack.{os.getppid()}.tmp"
    working.mkdir()
    made(small, tmp_path / "pack", "--user", "U1")

    assert working.is_dir()


def test_where_a_file_may_not_grow_that_is_said_and_nothing_is_left(small, tmp_path):
    def lower_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    words = ["-w", str(small), "pack", "--user", "U1", "--report-only", "--out", str(tmp_path / "pack")]
    ended = subprocess.run(
        [sys.executable, "-m", "audit", *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lower_limit,
        umask=0o077,
    )

    assert ended.returncode == 6, ended.stderr
    assert "space" in ended.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small"]
    assert ledger(small, "pack") == []


def test_what_came_to_its_place_meanwhile_stays(small, tmp_path, monkeypatch):
    from audit.pack import pack as story

    record = story.record_pack

    def somebody_is_faster(*args: object) -> object:
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack/theirs").write_text("x")
        return record(*args)

    monkeypatch.setattr(story, "record_pack", somebody_is_faster)
    assert typed(small, "pack", "--user", "U1", "--out", tmp_path / "pack").code == 6
    assert [path.name for path in (tmp_path / "pack").iterdir()] == ["theirs"]
    assert not list(tmp_path.glob(".pack.*"))
