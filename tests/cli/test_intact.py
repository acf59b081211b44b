"""What is read of a report is first held to its manifest: changed findings are never shown as if a run had made them."""

import json
import shutil

import pyarrow.parquet as pq
import pytest

from audit.report.read import latest


@pytest.fixture
def kept(ran_folder, tmp_path):
    return shutil.copytree(ran_folder, tmp_path / "kept")


def change(folder, name):
    path = latest(folder / "reports").folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def first_finding(folder):
    return pq.read_table(latest(folder / "reports").folder / "findings.parquet")["finding_id"][0].as_py()


@pytest.mark.parametrize("words", [["findings"], ["findings", "--budget", "2"], ["show"], ["review"]])
def test_findings_that_were_changed_are_not_shown_nor_reviewed(kept, typed, words):
    named = {"show": [first_finding(kept)], "review": [first_finding(kept), "--outcome", "explained", "--by", "A"]}
    path = change(kept, "findings.parquet")

    outcome = typed("-w", kept, *words, *named.get(words[0], []))

    assert outcome.code == 8
    assert outcome.out == ""
    assert f"{path}: is not the file that the manifest names" in outcome.err
    assert "audit verify" in outcome.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("evidence.parquet", ["show"]),
        ("control.parquet", ["findings", "--budget", "2"]),
        ("manifest.json", ["findings"]),
    ],
)
def test_each_file_that_a_command_reads_is_held_to_the_manifest(kept, typed, name, words):
    ids = [first_finding(kept)] if words == ["show"] else []
    path = latest(kept / "reports").folder / name
    if name == "manifest.json":
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps(manifest | {"purpose": "security"}))
    else:
        change(kept, name)

    outcome = typed("-w", kept, *words, *ids)

    assert outcome.code == 8
    assert name in outcome.err


def test_a_file_that_a_command_does_not_read_does_not_stop_it(kept, typed):
    change(kept, "evidence.parquet")

    assert typed("-w", kept, "findings").code == 0


def test_status_tells_of_changed_findings_and_still_what_is_loaded(kept, typed):
    change(kept, "findings.parquet")

    outcome = typed("-w", kept, "status")
    told = typed("-w", kept, "status", "--format", "json")

    assert outcome.code == told.code == 8
    assert "findings.parquet: is not the file that the manifest names" in outcome.err
    assert "Findings for review: not known, for the file was changed" in outcome.out
    assert told.json["last_run"]["findings"] is None
    assert told.json["inputs"][0]["files"] == 1
