"""Nobody else may read what is made, and a group that is named may, whatever the umask."""

import grp
import os
import stat
import subprocess
import sys

import pytest

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
