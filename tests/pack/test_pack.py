"""What an evidence pack holds: all that bears on what was asked, each line of it with the file, record and hash that it is from."""

import csv
import grp
import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from audit.cli.main import run_words
from audit.engine.duckdb import Limits
from audit.lock import hold
from audit.warehouse import open_warehouse
from audit.workspace import read_workspace
from tests.pack.small import EVENTS, contents, finding_of, ledger, made, table, typed

NOT_THE_SAME = "manifest.json"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- what is in it


def test_a_pack_of_a_finding_leads_from_the_finding_to_each_record_in_its_file(small, tmp_path):
    finding = finding_of(small)
    pack = made(small, tmp_path / "pack", finding)

    (row,) = table(pack, "findings")
    assert (row["finding_id"], row["user_id"], row["subject_id"], row["event_count"]) == (finding, "U1", "P1", 3)
    evidence = table(pack, "evidence")
    assert [access["access_id"] for access in evidence] == ["E1", "E2", "E3"]
    # By hand: the log's own lines, read by nothing of ours.
    lines = list(csv.DictReader(io.StringIO(EVENTS)))
    records = {(row["path"], row["record_no"]): row for row in table(pack, "records")}
    for access in evidence:
        assert access["sha256"] == sha256(small / access["path"])
        record = records[access["path"], access["record_no"]]
        assert record["state"] == "as it stands in the file"
        assert json.loads(record["fields"]) == lines[access["record_no"] - 1]


def test_what_to_read_first_is_plain_text(small, tmp_path):
    pack = made(small, tmp_path / "pack", finding_of(small))

    told = (pack / "README.txt").read_text(encoding="utf-8")
    assert told.startswith("EVIDENCE PACK\n")
    assert "&" not in told
    assert told.endswith("at hand\n")


def test_a_record_has_its_line_letter_for_letter_where_the_line_is_certain(small, tmp_path):
    pack = made(small, tmp_path / "pack", finding_of(small))
    # A record of this file goes over two lines, so that no line of it is certain.
    assert {row["line"] for row in table(pack, "records")} == {None}

    (small / "logs/more.csv").write_text(
        EVENTS.splitlines()[0] + '\nF1,2024-06-07 10:00:00,RMS,U1,WS-1,,view,person,P1,,"a, b",\n', encoding="utf-8"
    )
    assert typed(small, "run").code == 0
    again = made(small, tmp_path / "again", finding_of(small))

    assert {row["line"] for row in table(again, "records") if row["path"] == "logs/more.csv"} == {
        'F1,2024-06-07 10:00:00,RMS,U1,WS-1,,view,person,P1,,"a, b",'
    }


def test_of_each_format_of_the_sample_force_the_cited_records_are_found(force, tmp_path):
    folder = Path(shutil.copytree(force[0].folder, tmp_path / "force"))
    pack = made(folder, tmp_path / "pack", "--user", "U1042", "--subject", "P95303")

    records = table(pack, "records")
    assert {row["state"] for row in records} == {"as it stands in the file"}
    assert {Path(row["path"]).suffix for row in records} == {".txt", ".gz"}
    ids = {(row["path"], row["record_no"]): row["event_id"] for row in table(pack, "events")}
    for row in records:
        assert ids[row["path"], row["record_no"]] in json.loads(row["fields"]).values()
        # In the gzipped export a record goes over two lines, and no line of that file is certain.
        assert (row["line"] is None) is row["path"].endswith(".gz")
        assert row["line"] is None or ids[row["path"], row["record_no"]] in row["line"]


def test_it_is_fair_explained_accesses_reviews_and_what_the_rule_cannot_see_are_in_it(small, tmp_path):
    finding = finding_of(small)
    assert (
        typed(small, "review", finding, "--outcome", "advice", "--by", "Sgt Dale", "--note", "spoke to him").code == 0
    )
    of_user = made(small, tmp_path / "user", "--user", "U2")
    of_finding = made(small, tmp_path / "finding", finding)

    states = {
        row["access_id"]: (row["state"], row["explanation"], row["record_no"]) for row in table(of_user, "accesses")
    }
    assert states == {"E4": ("explained", "incident-assigned", 4), "E6": ("unexplained", None, 6)}
    assert "INC-1" in {row["reference"] for row in table(of_user, "context")}
    (review,) = table(of_finding, "reviews")
    assert (review["outcome"], review["by"], review["note"]) == ("advice", "Sgt Dale", "spoke to him")
    page = (of_finding / "report.html").read_text(encoding="utf-8")
    for told in (
        "Honest causes",
        "What the rule cannot see",
        "spoke to him",
        "no verdict",
        "no incident holds the subject",
    ):
        assert told in page


def test_an_access_that_is_explained_since_the_report_is_told(small, tmp_path):
    finding = finding_of(small)
    with (small / "context/incident_subject.csv").open("a", encoding="utf-8") as file:
        file.write("INC-1,P1,witness\n")
    with (small / "context/incident_staff.csv").open("a", encoding="utf-8") as file:
        file.write("INC-1,U1,officer,2024-06-01 09:00:00,\n")
    assert typed(small, "load").code == 0
    pack = made(small, tmp_path / "pack", finding)

    assert {row["explanation"] for row in table(pack, "evidence")} == {None}
    assert {row["explanation"] for row in table(pack, "accesses")} == {"incident-assigned"}
    assert "Explained otherwise since" in (pack / "report.html").read_text(encoding="utf-8")


def test_a_pack_of_a_subject_has_whoever_looked_and_one_of_both_only_what_is_of_both(small, tmp_path):
    of_subject = made(small, tmp_path / "subject", "--subject", "P1")
    of_both = made(small, tmp_path / "both", "--user", "U2", "--subject", "P1")

    assert [row["access_id"] for row in table(of_subject, "accesses")] == ["E1", "E2", "E3", "E6"]
    assert {row["subject_id"] for row in table(of_subject, "findings")} == {"P1"}
    assert [row["access_id"] for row in table(of_both, "accesses")] == ["E6"]
    assert {row["user_id"] for row in table(of_both, "findings")} == {"U2"}


def test_findings_that_no_longer_stand_are_in_it_with_why(small, tmp_path):
    with (small / "context/incident_subject.csv").open("a", encoding="utf-8") as file:
        file.write("INC-1,P1,witness\n")
    with (small / "context/incident_staff.csv").open("a", encoding="utf-8") as file:
        file.write("INC-1,U1,officer,2024-06-01 09:00:00,\n")
    assert typed(small, "run").code == 0
    pack = made(small, tmp_path / "pack", "--user", "U1")

    assert table(pack, "findings") == []
    assert "repeated-subject" in {row["detector"] for row in table(pack, "withdrawn")}
    assert "incident-assigned" in {row["why"] for row in table(pack, "withdrawn")}.pop()


def test_rules_definitions_the_runs_manifest_and_the_ledgers_entries_are_in_it_as_they_were(small, tmp_path):
    finding = finding_of(small)
    typed(small, "show", finding)
    pack = made(small, tmp_path / "pack", finding)
    (run,) = (pack / "runs").iterdir()
    manifest = json.loads(run.read_text())

    assert run.read_bytes() == (small / f"reports/run={run.stem}/manifest.json").read_bytes()
    hashes = {query["id"]: query["sha256"] for query in manifest["queries"]}
    assert sha256(pack / "queries/detector/repeated-subject.sql") == hashes["repeated-subject"]
    assert sha256(pack / "queries/explanation/incident-assigned.sql") == hashes["incident-assigned"]
    lines = (pack / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    assert set(lines) <= set((small / "ledger.jsonl").read_bytes().splitlines(keepends=True))
    # One of the loads, that of the log; the run; the look at this finding, and not the one at the list.
    assert [json.loads(line)["kind"] for line in lines] == ["load", "run", "published", "look"]
    for line in lines:
        body, seal = line.rstrip(b"\n").rsplit(b',"hash":"', 1)
        assert hashlib.sha256(body + b"}").hexdigest() == seal.decode()[:64]


def test_what_is_hostile_in_a_log_is_inert_in_page_and_spreadsheet(small, tmp_path):
    pack = made(small, tmp_path / "pack", finding_of(small))
    page = (pack / "report.html").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO((pack / "evidence.csv").read_text(encoding="utf-8-sig"))))

    assert "<b>" not in page
    assert "&lt;b&gt;line&lt;U+000A&gt;break" in page
    assert "<script" not in page
    assert [row["reason"] for row in rows] == ["'=curious", "<b>line\nbreak</b>", ""]
    assert [row["reason"] for row in table(pack, "evidence")] == ["=curious", "<b>line\nbreak</b>", None]
    assert rows[0]["occurred_at (UTC)"] == "2024-06-03 10:00:00Z"
    assert rows[0]["occurred_at (local)"] == "2024-06-03 11:00:00 BST"


# --- what it rests on


def test_the_same_asked_of_the_same_state_gives_the_same_bytes_but_for_the_manifest(small, tmp_path):
    for words in (["--user", "U1"], ["--user", "U1", "--redact"]):
        first, second = (contents(made(small, tmp_path / f"{len(words)}{name}", *words)) for name in "ab")
        assert [name for name in first if first[name] != second[name]] == [NOT_THE_SAME]
        assert first.keys() == second.keys()


def test_a_file_that_is_gone_or_another_one_is_said_and_nothing_is_guessed(small, tmp_path):
    log, finding = small / "logs/2024.csv", finding_of(small)
    log.write_text(EVENTS.replace("E1,", "E9,"), encoding="utf-8")
    changed = typed(small, "pack", finding, "--out", tmp_path / "changed")
    log.unlink()
    gone = made(small, tmp_path / "gone", finding)

    assert changed.code == 0
    assert "0 records as they stand" in changed.out
    assert "3 records of logs/2024.csv: not had: the file is another one now" in changed.err
    for pack, told in ((tmp_path / "changed", "another one now"), (gone, "not there any more")):
        rows = table(pack, "records")
        assert [(told in row["state"], row["fields"], row["line"]) for row in rows] == [(True, None, None)] * 3
        assert told in (pack / "report.html").read_text(encoding="utf-8")
        assert told in json.loads((pack / "manifest.json").read_text())["missing"][0]
        # What was loaded of them is still there.
        assert [row["event_id"] for row in table(pack, "events")] == ["E1", "E2", "E3"]


def test_while_a_batch_writes_there_is_no_pack_unless_the_report_alone_will_do(small, tmp_path):
    workspace, finding = read_workspace(small), finding_of(small)
    writer = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(workspace.database)!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout.readline() == "1\n"
        refused = typed(small, "pack", finding, "--out", tmp_path / "pack")
        alone = typed(small, "pack", finding, "--out", tmp_path / "alone", "--report-only")
    finally:
        writer.communicate("\n")

    assert refused.code == 4
    assert "--report-only" in refused.err
    assert not (tmp_path / "pack").exists()
    assert alone.code == 0
    assert "1 finding, 3 cited accesses, 3 records as they stand" in alone.out
    assert "The database was not asked" in (tmp_path / "alone/report.html").read_text(encoding="utf-8")
    assert len(table(tmp_path / "alone", "records")) == 3
    assert table(tmp_path / "alone", "accesses") == []


def test_without_a_database_the_report_alone_still_makes_one(small, tmp_path):
    finding = finding_of(small)
    (small / "audit.duckdb").unlink()

    assert typed(small, "pack", finding, "--out", tmp_path / "pack").code == 6
    assert len(table(made(small, tmp_path / "alone", finding, "--report-only"), "evidence")) == 3


def test_findings_are_of_what_stands_after_a_run_of_some_detectors_alone(small, tmp_path):
    before = {row["finding_id"] for row in table(made(small, tmp_path / "before", "--user", "U1"), "findings")}
    assert typed(small, "run", "--detector", "unexplained-access").code == 0
    now = table(made(small, tmp_path / "now", "--user", "U1"), "findings")
    of_run = table(
        made(small, tmp_path / "run", "--user", "U1", "--run", max((small / "reports").iterdir()).name[4:]), "findings"
    )

    assert {row["finding_id"] for row in now} == before
    assert len({row["run_id"] for row in now}) == 2
    assert {row["detector"] for row in of_run} == {"unexplained-access"}


# --- what is refused, and said


def test_ids_that_nobody_has_are_told(small, tmp_path):
    for words, told in (
        (["--user", "u1"], 'did you mean "U1"?'),
        (["--subject", "P9"], 'subject "P9": there is no such subject'),
        (["Fffff"], 'finding "Fffff"'),
        (["U1"], '"U1" is a user, not a finding'),
        (["--user", "U7", "--report-only"], "no finding of the report names it"),
    ):
        outcome = typed(small, "pack", *words, "--out", tmp_path / "pack")
        assert (outcome.code, told in outcome.err) == (2, True), outcome.err
    assert not (tmp_path / "pack").exists()


def test_something_must_be_named_and_not_two_things(small, tmp_path):
    assert typed(small, "pack", "--out", tmp_path / "pack").code == 2
    assert typed(small, "pack", "F1", "--user", "U1", "--out", tmp_path / "pack").code == 2


def test_what_is_there_is_never_replaced(small, tmp_path):
    full, file, link = tmp_path / "full", tmp_path / "file", tmp_path / "link"
    full.mkdir()
    (full / "mine").write_text("x")
    file.write_text("x")
    link.symlink_to(tmp_path / "nowhere")
    (run,) = (small / "reports").iterdir()
    for out in (full, file, link, run / "pack", run):
        outcome = typed(small, "pack", "--user", "U1", "--out", out)
        assert (outcome.code, str(out) in outcome.err) == (2, True)
    assert [path.name for path in full.iterdir()] == ["mine"]
    assert typed(small, "pack", "--user", "U1", "--out", tmp_path / "no/such").code == 6
    assert ledger(small, "pack") == []

    (tmp_path / "empty").mkdir()
    assert (made(small, tmp_path / "empty", "--user", "U1") / "manifest.json").is_file()


def test_a_report_that_was_changed_gives_no_pack(small, tmp_path):
    (run,) = (small / "reports").iterdir()
    with (run / "evidence.parquet").open("ab") as file:
        file.write(b"x")

    assert typed(small, "pack", "--user", "U1", "--out", tmp_path / "pack").code == 8
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_pack_is_for_its_owner_alone(small, tmp_path, umask):
    words = ["-w", str(small), "pack", "--user", "U1", "--redact", "--out", str(tmp_path / "pack")]
    subprocess.run([sys.executable, "-m", "audit", *words], capture_output=True, check=True, umask=umask)
    made_paths = [tmp_path / "pack", *(tmp_path / "pack").rglob("*"), small / "pack.key"]

    assert {stat.S_IMODE(path.stat().st_mode) for path in made_paths if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made_paths if path.is_dir()} == {0o700}


def test_a_group_that_is_named_may_read_a_pack(small, tmp_path):
    number = next((group for group in os.getgroups() if group != os.getgid()), os.getgid())
    config = small / "audit.toml"
    config.write_text(
        config.read_text().replace('name = "Tiny"', f'name = "Tiny"\ngroup = "{grp.getgrgid(number).gr_name}"')
    )
    pack = made(small, tmp_path / "pack", "--user", "U1", "--report-only")
    paths = [pack, *pack.rglob("*")]

    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o640}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o750}
    assert {path.stat().st_gid for path in paths} == {number}


def test_who_made_which_pack_stands_on_the_ledger_with_its_manifests_hash(small, tmp_path):
    finding = finding_of(small)
    outcome = typed(small, "pack", finding, "--by", "DCI Hale", "--out", tmp_path / "pack", "--format", "json")
    (entry,) = ledger(small, "pack")

    assert (
        entry["about"]["manifest_sha256"] == sha256(tmp_path / "pack/manifest.json") == outcome.json["manifest_sha256"]
    )
    assert entry["about"]["asked"] == {"finding": finding}
    assert (entry["about"]["ids"], entry["about"]["by"], entry["about"]["redacted"]) == ([finding], "DCI Hale", False)
    assert (entry["hash"], entry["prev"]) == (
        outcome.json["ledger_head"],
        json.loads((tmp_path / "pack/manifest.json").read_text())["ledger_head"],
    )


def test_a_pack_that_cannot_be_recorded_does_not_appear(small, tmp_path):
    (small / "ledger.jsonl").rename(small / "kept")
    (small / "ledger.jsonl").mkdir()

    assert typed(small, "pack", "--user", "U1", "--out", tmp_path / "pack").code == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small"]


def test_a_ledger_that_somebody_changed_is_told(small, tmp_path):
    path = small / "ledger.jsonl"
    path.write_text(path.read_text().replace('"source":"event"', '"source":"other"'))

    for words in ([], ["--redact"]):
        pack = made(small, tmp_path / f"pack{len(words)}", "--user", "U1", *words)
        assert "The ledger is not as it was written" in (pack / "report.html").read_text(encoding="utf-8")


def test_a_user_on_whom_there_is_nothing_gives_a_pack_that_says_so(small, tmp_path):
    (small / "logs/more.csv").write_text(
        EVENTS.splitlines()[0] + "\nG1,2024-06-07 10:00:00,RMS,U9,,machine,view,person,P1,,,\n", encoding="utf-8"
    )
    assert typed(small, "run").code == 0
    pack = made(small, tmp_path / "pack", "--user", "U9")

    assert (table(pack, "findings"), table(pack, "accesses"), table(pack, "records")) == ([], [], [])
    assert "There is none in the report." in (pack / "report.html").read_text(encoding="utf-8")


def test_a_pack_is_made_while_another_run_holds_the_workspace_and_reads_nothing(small, tmp_path):
    with hold(read_workspace(small)):
        made(small, tmp_path / "pack", "--user", "U1")
    with closing(open_warehouse(small / "audit.duckdb", Limits())):
        pass
    assert run_words(["verify", str(tmp_path / "pack")]) == 0
    assert not [path for path in small.iterdir() if "scratch" in path.name]
