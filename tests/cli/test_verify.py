"""What differs is found and named, what a killed run left is no fault, and the exit code tells them apart."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import duckdb
import pytest

from audit.cli.main import run_words
from audit.ledger import Ledger
from audit.report.read import latest
from tests.cli.tiny import make_tiny


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """A tiny workspace that was run twice, with a look at it between."""
    folder = make_tiny(tmp_path_factory.mktemp("verify") / "tiny")
    for words in (["run"], ["findings"], ["run"]):
        assert run_words(["-w", str(folder), *words]) == 0
    return folder


@pytest.fixture
def kept(twice, tmp_path):
    shutil.copytree(twice, tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def verified(kept, typed):
    """Verify the copy and return the exit code and what differs."""

    def verify_it(*words):
        outcome = typed("-w", kept, "verify", *words, "--format", "json")
        return outcome.code, [(row["part"], row["name"], row["text"]) for row in outcome.json["differences"]]

    return verify_it


def newest(kept):
    return latest(kept / "reports").folder


def test_all_is_as_it_was_written(kept, typed, verified):
    outcome = typed("-w", kept, "verify")

    assert verified() == (0, [])
    assert outcome.code == 0
    assert re.search(r"2 reports, \d+ texts of queries and sources, 4 loads, 4 input files", outcome.out)
    assert "All is as it was written." in outcome.out


def test_a_run_prints_the_head_that_verify_finds(tiny, in_tiny):
    outcome = in_tiny("--log-format", "json", "run", "--format", "json")
    closing = json.loads(outcome.err.splitlines()[-1])
    head = outcome.json["ledger_head"]

    assert (closing["ledger_head"], closing["run_id"], closing["step"]) == (head, outcome.json["run_id"], "run")
    assert head == Ledger(tiny / "ledger.jsonl").read().head
    with_head = in_tiny("verify", "--head", head)
    assert with_head.code == 0
    assert with_head.out.endswith("All is as it was written.\n")
    assert "A tail cut off the ledger would not show: to notice one, give --head" in in_tiny("verify").out


def test_a_tail_that_was_cut_off_is_found_by_the_head_alone(kept, typed, verified):
    typed("-w", kept, "findings")
    head = Ledger(kept / "ledger.jsonl").read().head
    lines = (kept / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (kept / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))

    assert verified() == (0, [])
    code, differences = verified("--head", head)
    assert code == 8
    assert "tail was cut off" in differences[0][2]


def test_the_runs_and_loads_of_a_tail_that_was_cut_off_are_missed(kept, verified):
    lines = (kept / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (kept / "ledger.jsonl").write_bytes(b"".join(lines[:2]))

    code, differences = verified()

    assert code == 8
    assert {part for part, _, _ in differences} == {"report"}


@pytest.mark.parametrize("name", ["findings.parquet", "report.html", "manifest.json"])
def test_a_file_of_a_report_that_was_changed_or_removed_is_named(kept, verified, name):
    path = newest(kept) / name
    path.write_bytes(path.read_bytes() + b" ")
    assert any(name in text for _, _, text in verified()[1])
    path.unlink()
    code, differences = verified()
    assert code == 8
    assert any(name in text for _, _, text in differences)


def test_a_file_that_was_added_to_a_report_is_named(kept, verified):
    (newest(kept) / "more.txt").write_text("x")

    assert verified() == (8, [("report", newest(kept).name, "more.txt: is not of the report")])


def test_a_manifest_that_was_made_to_fit_is_not_the_one_on_the_ledger(kept, verified):
    path = newest(kept) / "manifest.json"
    content = json.loads(path.read_text())
    del content["self_sha256"]
    content["purpose"] = "lawfulness"
    text = json.dumps(content, sort_keys=True, indent=2) + "\n"
    content["self_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(content, sort_keys=True, indent=2) + "\n")

    assert verified() == (8, [("report", newest(kept).name, "manifest.json: is not the one that the ledger names")])


def test_a_report_that_was_removed_or_brought_in_is_named(kept, verified):
    folder = newest(kept)
    shutil.copytree(folder, kept / "reports" / "run=20990101T000000.000000Z-abcdef")
    assert any("no run on the ledger" in text for _, _, text in verified()[1])
    shutil.rmtree(kept / "reports" / "run=20990101T000000.000000Z-abcdef")
    shutil.rmtree(folder)
    assert verified() == (8, [("report", folder.name, "was published, and is gone")])


def test_an_input_that_changed_is_told_from_one_that_is_gone(kept, typed, verified):
    (kept / "context/incident.csv").unlink()
    assert verified() == (0, [])
    assert "is not there any more" in typed("-w", kept, "verify").out
    with (kept / "logs/2024.csv").open("a") as file:
        file.write("E9,2024-06-05 10:00:00,RMS,U1,,view,person,P1,,\n")
    code, differences = verified()
    assert code == 8
    assert [row[:2] for row in differences] == [("input", "logs/2024.csv")]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE load_log SET records = 8 WHERE load_id = 1", "is not as the ledger has it: records"),
        ("DELETE FROM load_log WHERE load_id = 2", "stands on the ledger and not in the database"),
    ],
)
def test_a_load_log_that_was_changed_is_named(kept, verified, sql, told):
    with duckdb.connect(str(kept / "audit.duckdb")) as connection:
        connection.execute(sql)

    code, differences = verified()

    assert code == 8
    assert told in differences[0][2]


def test_a_database_made_anew_is_said_by_the_next_run_and_noted_from_then_on(kept, typed, verified):
    (kept / "audit.duckdb").unlink()
    assert verified()[0] == 8

    assert "lacks 4 loads that the ledger names" in typed("-w", kept, "run").err

    assert verified() == (0, [])


KILLED = """
import os, sys
from audit.cli.main import run_words
import audit.publish, audit.run
{patch}
run_words(["-w", sys.argv[1], "run"])
"""
MOMENTS = {
    "before the load is recorded": "audit.run.record_loads = lambda *_: os._exit(9)",
    "before the run is recorded": "audit.publish.record_run = lambda *_: os._exit(9)",
    "between the record and the report": (
        "done = audit.publish.record_run\naudit.publish.record_run = lambda *words: (done(*words), os._exit(9))"
    ),
    "between the report and its record": "audit.publish.record_published = lambda *_: os._exit(9)",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_killed_run_left_is_no_fault_and_the_next_run_goes_on(kept, typed, verified, moment):
    (kept / "logs/more.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\nM1,2024-06-06 10:00:00,RMS,U1,view,person,P1\n"
    )
    ended = subprocess.run([sys.executable, "-c", KILLED.format(patch=MOMENTS[moment]), str(kept)], capture_output=True)

    assert ended.returncode == 9
    assert verified() == (0, [])
    assert typed("-w", kept, "run").code == 0
    assert verified() == (0, [])
    loads = Ledger(kept / "ledger.jsonl").read().of_kind("load")
    assert [entry.about["load_id"] for entry in loads] == [1, 2, 3, 4, 5]


def test_a_report_is_verified_wherever_it_was_carried(kept, tmp_path, typed):
    shutil.copytree(newest(kept), tmp_path / "exhibit-7")
    shutil.copytree(kept / "reports", tmp_path / "all")
    alone = typed("verify", tmp_path / "exhibit-7")

    assert alone.code == 0
    assert "no ledger is here" in alone.out
    assert typed("verify", tmp_path / "all").code == 0
    assert typed("verify", newest(kept), "--format", "json").json["checked"].keys() == {"entries", "reports"}
    (tmp_path / "exhibit-7/users.parquet").write_bytes(b"")
    assert typed("verify", tmp_path / "exhibit-7").code == 8


def test_what_is_no_report_and_no_workspace_is_a_wrong_word(tmp_path, typed):
    (tmp_path / "empty").mkdir()

    assert typed("verify", tmp_path / "empty").code == 2
    assert typed("verify", tmp_path / "nothing").code == 6


# --- looks


def test_every_look_stands_on_the_ledger(kept, typed):
    finding = typed("-w", kept, "findings", "--user", "U1", "--format", "json").json[0]["finding_id"]
    typed("-w", kept, "show", finding[:8])
    typed("-w", kept, "explain", "E5")
    typed("-w", kept, "timeline", "--subject", "P2", "--since", "2024-06-01")

    looks = [entry.about for entry in Ledger(kept / "ledger.jsonl").read().of_kind("look")][-4:]
    assert [look["command"] for look in looks] == ["findings", "show", "explain", "timeline"]
    assert looks[0]["asked"] == {"user_id": "U1"}
    assert finding in looks[0]["ids"]
    assert (looks[1]["ids"], looks[1]["asked"]["user_id"]) == ([finding], "U1")
    assert (looks[2]["ids"], looks[2]["asked"]["subject_id"]) == (["E5"], ["P2"])
    assert (looks[3]["ids"], looks[3]["asked"]["subject_id"]) == (["E4"], "P2")
    assert looks[3]["asked"]["since"] == "2024-06-01"


@pytest.mark.parametrize(
    "words",
    [
        ["findings"],
        ["findings", "--format", "csv"],
        ["show", "F"],
        ["explain", "E5"],
        ["timeline", "--user", "U1"],
        ["sample"],
    ],
)
def test_nothing_is_shown_that_cannot_be_recorded(kept, typed, words):
    if words[0] == "show":
        words = ["show", typed("-w", kept, "findings", "--format", "json").json[0]["finding_id"]]
    (kept / "ledger.jsonl").rename(kept / "aside")
    (kept / "ledger.jsonl").symlink_to(os.devnull)

    outcome = typed("-w", kept, *words)

    assert (outcome.code, outcome.out) == (6, "")
    assert "recorded first, so nothing is done or shown" in outcome.err


def test_a_kept_text_that_was_changed_is_named_with_the_reports_that_need_it(kept, verified):
    text = max((kept / "versions").glob("*.json"), key=lambda path: path.stat().st_size)
    text.write_text(text.read_text().replace("SELECT", "SELECT ", 1))

    code, differing = verified()

    assert code == 8
    assert ("text", f"versions/{text.name}", "is not as it was written") in differing
    assert len([row for row in differing if row[0] == "report" and "the report cannot be made again" in row[2]]) == 2


def test_texts_that_are_gone_are_missed_by_each_report(kept, verified):
    shutil.rmtree(kept / "versions")

    code, differing = verified()

    assert code == 8
    assert [part for part, _, _ in differing] == ["report", "report"]
    assert all("other queries is not in versions/" in text for _, _, text in differing)
