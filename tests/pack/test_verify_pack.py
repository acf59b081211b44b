"""A pack proves itself: no byte of it can be changed unnoticed, by anybody, with the program or without."""

import hashlib
import json
import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.cli.main import run_words
from audit.files import Audience
from audit.pack.files import Content
from audit.pack.write import write_pack
from audit.packed import PackManifest, pack_manifest_to_json
from audit.report.manifest import sealed
from audit.verify.packs import check_pack
from tests.pack.small import contents, ledger, made, typed


@pytest.fixture(scope="module")
def packed(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A workspace and a pack of it. Read only."""
    place = tmp_path_factory.mktemp("verify")
    folder = Path(shutil.copytree(small_folder, place / "small"))
    return folder, made(folder, place / "pack", "--user", "U1")


@pytest.fixture
def pack(packed: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(packed[1], tmp_path / "carried"))


def flips(content: bytes, places: list[int]):
    for place in places:
        yield place, content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_byte_that_is_flipped_in_any_file_is_found(pack):
    assert check_pack(pack) == []
    chosen = random.Random(7)
    for name, content in contents(pack).items():
        path = pack / name
        places = sorted({0, len(content) - 1, *chosen.choices(range(len(content)), k=3)})
        for place, flipped in flips(content, places):
            path.write_bytes(flipped)
            assert [remark for remark in check_pack(pack) if remark.differs and name in remark.text], (name, place)
        path.write_bytes(content)
    assert check_pack(pack) == []


def test_each_byte_of_a_small_pack_that_is_flipped_is_found(tmp_path):
    files = {
        "report.html": Content(b"<p>for review</p>"),
        "queries/a.sql": Content(b"SELECT 1"),
        "SHA256SUMS": Content(b"x  y\n"),
    }
    manifest = PackManifest(
        datetime(2024, 6, 1, tzinfo=UTC), "root", None, {"user": "U1"}, False, "Tiny", "UTC", "security", {"r1": "0"}, {}, "0" * 64,
        0, (), tuple(file.entry(name) for name, file in files.items()),
    )  # fmt: skip
    told: list[str] = []
    sha256 = write_pack(tmp_path / "pack", Audience(), files, pack_manifest_to_json(manifest), told.append)
    assert (check_pack(tmp_path / "pack"), told) == ([], [sha256])
    for name, content in contents(tmp_path / "pack").items():
        for place, flipped in flips(content, list(range(len(content)))):
            (tmp_path / "pack" / name).write_bytes(flipped)
            assert [name in remark.text for remark in check_pack(tmp_path / "pack")] == [True], (name, place)
        (tmp_path / "pack" / name).write_bytes(content)


def test_a_file_that_is_missing_added_or_a_link_is_named(packed, pack):
    (pack / "evidence.csv").unlink()
    (pack / "queries/more").mkdir()
    (pack / "queries/more/x.sql").write_text("SELECT 1")
    (pack / "files.csv").rename(pack.parent / "elsewhere")
    (pack / "files.csv").symlink_to(pack.parent / "elsewhere")
    outcome = typed(packed[0], "verify", pack, "--format", "json")

    assert outcome.code == 8
    assert {row["text"] for row in outcome.json["differences"]} == {
        "evidence.csv: is missing", "queries/more/x.sql: is not of the pack", "files.csv: is not as it was written",
    }  # fmt: skip


def test_a_pack_whose_manifest_is_gone_or_damaged_is_told_as_such(packed, pack):
    for change in (lambda path: path.write_text("{}"), lambda path: path.unlink()):
        change(pack / "manifest.json")
        outcome = typed(packed[0], "verify", pack)
        assert (outcome.code, "manifest.json" in outcome.out) == (8, True)


def test_without_the_program_sha256sum_checks_it(packed, pack):
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=pack, capture_output=True, text=True, check=False)
    assert checked.returncode == 0
    assert len(checked.stdout.splitlines()) == len(contents(pack)) - 2
    (entry,) = ledger(packed[0], "pack")
    assert hashlib.sha256((pack / "manifest.json").read_bytes()).hexdigest() == entry["about"]["manifest_sha256"]

    with (pack / "evidence.csv").open("ab") as file:
        file.write(b"x")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=pack, capture_output=True, check=False).returncode == 1


def test_a_carried_pack_is_checked_by_itself_and_held_to_the_ledger_where_that_is_named(packed, pack, capsys):
    assert run_words(["verify", str(pack), "--format", "json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    held = typed(packed[0], "verify", pack, "--format", "json")

    assert (alone["checked"], alone["differences"]) == ({"packs": 1}, [])
    assert "compare the SHA-256 of manifest.json" in alone["notes"][0]["text"]
    assert (held.code, held.json["checked"]["packs"], held.json["notes"]) == (0, 1, [])
    assert run_words(["verify", str(pack), "--head", "0" * 64]) == 2


def test_one_that_was_changed_and_made_to_fit_is_found_by_the_ledger(packed, pack):
    page = pack / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("unexplained", "explained"), encoding="utf-8")
    path = pack / "manifest.json"
    content = json.loads(path.read_text())
    for file in content["files"]:
        file["sha256"] = hashlib.sha256((pack / file["name"]).read_bytes()).hexdigest()
    del content["self_sha256"]
    path.write_text(sealed(content))

    assert check_pack(pack) == []
    outcome = typed(packed[0], "verify", pack)
    assert outcome.code == 8
    assert "no pack on this ledger is this one" in outcome.out


def test_a_ledger_from_which_entries_before_the_pack_were_taken_is_found(packed, pack, tmp_path):
    folder = Path(shutil.copytree(packed[0], tmp_path / "small"))
    lines = (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "ledger.jsonl").write_bytes(b"".join(lines[:-2] + lines[-1:]))

    assert typed(folder, "verify", pack).code == 8


def test_packs_are_no_fault_to_a_workspace(packed):
    assert typed(packed[0], "verify").code == 0
