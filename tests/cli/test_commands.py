"""What each command prints and how it ends, on tiny workspaces and on the sample force."""

import csv
import io
import json
import re
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
from audit.forms import FORMS
from audit.report.tables import STATUSES
from audit.reviews import OUTCOMES
from audit.schema import TABLES
from audit.workspace import PURPOSES, read_workspace


def test_the_words_of_options_are_those_of_the_program():
    assert (words.LEVELS, words.STATUSES, words.PURPOSES, words.FORMATS) == (LEVELS, STATUSES, PURPOSES, FORMATS)
    assert words.OUTCOMES == OUTCOMES
    assert words.FORMS == FORMS


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


def test_a_run_of_shipped_queries_and_definitions_parses_no_sql(tiny):
    check = (
        "import sys; from audit.cli.main import run_words;"
        "code = run_words(['-w', sys.argv[1], 'run']); print(code, 'sqlglot' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", check, tiny], capture_output=True, text=True, check=False)

    assert ended.stdout.splitlines()[-1] == "0 False"


def test_a_run_needs_no_pandas(tiny):
    """pyarrow imports it where it is installed: a quarter of all that is imported for a run."""
    check = (
        "import sys; from importlib.abc import MetaPathFinder\n"
        "class Without(MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'pandas': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "from audit.cli.main import run_words\n"
        "sys.exit(run_words(['-w', sys.argv[1], 'run']))"
    )
    ended = subprocess.run([sys.executable, "-c", check, tiny], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_version(typed):
    assert re.fullmatch(r"access-audit \d+\.\d+\.\d+\S*\n", typed("--version").out)


# --- init


def test_init_makes_a_workspace_that_runs(tmp_path, typed):
    assert typed("init", "mine").code == 0
    outcome = typed("-w", "mine", "run")

    assert outcome.code == 0
    assert "names no [[input]]" in outcome.err
    assert "Findings  none" in outcome.out
    assert outcome.out.count("Skipped") == 1
    assert "detectors, for there is no access to run on; what each needs: in the report" in outcome.out
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
        "5: 1 explained (20.0 %), 0 weakly explained (0.0 %), 3 unexplained (60.0 %), 1 not judged (20.0 %)"
        in outcome.out
    )
    assert "access-after-warning: needs warning, and none is loaded" in outcome.out
    assert "U1 came back to P1 3 times on 3 days" in outcome.out
    assert str(tiny / "reports") in outcome.out
    assert outcome.err == ""


def test_one_of_anything_is_no_plural(in_tiny):
    assert "on 1 user: " in in_tiny("run").out
    assert ", 1 report, " in in_tiny("verify").out
    assert "nothing that is older" in in_tiny("purge", "--before", "2024-06-04", "--dry-run").out


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

    assert "Explained: incident-assigned, resting on INC-1" in in_tiny("explain", "E5").out


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
    rows = "".join(f"B{number},2024-06-03 10:00:00,RMS,U1,view,person,P{number}\n" for number in range(800_000))
    (tiny / "logs/big.csv").write_text("event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n" + rows)
    with subprocess.Popen(
        [*PROGRAM, "-w", str(tiny), "--log-format", "json", "load"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert any("big.csv" in line for line in process.stderr)
        time.sleep(0.2)
        process.send_signal(2)
        said = process.stderr.read()

    assert process.returncode == 130
    assert json.loads(said.splitlines()[-1])["message"].startswith("interrupted")
    again = subprocess.run([*PROGRAM, "-w", str(tiny), "load"], capture_output=True, text=True, check=False)
    assert again.returncode == 0
