"""What goes wrong is said in a line that helps, with its exit code; nothing else is lost, and no content is told."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from audit.load import job
from audit.load.inputs import find_files
from tests.cli.tiny import EVENTS, GATE, add_source


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fndings"], "No such command 'fndings'; did you mean \"findings\"? (see: audit --help)"),
        (["xyzzy"], "No such command 'xyzzy'; see: audit --help"),
        (["sources", "lst"], "No such command 'lst'"),
        (["run", "--engine", "sparc"], "'sparc' is not one of 'duckdb', 'spark'"),
        (["run", "--fail-on", "hihg"], "'hihg' is not one of"),
        (["findings", "--limit", "-1"], "-1"),
        (["sources", "show", "evnt"], 'there is no source "evnt"; did you mean "event"?'),
        (["sources", "check", "nothing-like-it"], "is neither a source nor a file"),
        (["detectors", "show", "repeated-subjekt"], 'did you mean "repeated-subject"?'),
        (["detectors", "test", "nothing"], '"nothing" is no query here'),
        (["show"], "Missing argument 'FINDING'"),
        (
            ["run", "--detector", "repeated-subjekt"],
            "--detector repeated-subjekt: there is no such detector; did you mean",
        ),
        (["run", "--detector", "nosuch"], "there is no such detector; see: audit detectors list"),
        (["run", "-w", "elsewhere"], "-w goes before the command: audit -w DIR run"),
        (
            ["sources", "list", "--workspace", "x"],
            "--workspace goes before the command: audit --workspace DIR sources list",
        ),
        (["review", "F1"], "Missing option '--outcome'. Choose from: explained, false-alarm, advice"),
        (["verify", "--head", "xyz"], '--head "xyz": is no head of a ledger; give the 64 digits'),
    ],
)
def test_wrong_words_exit_with_2(in_tiny, words, told):
    outcome = in_tiny(*words)

    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.startswith("audit: error: ")
    assert len(outcome.err.splitlines()) == 1


def test_ids_that_are_not_there_exit_with_2(ran):
    for words in (["show", "zzz"], ["explain", "zzz"], ["findings", "--detector", "zzz"]):
        outcome = ran(*words)
        assert outcome.code == 2
        assert "zzz" in outcome.err


def test_an_id_of_another_kind_is_told_the_command_that_takes_it(ran):
    finding = ran("findings", "--format", "json").json[0]["finding_id"]

    for words, told in (
        (["show", "U1"], '"U1" is a user, not a finding: audit findings --user U1, or audit timeline --user U1'),
        (["review", "U1", "--outcome", "advice", "--by", "A"], '"U1" is a user, not a finding'),
        (["show", "P1"], '"P1" is a subject, not a finding: audit findings --subject P1'),
        (["show", "E5"], '"E5" is an event, not a finding: audit explain E5'),
        (["explain", "U1"], '"U1" is a user, not an event: audit findings --user U1'),
        (["explain", finding[:8]], f'"{finding[:8]}" is a finding, not an event: audit show {finding[:8]}'),
    ):
        outcome = ran(*words)
        assert (outcome.code, outcome.out) == (2, "")
        assert told in outcome.err


@pytest.mark.parametrize("more", [(), ("--source", "event")])
def test_a_file_to_load_that_is_not_there_is_named_and_stops_only_itself(in_tiny, tiny, more):
    (tiny / "logs/new.csv").write_text("event_id,occurred_at,system,action\nN1,2024-06-07 10:00:00,RMS,view\n")

    outcome = in_tiny("load", tiny / "logs/new.csv", "no/missing.csv", *more)

    assert outcome.code == 6
    assert "no/missing.csv: no such file" in outcome.err
    assert "1 file loaded, 1 file not usable" in outcome.out


@pytest.mark.parametrize(
    ("path", "told"), [("/dev/null", "is a device or pipe"), (".", "is a folder"), ("gone.csv", "no such file")]
)
def test_what_cannot_be_drafted_from_is_called_what_it_is(typed, path, told):
    outcome = typed("sources", "draft", path)

    assert outcome.code == 6
    assert f"{path}: {told}" in outcome.err


def test_a_folder_is_no_file_to_load(in_tiny, tiny):
    outcome = in_tiny("load", tiny / "logs")

    assert outcome.code == 6
    assert "is a folder; name the files in it" in outcome.err


def test_nothing_typed_shows_the_help(typed):
    outcome = typed()

    assert outcome.code == 2
    assert "Commands:" in outcome.err


def test_a_closed_stdout_exits_with_6_before_anything_is_done(tiny):
    words = [sys.executable, "-m", "audit", "-w", str(tiny), "run"]
    done = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *words], capture_output=True, text=True, check=False)

    assert (done.returncode, "stdout is closed" in done.stderr) == (6, True)
    assert not (tiny / "audit.duckdb").exists()


@pytest.mark.parametrize("command", [["run"], ["load"], ["status"], ["findings"], ["quarantine"]])
def test_an_empty_folder_is_no_workspace_and_the_way_to_one_is_told(typed, command):
    outcome = typed(*command)

    assert outcome.code == 5
    assert "audit.toml: no such file. Name the workspace with -w DIR or $AUDIT_WORKSPACE" in outcome.err
    assert "audit init" in outcome.err
    assert list(Path().iterdir()) == []


def test_a_workspace_that_is_named_must_be_there(typed):
    assert typed("-w", "nowhere", "detectors", "list").code == 5


def test_before_the_first_run_the_way_to_a_report_is_told(in_tiny):
    outcome = in_tiny("findings")

    assert outcome.code == 6
    assert "make one with: audit run" in outcome.err


def test_a_missing_file_exits_with_6_and_the_others_load(in_tiny, tiny):
    (tiny / "context/incident_staff.csv").unlink()

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert "context/incident_staff.csv: no such file" in outcome.err
    assert "3 files loaded, 1 file not usable" in outcome.out
    assert "Report: " in outcome.out


def test_a_file_named_that_is_not_there_exits_with_6(in_tiny):
    outcome = in_tiny("load", "gone.csv", "--source", "event")

    assert outcome.code == 6
    assert "gone.csv: no such file" in outcome.err


def test_a_file_that_no_input_matches_needs_its_source(in_tiny, tmp_path):
    (tmp_path / "x.csv").write_text(EVENTS)

    outcome = in_tiny("load", tmp_path / "x.csv")

    assert outcome.code == 2
    assert "say what it is with --source NAME" in outcome.err


def test_a_wrong_column_name_stops_that_file_alone(in_tiny, tiny):
    add_source(tiny, GATE.replace('"who"', '"hwo"'))

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert f'{tiny}/gate/a.csv (source gate): column "hwo" is absent; did you mean "who"?' in outcome.err
    assert "4 files loaded, 1 file not usable" in outcome.out


def test_a_wrong_canonical_column_is_told_with_its_file(in_tiny, tiny):
    definition = add_source(tiny, GATE.replace("occurred_at", "ocurred_at"))

    outcome = in_tiny("sources", "list")

    assert outcome.code == 5
    assert f'{definition}: [columns] "ocurred_at" is not a column of event; did you mean "occurred_at"?' in outcome.err
    assert "audit: error: " in outcome.err.splitlines()[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[parameters.repeated-subject]\nmin_dyas = 4\n",
            'min_dyas" is no parameter of repeated-subject; did you mean "min_days"?',
        ),
        ("[parameters.repeated-subjct]\nmin_days = 4\n", "[parameters.repeated-subjct] is no query"),
        ("[workspase]\n", '[workspase] is not known; did you mean "workspace"?'),
        ("[[input]]\nsource = 'evnt'\npath = 'x*'\n", 'there is no source "evnt"'),
        ("[[input]]\nsource = 'event'\nfiles = 'x*'\n", '"files" is not known; did you mean "path"?'),
        ("[[input]]\nsource = 'event'\n", 'path is missing; an input is: source = "event" and, below it, path ='),
    ],
)
def test_a_wrong_key_of_audit_toml_exits_with_5(in_tiny, tiny, text, told):
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + "\n" + text)

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert told in outcome.err


def test_an_input_in_single_brackets_is_told_of_the_two(in_tiny, tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text().split("[[input]]")[0] + '[input]\nsource = "event"\npath = "logs/*.csv"\n')

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert "[input] is written with two brackets, [[input]]" in outcome.err


def test_a_query_that_is_no_select_stops_the_run_before_anything_is_loaded(in_tiny, tiny):
    own = tiny / "queries" / "views"
    own.mkdir(parents=True)
    (own / "mine.sql").write_text(
        '-- id = "mine"\n-- title = "Mine"\n-- description = "x"\n-- reads = []\nCOPY x TO y\n'
    )
    config = tiny / "audit.toml"
    config.write_text(
        config.read_text().replace('sources = ["sources"]', 'sources = ["sources"]\nqueries = ["queries"]')
    )

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert "mine.sql" in outcome.err
    assert not (tiny / "audit.duckdb").exists()


def test_a_cut_off_csv_loads_what_is_whole_and_exits_with_3(in_tiny, tiny):
    (tiny / "logs/2024.csv").write_text(EVENTS[: EVENTS.rindex(",RMS,,,view")])

    outcome = in_tiny("run")

    assert outcome.code == 3
    assert "10 records: 9 loaded, 0 duplicates, 0 quarantined, 1 rejected." in outcome.out


def test_a_cut_archive_loads_nothing_and_exits_with_6(in_tiny, tiny):
    (tiny / "logs/2024.csv").unlink()
    whole = gzip.compress(EVENTS.encode() * 50)
    (tiny / "logs/2024.csv.gz").write_bytes(whole[: len(whole) // 2])

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert "2024.csv.gz" in outcome.err
    assert in_tiny("status", "--format", "json").json["inputs"][0]["records"] == 0


@pytest.mark.parametrize(
    ("unusable", "code"),
    [
        (b"event_id,system,action\nE99,RMS,view\n", 5),
        (gzip.compress(EVENTS.encode() * 50)[:-40], 6),
        (b"PK\x03\x04 a zip", 6),
    ],
    ids=["a required column is absent", "a cut archive", "no text"],
)
def test_of_ten_files_one_that_cannot_be_used_stops_itself_alone(in_tiny, tiny, unusable, code):
    head, *rows = EVENTS.splitlines(keepends=True)
    for number in range(10):
        (tiny / f"logs/{number}.csv").write_text(head + "".join(f"{number}{row}" for row in rows))
    (tiny / "logs/2024.csv").unlink()
    (tiny / "logs/4.csv").write_bytes(unusable)

    outcome = in_tiny("run", "--format", "json")

    assert outcome.code == code
    assert {line for line in outcome.err.splitlines() if "error" in line} == {
        line for line in outcome.err.splitlines() if "logs/4.csv" in line
    }
    assert in_tiny("status", "--format", "json").json["inputs"][0]["records"] == 63
    assert len(list((tiny / "reports").glob("run=*/manifest.json"))) == 1
    assert in_tiny("findings", "--format", "json").json


def test_a_database_that_is_broken_is_left_as_it_is(in_tiny, tiny):
    (tiny / "audit.duckdb").write_bytes(b"not a database" * 1000)

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert "cannot be opened as a database" in outcome.err
    assert (tiny / "audit.duckdb").read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("key", ["database", "reports"])
def test_where_nothing_can_be_written_the_path_is_told(in_tiny, tiny, key):
    (tiny / "file").write_text("in the way")
    config = tiny / "audit.toml"
    config.write_text(config.read_text().replace("[workspace]", f'[workspace]\n{key} = "file/below"'))

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert "file/below" in outcome.err or str(tiny / "file") in outcome.err


@pytest.mark.parametrize("command", ["init", "demo"])
def test_a_folder_below_a_file_cannot_be_made(typed, command):
    Path("file").write_text("in the way")

    outcome = typed(command, "file/below")

    assert outcome.code in (2, 6)
    assert "file" in outcome.err


def test_a_fault_tells_no_record(in_tiny, tiny):
    add_source(
        tiny,
        GATE.replace('user_id = "who"', 'user_id = { expression = "strftime(CAST(\\"who\\" AS TIMESTAMP), \'%Y\')" }'),
    )

    outcome = in_tiny("load")

    assert outcome.code in (3, 5)
    assert "U3" not in outcome.err


@pytest.mark.parametrize("gone", ["logs/2024.csv", "context/incident_staff.csv"])
def test_an_input_that_vanishes_after_it_was_listed_stops_itself_alone(in_tiny, tiny, monkeypatch, gone):
    def found_and_gone(workspace, item):
        found = find_files(workspace, item)
        for path in found.files:
            if path == tiny / gone:
                path.unlink()
        return found

    monkeypatch.setattr(job, "find_files", found_and_gone)
    (tiny / "logs/2025.csv").write_text(EVENTS.replace("\nE", "\nF"))

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert f"{tiny / gone}: cannot be read (No such file or directory)" in outcome.err
    assert "4 files loaded, 1 file not usable" in outcome.out
    assert "Report: " in outcome.out
