"""A purge that a full disk, a kill or another run stops leaves the old database or the new one, never half of one."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.purge.small import CUT, event_ids, ledger, typed


def test_a_disk_that_fails_leaves_the_old_database_and_no_entry(loaded: Path) -> None:
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "from audit.cli.main import run_words; sys.exit(run_words(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", script, "-w", str(loaded), "purge", "--before", CUT, "--yes"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    assert "nothing was removed" in done.stderr
    assert len(event_ids(loaded)) == 12
    assert ledger(loaded, "purge") == []
    assert not list(loaded.glob(".audit.duckdb*"))


def test_a_killed_purge_leaves_the_old_database_or_the_new_one_and_can_be_done_again(
    loaded: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "audit", "-w"]
    started = time.monotonic()
    whole = Path(shutil.copytree(loaded, tmp_path / "whole"))
    assert subprocess.run([*command, str(whole), "purge", "--before", CUT, "--yes"], check=False).returncode == 0
    took = time.monotonic() - started
    chance = random.Random(1)
    seen = set()
    for number in range(12):
        folder = Path(shutil.copytree(loaded, tmp_path / f"killed-{number}"))
        process = subprocess.Popen(
            [*command, str(folder), "purge", "--before", CUT, "--yes"], stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.5, 1.0) * took)
        process.kill()
        process.wait()
        left = len(event_ids(folder))
        seen.add(left)
        assert left in (12, 4)
        assert typed(folder, "verify").code == 0
        assert typed(folder, "purge", "--before", CUT, "--yes").code == 0
        assert event_ids(folder) == event_ids(whole)
        assert not list(folder.glob(".audit.duckdb*"))
    assert seen


@pytest.mark.parametrize("step", ["replace", "rename", "append"])
def test_a_kill_at_each_step_of_the_swap_is_no_fault(loaded: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Before the ledger is told, between it and the rename, and before the reports go."""

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "append":
            from audit.ledger import Ledger

            patch.setattr(Ledger, "append", die)
        elif step == "replace":
            # Only the database is replaced, not the file that says who holds the lock.
            real = Path.replace
            patch.setattr(
                Path, "replace", lambda self, to: die() if self.name.endswith("duckdb.new") else real(self, to)
            )
        else:
            patch.setattr("audit.purge.removal._remove_reports", die)
        assert typed(loaded, "purge", "--before", CUT, "--yes").code == 1
    assert len(event_ids(loaded)) == (4 if step == "rename" else 12)
    noted = typed(loaded, "verify")
    assert noted.code == 0, noted.out
    assert ("do it again: audit purge" in noted.out) == (step != "append")
    assert typed(loaded, "purge", "--before", CUT, "--yes").code == 0
    assert "do it again" not in typed(loaded, "verify").out
    assert typed(loaded, "run").code == 0
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]
    assert not list(loaded.glob(".audit.duckdb*"))


def test_while_a_run_holds_the_workspace_nothing_is_purged(loaded: Path) -> None:
    from audit.lock import hold
    from audit.workspace import read_workspace

    with hold(read_workspace(loaded)):
        done = subprocess.run(
            [sys.executable, "-m", "audit", "-w", str(loaded), "purge", "--before", CUT, "--yes"],
            capture_output=True, check=False, env=os.environ,
        )  # fmt: skip
    assert done.returncode == 4
    assert len(event_ids(loaded)) == 12
