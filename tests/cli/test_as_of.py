"""A report is made again from what was loaded then; what keeps it from being the same is named. As somebody types it."""

import contextlib
import io
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from audit.cli.main import run_words
from tests.cli.conftest import Outcome
from tests.cli.tiny import CONFIG, EVENTS, GATE, add_source, make_tiny

WARNINGS = '\n[[input]]\nsource = "warning"\npath = "context/warning*.csv"\n'
DUTY = '\n[[input]]\nsource = "duty"\npath = "context/duty*.csv"\n'
LOOKED = GATE + 'subject_kind = { value = "person" }\nsubject_id = { value = "P1" }\n'


def typed(folder: Path, *words: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_words(["-w", str(folder), *map(str, words)])
    return Outcome(code, out.getvalue(), err.getvalue())


def runs(folder: Path) -> list[str]:
    return sorted(path.name.removeprefix("run=") for path in (folder / "reports").iterdir())


def as_of(folder: Path, run: str) -> Outcome:
    return typed(folder, "run", "--as-of", run, "--format", "json")


def kinds(done: Outcome) -> dict[str, str]:
    return {reason["kind"]: reason["text"] for reason in done.json["reasons"]}


@pytest.fixture(scope="module")
def nights_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four nights: late events, an incident linked late, duty and warnings replaced, a load mapped again, a review."""
    folder = make_tiny(tmp_path_factory.mktemp("nights") / "tiny", CONFIG + WARNINGS + DUTY)
    definition = add_source(folder, LOOKED)
    warning = "warning_id,user_id,issued_at,kind\nW1,U1,2024-06-03 12:00:00,written\n"
    (folder / "context" / "warning-1.csv").write_text(warning)
    duty = "user_id,starts_at,ends_at,status\n"
    (folder / "context" / "duty-1.csv").write_text(
        duty + "U1,2024-06-03 08:00:00,2024-06-03 16:00:00,on_duty\nU1,2024-06-04 08:00:00,2024-06-04 16:00:00,leave\n"
    )
    assert typed(folder, "run").code == 0

    # The second night: late events, context that explains one of them afterwards, another content of a warning.
    header = EVENTS.splitlines(keepends=True)[0]
    (folder / "logs" / "late.csv").write_text(
        header + "L1,2024-06-02 10:00:00,RMS,U1,,print,person,P1,,\nL2,2024-06-06 10:00:00,RMS,U4,,view,person,P2,,\n"
    )
    staff = folder / "context" / "incident_staff.csv"
    staff.write_text(staff.read_text() + "INC-1,U4,officer,2024-06-01 09:00:00,\n")
    (folder / "context" / "warning-2.csv").write_text(warning.replace("2024-06-03 12", "2024-06-04 12"))
    (folder / "context" / "duty-2.csv").write_text(duty + "U1,2024-06-04 06:00:00,2024-06-04 16:00:00,on_duty\n")
    assert typed(folder, "run").code == 0

    # The third: a load is mapped again, by a definition that says otherwise who it was; a finding is reviewed.
    definition.write_text(definition.read_text().replace('"who"', '{ column = "who", masked = ["U3"] }'))
    gate = json.loads(typed(folder, "load", "--again", load_of(folder, "gate/a.csv"), "--format", "json").out)
    assert gate[0]["path"] == "gate/a.csv"
    finding = json.loads(typed(folder, "findings", "--user", "U1", "--format", "json").out)[0]["finding_id"]
    assert typed(folder, "review", finding, "--outcome", "explained", "--by", "Sgt Dale").code == 0
    assert typed(folder, "run").code == 0

    # The fourth: a parameter, and one detector alone.
    config = folder / "audit.toml"
    config.write_text(config.read_text() + "\n[parameters.repeated-subject]\nmin_days = 3\n")
    assert typed(folder, "run", "--detector", "repeated-subject").code == 0
    return folder


@pytest.fixture
def nights(nights_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(nights_folder, tmp_path / "tiny"))


def load_of(folder: Path, path: str) -> int:
    with duckdb.connect(str(folder / "audit.duckdb"), read_only=True) as connection:
        found = connection.execute("SELECT max(load_id) FROM load_log WHERE path = ?", [path]).fetchone()
    assert found is not None
    return int(found[0])


def change_query(folder: Path) -> Path:
    """Give the workspace a detector of its own in the place of the shipped one, with other prose."""
    own = folder / "queries"
    shutil.copytree(Path(__file__).parents[2] / "queries" / "detectors", own / "detectors", dirs_exist_ok=True,
                    ignore=lambda _folder, names: [name for name in names if not name.startswith("repeated-subject.")])  # fmt: skip
    config = folder / "audit.toml"
    config.write_text(
        config.read_text().replace('sources = ["sources"]', 'sources = ["sources"]\nqueries = ["queries"]')
    )
    query = own / "detectors" / "repeated-subject.sql"
    query.write_text(re.sub("-- points = [0-9]+", "-- points = 1", query.read_text()))
    return query


def test_each_of_four_nights_comes_out_as_it_was_published_to_the_byte(nights: Path) -> None:
    loaded = (nights / "audit.duckdb").read_bytes()
    for run in runs(nights):
        done = as_of(nights, run)

        assert (done.code, done.json["identical"]) == (0, True), (run, done.out)
        assert set(done.json["files"].values()) == {"same"}
        assert "findings.parquet" in done.json["files"]
    assert (nights / "audit.duckdb").read_bytes() == loaded
    assert not list(nights.glob(".as-of*"))


def test_what_was_made_is_left_where_it_is_asked_for_and_nowhere_else(nights: Path, tmp_path: Path) -> None:
    run = runs(nights)[0]
    before = runs(nights)

    done = typed(nights, "run", "--as-of", run, "--out", tmp_path / "made" / "again")

    assert done.code == 0, done.err
    assert "The report is the same." in done.out
    made, published = tmp_path / "made" / "again", nights / "reports" / f"run={run}"
    for name in ("findings.parquet", "evidence.parquet", "report.html"):
        assert (made / name).read_bytes() == (published / name).read_bytes()
    assert made.stat().st_mode & 0o777 == 0o700
    assert runs(nights) == before
    assert typed(nights, "run", "--as-of", run, "--out", made).code == 2


def test_it_stands_on_the_ledger_and_all_verifies(nights: Path) -> None:
    run = runs(nights)[1]
    done = as_of(nights, run)
    last = json.loads((nights / "ledger.jsonl").read_text().splitlines()[-1])
    assert (last["kind"], last["about"]["run_id"], last["about"]["identical"]) == ("as-of", run, True)
    assert last["hash"] == done.json["ledger_head"]
    assert typed(nights, "verify").code == 0


def test_a_changed_query_is_noted_and_its_text_of_then_runs(nights: Path) -> None:
    change_query(nights)
    done = as_of(nights, runs(nights)[0])
    assert done.code == 0, done.out
    assert kinds(done) == {"note": "query repeated-subject: was changed since; the text of then ran"}


def test_a_changed_query_whose_text_is_not_kept_is_named(nights: Path) -> None:
    change_query(nights)
    shutil.rmtree(nights / "versions")
    done = as_of(nights, runs(nights)[0])
    assert done.code == 8
    assert "query repeated-subject: was changed since" in kinds(done)["query"]
    assert done.json["files"]["findings.parquet"] == "differs"
    assert done.json["findings"]["otherwise"] == 1


def test_a_changed_parameter_is_noted_and_that_of_then_is_used(nights: Path) -> None:
    done = as_of(nights, runs(nights)[0])
    assert done.code == 0
    assert kinds(done)["note"] == "query repeated-subject: has other parameters now; those of then were used"


def test_a_file_that_is_gone_is_named_where_the_database_no_longer_has_its_rows(nights: Path) -> None:
    (nights / "gate" / "a.csv").unlink()
    (nights / "logs" / "2024.csv").unlink()
    first, _, last, _ = runs(nights)

    done = as_of(nights, first)
    assert done.code == 8
    assert "gate/a.csv: is not there any more" in kinds(done)["file"]
    assert "logs" not in done.out

    assert as_of(nights, last).code == 0


def test_a_file_that_was_altered_is_named(nights: Path) -> None:
    file = nights / "gate" / "a.csv"
    file.write_text(file.read_text().replace("U3", "U5"))
    done = as_of(nights, runs(nights)[0])
    assert done.code == 8
    assert "gate/a.csv: is not the file that was loaded then" in kinds(done)["file"]
    assert "U5" not in done.out + done.err


def test_a_definition_whose_text_is_not_kept_is_named(nights: Path) -> None:
    shutil.rmtree(nights / "versions")
    done = as_of(nights, runs(nights)[0])
    assert done.code == 8
    assert "source gate: the definition was changed since" in kinds(done)["definition"]


def test_a_database_that_is_gone_is_made_from_the_files_alone(nights: Path) -> None:
    (nights / "audit.duckdb").unlink()
    done = as_of(nights, runs(nights)[2])
    assert done.code == 0, done.out
    assert kinds(done)["data"].startswith("audit.duckdb: is gone")


def test_another_version_of_the_engine_is_named_and_the_page_which_tells_it_differs(
    nights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from audit.asof import run_as_of
    from audit.engine import DuckDBEngine
    from audit.workspace import read_workspace

    monkeypatch.setattr(DuckDBEngine, "version", "9.9.9")
    result = run_as_of(read_workspace(nights), runs(nights)[0], None, lambda _: None)
    assert [reason.text for reason in result.reasons if reason.kind == "version"] == [
        f"duckdb is 9.9.9 now, and was {duckdb.__version__} then"
    ]
    assert [file.name for file in result.files if not file.same] == ["report.html"]


def test_events_that_went_without_a_word_are_missed(nights: Path) -> None:
    with duckdb.connect(str(nights / "audit.duckdb")) as connection:
        connection.execute("DELETE FROM event WHERE event_id = 'E3'")
    done = as_of(nights, runs(nights)[0])
    assert done.code == 8
    assert "7 records were loaded then, and 6 can be had now" in kinds(done)["data"]


def test_a_report_that_was_altered_differs_from_what_its_manifest_says(nights: Path) -> None:
    run = runs(nights)[0]
    manifest = nights / "reports" / f"run={run}" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"Tiny"', '"Tony"'))
    assert "manifest.json: is not as it was written" in kinds(as_of(nights, run))["report"]


def test_what_does_not_go_with_as_of_is_said(nights: Path) -> None:
    assert typed(nights, "run", "--as-of", runs(nights)[0], "--full").code == 2
    assert typed(nights, "run", "--out", "x").code == 2
    assert typed(nights, "run", "--as-of", "nonsense").code == 2


def test_what_a_killed_one_left_is_removed_by_the_next_run(nights: Path) -> None:
    left = nights / ".as-of.999999999.tmp"
    left.mkdir()
    (left / "as-of.duckdb").write_text("what was loaded")
    assert typed(nights, "run").code == 0
    assert not left.exists()
