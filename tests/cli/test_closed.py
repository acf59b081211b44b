"""Nobody else may read what is made, and a group that is named may, whatever the umask."""

import grp
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from audit.cli.main import run_words
from tests.cli.tiny import make_tiny

PROGRAM = [sys.executable, "-m", "audit"]
MADE = ("audit.duckdb", "ledger.jsonl", ".audit.lock", ".ledger.lock")


def made(folder):
    return [*(folder / name for name in MADE), *(folder / "reports").rglob("*"), folder / "reports"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_made_is_for_its_owner_alone(tiny, umask):
    for words in (["run"], ["findings"]):
        subprocess.run([*PROGRAM, "-w", str(tiny), *words], capture_output=True, check=True, umask=umask)

    assert {stat.S_IMODE(path.stat().st_mode) for path in made(tiny) if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made(tiny) if path.is_dir()} == {0o700}


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_group_that_is_named_may_read_all_of_it_and_write_nothing(tiny, umask):
    number = next((group for group in os.getgroups() if group != os.getgid()), os.getgid())
    config = tiny / "audit.toml"
    name = grp.getgrgid(number).gr_name
    config.write_text(config.read_text().replace('name = "Tiny"', f'name = "Tiny"\ngroup = "{name}"'))
    for words in (["run"], ["findings"]):
        subprocess.run([*PROGRAM, "-w", str(tiny), *words], capture_output=True, check=True, umask=umask)

    assert {stat.S_IMODE(path.stat().st_mode) for path in made(tiny) if path.is_file()} == {0o640}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made(tiny) if path.is_dir()} == {0o750}
    assert {path.stat().st_gid for path in made(tiny)} == {number}


def test_a_group_that_is_not_there_stops_the_run_before_anything_is_loaded(tiny, in_tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text().replace('name = "Tiny"', 'name = "Tiny"\ngroup = "no-such-group"'))

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert "no-such-group" in outcome.err
    assert not (tiny / "audit.duckdb").exists()


def test_what_was_opened_to_a_group_by_hand_stays_open(tiny, in_tiny):
    in_tiny("run")
    for name in ("ledger.jsonl", ".ledger.lock"):
        (tiny / name).chmod(0o660)

    in_tiny("findings")
    in_tiny("run")

    assert {stat.S_IMODE((tiny / name).stat().st_mode) for name in ("ledger.jsonl", ".ledger.lock")} == {0o660}


@pytest.fixture
def open_place():
    """A folder that anybody may enter: those of pytest are for their owner alone."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def as_somebody_else(words, folder, tmp_path):
    """Run a command as a user who owns nothing here and is in no group of it; return its exit code and stderr.

    In a fork: the interpreter itself may lie where nobody else may read. Who is not root may read no more than is closed here.
    """
    told = tmp_path / "told"
    out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.dup2(out, 1)
            os.dup2(out, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            code = run_words(["-w", str(folder), *words])
            sys.stderr.flush()
        except BaseException:
            traceback.print_exc(file=sys.stderr)
        finally:
            os._exit(code)
    os.close(out)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told.read_text()


@pytest.mark.parametrize("command", [["findings"], ["status"], ["verify"], ["quarantine"]])
def test_who_may_not_read_is_told_what_and_exits_with_6(open_place, tmp_path, monkeypatch, command):
    folder = make_tiny(open_place / "tiny")
    folder.chmod(0o755)
    for words in (["run"], ["findings"], ["status"], ["verify"], ["quarantine"]):
        run_words(["-w", str(folder), *words])
    if os.geteuid() != 0:
        for path in (
            *folder.rglob("reports/*/*"),
            folder / "audit.duckdb",
            folder / "ledger.jsonl",
            folder / "reports",
        ):
            path.chmod(0)

    code, told = as_somebody_else(command, folder, tmp_path)

    if os.geteuid() != 0:
        (folder / "reports").chmod(0o700)
    assert code == 6, told
    assert told.startswith("audit: error: ")
    assert str(folder) in told
    assert "ermission" in told or "right to read" in told
