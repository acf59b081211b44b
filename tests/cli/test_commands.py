"""What each command prints and how it ends, on tiny workspaces and on the sample force."""

import csv
import io
import json
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audit.catalogue.query import LEVELS
from audit.cli import words
from audit.cli.main import audit
from audit.cli.output import FORMATS
from audit.report.tables import STATUSES
from audit.schema import TABLES
from audit.workspace import PURPOSES, read_workspace
from tests.cli.tiny import GATE, add_source


def test_the_words_of_options_are_those_of_the_program():
    assert (words.LEVELS, words.STATUSES, words.PURPOSES, words.FORMATS) == (LEVELS, STATUSES, PURPOSES, FORMATS)


# --- help


def _commands(command, path=()):
    yield path, command
    for name in getattr(command, "list_commands", lambda _ctx: [])(None):
        yield from _commands(command.get_command(None, name), (*path, name))


COMMANDS = {" ".join(path): (path, command) for path, command in _commands(audit)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_every_leaf_an_example(name, typed):
    path, command = COMMANDS[name]

    outcome = typed(*path, "--help")

    assert outcome.code == 0
    assert outcome.err == ""
    assert max(map(len, outcome.out.splitlines())) <= 100
    if not hasattr(command, "commands") and path:
        assert f"  audit {' '.join(path)}" in outcome.out


def test_help_imports_nothing_heavy():
    check = (
        "import sys; from audit.cli.main import run_words; run_words(['--help']);"
        "print(sorted({'duckdb', 'pyarrow', 'pandas', 'sqlglot', 'rich', 'jinja2'} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert ended.stderr == "[]\n"


def test_version(typed):
    assert re.fullmatch(r"access-audit \d+\.\d+\.\d+\S*\n", typed("--version").out)


# --- init


def test_init_makes_a_workspace_that_runs(tmp_path, typed):
    assert typed("init", "mine").code == 0
    outcome = typed("-w", "mine", "run")

    assert outcome.code == 0
    assert "names no [[input]]" in outcome.err
    assert "Findings  none" in outcome.out
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "mine/audit.toml").stat().st_mode & 0o777 == 0o600


def test_init_explains_every_canonical_table_and_all_its_examples_can_be_used(typed):
    typed("init", "mine")
    config = Path("mine/audit.toml")
    text = config.read_text()
    examples = re.sub(r"(?m)^# (?=\[|(?:source|path|horizon_hours|max_age_days|min_days|threads|memory) = )", "", text)
    config.write_text(examples.replace("# group", "#group"))

    workspace = read_workspace(Path("mine"))

    named = {item.source for item in workspace.inputs}
    assert set(TABLES) <= named
    assert next(item for item in workspace.inputs if item.source == "incident").horizon.total_seconds() == 36 * 3600


def test_init_overwrites_nothing(typed):
    Path("mine").mkdir()
    Path("mine/audit.toml").write_text("mine")

    outcome = typed("init", "mine")

    assert outcome.code == 2
    assert "mine/audit.toml: is there already" in outcome.err
    assert Path("mine/audit.toml").read_text() == "mine"


def test_init_without_a_folder_takes_the_current_one(typed):
    assert typed("init").code == 0
    assert Path("audit.toml").is_file()


# --- demo


def test_demo_ends_with_findings_and_runs_again(typed):
    first, again = typed("demo"), typed("demo")

    assert (first.code, again.code) == (0, 0)
    assert "First 10 of" in first.out
    assert re.search(r"Report: .*/demo/reports/run=\S+/report\.html", first.out)
    assert "audit -w demo show F" in first.out
    assert "Nothing new" in again.out
    assert {path.stat().st_mode & 0o077 for path in Path("demo").rglob("*")} == {0}


def test_demo_refuses_a_folder_that_is_none(typed):
    Path("demo").mkdir()
    Path("demo/thesis.txt").write_text("mine")

    outcome = typed("demo")

    assert outcome.code == 2
    assert [path.name for path in Path("demo").iterdir()] == ["thesis.txt"]


# --- run


def test_run_tells_what_it_did(in_tiny, tiny):
    outcome = in_tiny("run")

    assert outcome.code == 0
    assert "4 files loaded. 10 records: 10 loaded, 0 duplicates, 0 quarantined, 0 rejected." in outcome.out
    assert (
        "5: 1 explained (20.0%), 0 weakly explained (0.0%), 3 unexplained (60.0%), 1 not judged (20.0%)" in outcome.out
    )
    assert "access-after-warning: needs warning, and none is loaded" in outcome.out
    assert "U1 came back to P1 3 times on 3 days" in outcome.out
    assert str(tiny / "reports") in outcome.out
    assert outcome.err == ""


def test_run_prints_one_object_for_machines(in_tiny):
    found = in_tiny("run", "--format", "json").json

    assert found["files"] == {"loaded": 4, "known": 0, "failed": 0}
    assert found["records"]["loaded"] == 10
    assert found["accesses"] == {"accesses": 5, "explained": 1, "weak": 0, "unexplained": 3, "unjudged": 1}
    assert found["findings"]["total"] == len(found["first_findings"])
    assert found["users"][0]["user_id"] == "U1"
    assert Path(found["report"]).is_file()


def test_run_again_loads_nothing_and_says_so(in_tiny):
    in_tiny("run")

    assert "Nothing new, 4 files known already." in in_tiny("run").out


def test_run_compares_with_the_report_before_the_data_changed(in_tiny, tiny):
    in_tiny("run")
    (tiny / "logs/2025.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_id\nN1,2024-06-07 10:00:00,RMS,U9,view,P9\n"
    )

    found = in_tiny("run", "--format", "json").json

    assert found["compared_with"]
    assert found["findings"]["by_status"]["new"] == 1
    assert found["findings"]["by_status"]["unchanged"] > 0


def test_run_fails_on_a_level_when_asked(in_tiny):
    assert in_tiny("run", "--fail-on", "medium").code == 7
    assert in_tiny("run", "--fail-on", "critical").code == 0


def test_run_of_one_detector_reports_that_one(in_tiny):
    found = in_tiny("run", "--detector", "repeated-subject", "--format", "json").json

    assert {finding["detector"] for finding in found["first_findings"]} == {"repeated-subject"}


def test_run_notes_the_purpose(in_tiny):
    report = Path(in_tiny("run", "--purpose", "lawfulness", "--format", "json").json["report"])

    assert json.loads((report.parent / "manifest.json").read_text())["purpose"] == "lawfulness"


def test_quarantined_records_are_no_secret(in_tiny, tiny):
    (tiny / "logs/bad.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_id\nX1,2024-02-30 10:00:00,RMS,U1,view,P1\n"
    )

    outcome = in_tiny("run")

    assert outcome.code == 3
    assert "1 quarantined" in outcome.out
    assert "audit quarantine" in outcome.out


def test_a_scheduler_gets_a_line_for_each_step_and_a_closing_one(in_tiny, tiny):
    typed = in_tiny("--log-format", "json", "run")
    lines = [json.loads(line) for line in typed.err.splitlines()]

    assert typed.code == 0
    assert {"loading logs/2024.csv", "explaining accesses", "writing the report"} <= {
        line.get("step") for line in lines
    }
    assert lines[-1]["message"] == "done"
    assert lines[-1]["records"]["loaded"] == 10
    assert lines[-1]["run_id"]
    assert not any(name in typed.err for name in ("U1", "P1", "curious"))


# --- load


def test_load_prints_a_row_for_each_file(in_tiny):
    outcome = in_tiny("load", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))

    assert outcome.code == 0
    assert [(row["source"], row["path"], row["records"], row["loaded"]) for row in rows] == [
        ("event", "logs/2024.csv", "7", "7"),
        ("incident", "context/incident.csv", "1", "1"),
        ("incident_subject", "context/incident_subject.csv", "1", "1"),
        ("incident_staff", "context/incident_staff.csv", "1", "1"),
    ]
    assert not list(Path().rglob("report.html"))


def test_load_makes_the_accesses_too(in_tiny):
    in_tiny("load")

    assert "Explained: incident-assigned, by INC-1" in in_tiny("explain", "E5").out


def test_load_takes_one_source_or_the_files_named(in_tiny, tiny, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("reference,opened_at\nINC-2,2024-06-02 10:00:00\n")

    assert [row["source"] for row in in_tiny("load", "--source", "event", "--format", "json").json] == ["event"]
    assert (
        in_tiny("load", tiny / "context/incident_staff.csv", "--format", "json").json[0]["source"] == "incident_staff"
    )
    assert in_tiny("load", other, "--source", "incident", "--format", "json").json[0]["loaded"] == 1


def test_load_of_a_file_that_is_known_says_so(in_tiny):
    in_tiny("load")

    assert in_tiny("load").out == "Nothing new, 4 files known already.\n"


# --- status


def test_status_before_anything_is_loaded(in_tiny):
    outcome = in_tiny("status")

    assert outcome.code == 0
    assert "Nothing is loaded yet" in outcome.out
    assert "No report has been made yet." in outcome.out


def test_status_tells_inputs_and_the_last_run(ran):
    status = ran("status", "--format", "json").json
    events = status["inputs"][0]

    assert status["told_by"] == "database"
    assert (events["files"], events["records"], events["loaded"], events["stale"]) == (1, 7, 7, None)
    assert (events["first_event"], events["last_event"]) == ("2024-06-03T10:00:00Z", "2024-06-05T13:00:00Z")
    assert status["last_run"]["findings"] > 0
    assert status["last_run"]["run_id"] in ran("status").out


def test_status_calls_a_silent_input_stale_and_run_exits_with_9(in_tiny, tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text().replace('path = "logs/*.csv*"', 'path = "logs/*.csv*"\nmax_age_days = 3'))

    assert in_tiny("run").code == 9
    status = in_tiny("status")
    assert status.code == 0
    assert "stale" in status.out
    assert "newest event is of 2024-06-05" in status.err


def test_status_and_findings_work_while_a_batch_writes(in_tiny, tiny):
    in_tiny("run")
    holding = f"import duckdb, time; c = duckdb.connect({str(tiny / 'audit.duckdb')!r}); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE, text=True) as batch:
        assert batch.stdout.readline() == "held\n"
        status, findings, quarantine = in_tiny("status", "--format", "json"), in_tiny("findings"), in_tiny("quarantine")
        batch.kill()

    assert (status.code, findings.code, quarantine.code) == (0, 0, 4)
    assert status.json["told_by"] == "report"
    assert [item["loaded"] for item in status.json["inputs"]] == [7, 1, 1, 1]
    assert "a batch holds the database" in status.err
    assert "another run holds the workspace" in quarantine.err


def test_status_tells_files_that_no_input_names(in_tiny, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("user_id\nU1\n")
    in_tiny("load", other, "--source", "staff")

    assert in_tiny("status", "--format", "json").json["inputs"][-1]["source"] == "staff"


# --- sources


def test_sources_are_listed_with_where_they_stand(in_tiny, tiny):
    add_source(tiny, GATE)
    rows = {row["name"]: row for row in in_tiny("sources", "list", "--format", "json").json}

    assert rows["gate"]["stands"] == "own"
    assert rows["event"]["stands"] == "canonical"
    assert set(TABLES) <= set(rows)


def test_the_canonical_sources_need_no_workspace(typed):
    assert typed("sources", "show", "incident").code == 0
    assert "opened_at  timestamp   true" in typed("sources", "show", "incident").out


def test_a_source_is_shown_column_by_column(in_force):
    outcome = in_force("sources", "show", "alpr-audit")

    assert "column 'userId'; masked ***, REDACTED" in outcome.out
    assert 'always "ALPR"' in outcome.out
    assert "Read as  ndjson; utf-8; times in UTC" in outcome.out


def test_the_samples_of_the_force_and_of_the_shipped_sources_hold(in_force):
    rows = in_force("sources", "check", "--format", "json").json

    assert {"alpr-audit", "ndb-transaction", "rms-view"} <= {row["source"] for row in rows}
    assert {row["result"] for row in rows} == {"pass"}


SAMPLE = '[[sample]]\nrecord = {{ no = "1", when = "2024-06-06 10:00:00", who = "U3" }}\ngives = {{ {gives} }}\n'


@pytest.mark.parametrize(
    ("gives", "difference"),
    [
        ('user_id = "U3", occurred_at = "2024-06-06T10:00:00Z", reason = ""', ""),
        ('occurred_at = "2024-06-06 10:00:00.000"', ""),
        ('user_id = "U4"', "user_id: expected 'U4', got 'U3'"),
        ('user_id = ""', "user_id: expected NULL, got 'U3'"),
        ('reason = "x"', "reason: expected 'x', got NULL"),
        ('occurred_at = "2024-06-06 11:00:00"', "expected '2024-06-06 11:00:00', got '2024-06-06 10:00:00Z'"),
    ],
)
def test_a_sample_passes_or_tells_the_difference(in_tiny, tiny, gives, difference):
    add_source(tiny, GATE, SAMPLE.format(gives=gives))

    outcome = in_tiny("sources", "check", "gate", "--format", "json")

    assert outcome.code == (5 if difference else 0)
    assert difference in outcome.json[0]["difference"]
    assert outcome.json[0]["result"] == ("fail" if difference else "pass")


def test_a_definition_is_tried_on_a_file_without_loading_it(in_tiny, tiny):
    definition = add_source(tiny, GATE)
    (tiny / "gate/a.csv").write_text("no,when,who\n1,2024-06-06 10:00:00,U3\n2,soon,U3\n")

    found = in_tiny("sources", "check", definition, tiny / "gate/a.csv", "--limit", "1", "--format", "json").json

    assert (found["records"], found["rejected"]) == (2, 0)
    assert found["broken"] == [{"rule": "occurred_at: not a time", "records": 1}]
    assert [row["user_id"] for row in found["rows"]] == ["U3"]
    assert not (tiny / "audit.duckdb").exists()


# --- quarantine


def test_quarantine_counts_by_rule_and_shows_rows_on_request(in_force):
    counts = in_force("quarantine", "--format", "json").json
    rows = in_force("quarantine", "--show-rows", "--limit", "2", "--format", "json").json

    assert ("ndb-transaction", "quarantined", "occurred_at: no such local time") in {
        (row["source"], row["outcome"], row["rule"]) for row in counts
    }
    assert {row["outcome"] for row in counts} == {"quarantined", "rejected"}
    assert len(rows) == 2
    assert {"path", "record_no", "rules", "record"} <= set(rows[0])
    assert rows[0]["record"] not in in_force("quarantine").out


# --- detectors


def test_detectors_are_listed_shown_and_proved_without_a_workspace(typed):
    rows = {row["id"]: row for row in typed("detectors", "list", "--format", "json").json}
    shown = typed("detectors", "show", "repeated-subject").out
    proved = typed("detectors", "test", "repeated-subject", "incident-own", "--format", "json")

    assert rows["access-after-warning"]["one_finding_per"] == ["user_id", "warning_id"]
    for part in ("Honest causes", "What it misses", "What to do first", "min_days = 2", "ORDER BY"):
        assert part in shown
    assert proved.code == 0
    assert {row["query"] for row in proved.json} == {"repeated-subject", "incident-own"}


def test_a_detector_is_shown_with_the_parameters_of_the_workspace(in_tiny, tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + "\n[parameters.repeated-subject]\nmin_days = 9\n")

    assert "min_days = 9 (set in audit.toml)" in in_tiny("detectors", "show", "repeated-subject").out


def test_a_case_that_fails_is_shown_and_exits_with_5(in_tiny, tiny):
    own = tiny / "queries" / "detectors"
    own.mkdir(parents=True)
    config = tiny / "audit.toml"
    config.write_text(
        config.read_text().replace('sources = ["sources"]', 'sources = ["sources"]\nqueries = ["queries"]')
    )
    shipped = Path(__file__).parents[2] / "queries" / "detectors"
    for name in ("repeated-subject.sql", "repeated-subject.cases.toml"):
        shutil.copy(shipped / name, own)
    query = own / "repeated-subject.sql"
    query.write_text(query.read_text().replace("parameters.min_accesses = 3", "parameters.min_accesses = 99"))

    outcome = in_tiny("detectors", "test", "repeated-subject")

    assert outcome.code == 5
    assert "missing" in outcome.out
    assert "cases fail" in outcome.err


# --- findings, show


def test_findings_of_case_three_have_their_published_numbers(in_force):
    found = in_force("findings", "--detector", "access-after-warning", "--user", "U1042", "--format", "json").json

    assert len(found) == 1
    details = found[0]["details"]
    assert (details["before_count"], details["after_count"], details["total"]) == (128, 48, 176)
    assert found[0]["key"]["user_id"] == "U1042"


def test_a_table_of_findings_ends_after_twenty_and_says_so(in_force):
    outcome = in_force("findings")

    assert len(outcome.out.splitlines()) == 1 + 20 + 2
    assert re.search(r"20 of \d+; more with --limit N", outcome.out)
    assert len(in_force("findings", "--format", "ndjson").out.splitlines()) > 100
    assert len(in_force("findings", "--format", "ndjson", "--limit", "3").out.splitlines()) == 3


def test_findings_are_chosen_by_subject_level_and_status(in_force):
    assert {row["level"] for row in in_force("findings", "--level", "high", "--format", "json").json} <= {
        "high",
        "critical",
    }
    subjects = in_force("findings", "--subject", "VR58OEM", "--format", "json").json
    assert {row["subject_id"] for row in subjects} == {"VR58OEM"}
    assert in_force("findings", "--status", "unchanged").err == "No finding meets that.\n"
    assert in_force("findings", "--status", "unchanged", "--format", "json").out == "[]\n"


def test_a_detector_that_was_skipped_does_not_pass_for_nothing_found(ran):
    outcome = ran("findings", "--detector", "access-after-warning")

    assert outcome.code == 0
    assert "access-after-warning was skipped in this report: needs warning" in outcome.err


def test_show_tells_numbers_score_accesses_what_was_tried_and_where_the_records_lie(in_force):
    finding = in_force("findings", "--detector", "access-after-warning", "--user", "U1201", "--format", "json").json[0]
    outcome = in_force("show", finding["finding_id"][:10])

    for part in (
        finding["summary"],
        f"Score {finding['score']}",
        "how strong the signal is in itself",
        "Accesses that count",
        "What was tried to explain them",
        "assignment to INC-2306-9003 ended 27 days before",
        "logs/rms/rms_view_2023Q3.csv.gz sha256 ",
        "For review, not a verdict",
    ):
        assert part in outcome.out
    assert len(re.findall(r"(?m)^ *\d+  20\d\d-", outcome.out)) == finding["event_count"]


def test_the_score_parts_of_a_finding_add_up(in_force):
    shown = in_force(
        "show", in_force("findings", "--limit", "1", "--format", "json").json[0]["finding_id"], "--format", "json"
    ).json

    assert sum(shown["details"]["score_parts"].values()) == shown["score"]
    assert {"access_id", "path", "sha256", "record_no", "tried"} <= set(shown["evidence"][0])


def test_show_gives_local_times_for_people_and_utc_for_machines(ran):
    finding = ran("findings", "--limit", "1", "--format", "json").json[0]["finding_id"]

    assert "2024-06-03 11:00:00" in ran("show", finding).out
    assert ran("show", finding, "--format", "json").json["first_at"] == "2024-06-03T10:00:00Z"


# --- explain


def test_explain_names_each_explanation_and_the_one_that_holds(ran):
    (found,) = ran("explain", "E5", "--format", "json").json

    assert (found["state"], found["named"]) == ("explained", "incident-assigned")
    assert (found["access"]["access_id"], found["events"]) == ("E4", ["E4", "E5"])
    held = {answer["explanation"]: answer["reference"] for answer in found["answers"] if answer["held"]}
    assert held == {"incident-assigned": "INC-1", "incident-referenced": "INC-1"}
    assert found["answers"][0]["explanation"] == "incident-assigned"


def test_explain_tells_why_nothing_holds(ran):
    outcome = ran("explain", "E1")

    assert "Unexplained: no explanation holds." in outcome.out
    assert "Tried: no reference quoted; no incident holds the subject; no authority covers it." in outcome.out


def test_explain_tells_what_is_not_judged_and_what_is_no_access(ran):
    assert "Not judged: its user is not given in the log." in ran("explain", "E7").out
    assert "It belongs to no access" in ran("explain", "E6").out
    assert ran("explain", "E6", "--format", "json").json[0]["state"] == "no access"


def test_what_explain_names_is_what_the_report_names(in_force):
    finding = in_force("findings", "--detector", "access-after-warning", "--user", "U1088", "--format", "json").json[0]
    evidence = in_force("show", finding["finding_id"], "--format", "json").json["evidence"]

    for access in evidence[:3]:
        (found,) = in_force("explain", access["access_id"], "--format", "json").json
        assert found["named"] == access["explanation"]
        assert found["tried"] == access["tried"]


def test_an_id_of_two_sources_shows_both_or_the_one_asked_for(in_tiny, tiny):
    add_source(tiny, GATE)
    (tiny / "gate/a.csv").write_text("no,when,who\nE1,2024-06-06 10:00:00,U3\n")
    in_tiny("load")

    assert [one["source"] for one in in_tiny("explain", "E1", "--format", "json").json] == ["event", "gate"]
    assert [one["source"] for one in in_tiny("explain", "E1", "--source", "gate", "--format", "json").json] == ["gate"]
    assert [one["source"] for one in in_tiny("explain", "event:E1", "--format", "json").json] == ["event"]


# --- the process itself

PROGRAM = [sys.executable, "-m", "audit"]


def test_files_are_for_their_owner_only_whatever_the_umask(tiny):
    ended = subprocess.run([*PROGRAM, "-w", str(tiny), "run"], capture_output=True, check=False, umask=0)

    assert ended.returncode == 0
    made = [tiny / "audit.duckdb", *(tiny / "reports").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in made} == {0}


def test_a_reader_who_leaves_early_is_no_failure(ran_folder):
    with subprocess.Popen(
        [*PROGRAM, "-w", str(ran_folder), "detectors", "show", "poor-reason"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (0, b"")


def test_ctrl_c_is_said_in_a_line_and_the_next_run_goes_on(tiny):
    rows = "".join(f"B{number},2024-06-03 10:00:00,RMS,U1,view,person,P{number}\n" for number in range(200_000))
    (tiny / "logs/big.csv").write_text("event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n" + rows)
    with subprocess.Popen(
        [*PROGRAM, "-w", str(tiny), "--log-format", "json", "load"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert any("big.csv" in line for line in process.stderr)
        time.sleep(0.3)
        process.send_signal(2)
        said = process.stderr.read()

    assert process.returncode == 130
    assert json.loads(said.splitlines()[-1])["message"].startswith("interrupted")
    again = subprocess.run([*PROGRAM, "-w", str(tiny), "load"], capture_output=True, text=True, check=False)
    assert again.returncode == 0
