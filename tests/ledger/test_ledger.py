"""Appending: from several processes, after a crash, where it cannot be written, and for whom."""

import json
import os
import stat
import subprocess
import sys

import pytest

from audit.errors import InputOutputError
from audit.files import Audience
from audit.ledger import Ledger, read_chain
from audit.ledger.actor import who_acts


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger.jsonl")


def test_an_entry_tells_who_when_and_what_and_holds_the_hash_of_the_one_before(ledger):
    first, second = ledger.append("run", {"run_id": "r1"}), ledger.append("look", {"ids": ["F1"]})
    lines = [json.loads(line) for line in ledger.path.read_text().splitlines()]

    assert [line["prev"] for line in lines] == ["0" * 64, first.hash]
    assert [line["hash"] for line in lines] == [first.hash, second.hash]
    assert lines[1]["user"] == who_acts().user
    assert lines[1]["at"].endswith("Z")
    assert ledger.read().head == second.hash


def test_the_environment_does_not_say_who_acts(monkeypatch):
    before = who_acts().user
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")

    assert who_acts().user == before


def test_several_processes_write_one_chain(ledger):
    many = """
import sys
from pathlib import Path
from audit.ledger import Ledger
for number in range(40):
    Ledger(Path(sys.argv[1])).append("look", {"writer": sys.argv[2], "number": number})
"""
    writers = [subprocess.Popen([sys.executable, "-c", many, str(ledger.path), str(name)]) for name in range(4)]

    assert [writer.wait() for writer in writers] == [0] * 4
    chain = ledger.read()
    assert (chain.faults, chain.notes, len(chain.entries)) == ((), (), 160)
    for name in "0123":
        told = [entry.about["number"] for entry in chain.entries if entry.about["writer"] == name]
        assert told == list(range(40))


def test_what_a_crash_cut_off_is_kept_and_named_by_the_next_entry(ledger):
    ledger.append("look", {"ids": ["F1"]})
    whole = ledger.path.read_bytes()
    ledger.append("look", {"ids": ["F2"]})
    torn = ledger.path.read_bytes()[len(whole) : -30]
    for cut in range(1, len(torn)):
        ledger.path.write_bytes(whole + torn[:cut])

        ledger.append("look", {"ids": ["F3"]})

        chain = ledger.read()
        assert chain.faults == (), cut
        assert [entry.kind for entry in chain.entries] == ["look", "repair", "look"]
        assert ledger.path.read_bytes().startswith(whole + torn[:cut])
        assert "a crash cut off" in chain.notes[0]


def test_a_crash_while_a_torn_line_is_repaired_is_repaired_too(ledger):
    ledger.append("look", {})
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + b'{"no":2,"at":"2024' + b'{"no":2,"at":"2024-03')

    ledger.append("look", {})

    assert ledger.read().faults == ()


def test_a_last_entry_that_lacks_its_newline_is_no_loss(ledger):
    ledger.append("look", {})
    ledger.path.write_bytes(ledger.path.read_bytes()[:-1])

    ledger.append("look", {})

    assert [entry.no for entry in ledger.read().entries] == [1, 2]
    assert ledger.read().faults == ()


def test_what_somebody_changed_is_no_crash_and_stays_to_be_seen(ledger):
    ledger.append("look", {"ids": ["F1"]})
    ledger.append("look", {"ids": ["F2"]})
    changed = ledger.path.read_bytes().replace(b"F2", b"F9")
    for spoilt in (changed, changed[:-1], changed[:-1] + b"x"):
        ledger.path.write_bytes(spoilt)
        ledger.append("look", {"ids": ["F3"]})

        assert ledger.path.read_bytes().startswith(spoilt)
        assert ledger.read().faults


def test_the_last_entry_is_found_behind_a_long_line(ledger):
    ledger.append("look", {})
    ledger.append("look", {"ids": ["F" * 300_000]})
    ledger.append("look", {})

    assert ledger.read().faults == ()


def test_a_ledger_that_is_a_link_or_a_folder_is_refused(ledger, tmp_path):
    ledger.path.symlink_to(os.devnull)
    with pytest.raises(InputOutputError, match="nothing is done or shown"):
        ledger.append("look", {})
    ledger.path.unlink()
    ledger.path.mkdir()
    with pytest.raises(InputOutputError, match="nothing is done or shown"):
        ledger.append("look", {})


@pytest.mark.parametrize(("group", "mode"), [(None, 0o600), (os.getgid(), 0o640)])
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_only_the_owner_writes_it_whatever_the_umask(tmp_path, group, mode, umask):
    before = os.umask(umask)
    try:
        Ledger(tmp_path / "ledger.jsonl", Audience(group)).append("look", {})
    finally:
        os.umask(before)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {mode}


def test_what_was_written_before_a_full_disk_is_repaired(ledger, monkeypatch):
    ledger.append("look", {})
    write = os.write

    def half(descriptor, text):
        write(descriptor, text[: len(text) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("audit.ledger.ledger.os.write", half)
        with pytest.raises(InputOutputError, match="No space left"):
            ledger.append("look", {})
    ledger.append("look", {})

    assert read_chain(ledger.path.read_bytes()).faults == ()
