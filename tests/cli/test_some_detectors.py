"""A run of some detectors alone compares and replaces only those, says so, and leaves what stands of the others alone."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from audit.report.read import latest, read_manifest
from tests.cli.test_limits import HEAD, WRONG, add_own

ONE = "repeated-subject"
GOOD = WRONG.replace("WHERE CAST(subject_id AS BIGINT) = 1", "WHERE user_id IS NOT NULL")
MORE = "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n"


def findings(folder):
    table = pq.read_table(latest(folder / "reports").folder / "findings.parquet").to_pylist()
    return {row["finding_id"]: row for row in table}


def statuses(folder, detector=None):
    return {row["status"] for row in findings(folder).values() if detector in (None, row["detector"])}


def add_event(folder, name, row):
    (folder / "logs" / f"{name}.csv").write_text(MORE + row + "\n")


def files(folder):
    report = latest(folder / "reports").folder
    return {path.name: path.read_bytes() for path in report.iterdir() if path.name != "manifest.json"}


@pytest.fixture
def after_one(in_tiny, tiny):
    """A full run, another event, a full run, and then a run of one detector alone on the same data."""
    in_tiny("run")
    add_event(tiny, "a", "N1,2024-06-07 10:00:00,RMS,U9,view,person,P9")
    in_tiny("run")
    full = files(tiny)
    return full, in_tiny("run", "--detector", ONE)


def test_a_run_of_some_detectors_says_plainly_which(after_one, in_tiny, tiny):
    outcome = after_one[1]
    page = (latest(tiny / "reports").folder / "report.html").read_text()

    assert f"{ONE} alone; the findings of all others stand as the reports before have them" in outcome.out
    assert "Not a whole report" in page
    assert f"The run was of one detector alone: <code>{ONE}</code>" in page
    assert read_manifest(latest(tiny / "reports")).only == (ONE,)
    assert f"the last report is of {ONE} alone; for the findings of all detectors: audit run" in in_tiny("findings").err
    assert f"Of these detectors alone: {ONE}" in in_tiny("status").out


def test_a_full_report_is_not_called_partial(in_tiny, tiny):
    outcome = in_tiny("run")

    assert "alone" not in outcome.out
    assert "Not a whole report" not in (latest(tiny / "reports").folder / "report.html").read_text()


def test_a_run_of_one_detector_compares_with_the_report_that_a_full_run_compares_with(after_one, tiny):
    assert statuses(tiny) == {"unchanged"}
    assert pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").num_rows == 0


def test_the_next_full_run_gives_the_same_bytes_as_if_no_partial_run_had_been(after_one, in_tiny, tiny):
    in_tiny("run")

    assert files(tiny) == after_one[0]


def test_the_next_full_run_on_other_data_calls_nothing_new_that_was_there(after_one, in_tiny, tiny):
    before = findings(tiny).keys()
    add_event(tiny, "b", "N2,2024-06-08 10:00:00,RMS,U8,view,person,P8")

    found = in_tiny("run", "--format", "json").json

    new = {row["user_id"] for row in findings(tiny).values() if row["status"] == "new"}
    assert new == {"U8"}
    assert statuses(tiny, ONE) == {"unchanged"}
    assert before < findings(tiny).keys()
    assert len(set(found["compared_by_detector"].values())) == 2
    assert found["compared_with"] == found["compared_by_detector"][ONE]


def test_what_no_longer_stands_is_withdrawn_against_the_report_that_held_it(after_one, in_tiny, tiny):
    (tiny / "context/incident.csv").write_text(
        "reference,kind,unit,opened_at,closed_at\nINC-1,burglary,north,2024-06-01 09:00:00,\n"
        "INC-2,theft,north,2024-06-01 09:00:00,\n"
    )
    (tiny / "context/incident_subject.csv").write_text("reference,subject_id,role\nINC-1,P2,victim\nINC-2,P1,victim\n")
    (tiny / "context/incident_staff.csv").write_text(
        "reference,user_id,role,starts_at,ends_at\nINC-1,U2,officer,2024-06-01 09:00:00,\n"
        "INC-2,U1,officer,2024-06-01 09:00:00,\n"
    )
    in_tiny("run")

    gone = pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").to_pylist()

    assert {ONE, "unexplained-access"} <= {row["detector"] for row in gone}
    assert {row["why"] for row in gone} == {"explained now: incident-assigned"}
    assert [row["finding_id"] for row in gone] == sorted({row["finding_id"] for row in gone})


def test_what_no_longer_stands_may_be_of_one_of_the_reports_alone(after_one, in_tiny, tiny):
    """Of the detector that ran alone everything still stands; only the access of U9 to P9 is explained now."""
    (tiny / "context/incident_subject.csv").write_text("reference,subject_id,role\nINC-1,P2,victim\nINC-1,P9,witness\n")
    (tiny / "context/incident_staff.csv").write_text(
        "reference,user_id,role,starts_at,ends_at\nINC-1,U2,officer,2024-06-01 09:00:00,\n"
        "INC-1,U9,officer,2024-06-01 09:00:00,\n"
    )
    assert in_tiny("run").code == 0

    gone = pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").to_pylist()

    assert {(row["user_id"], row["why"]) for row in gone} == {("U9", "explained now: incident-assigned")}
    assert ONE not in {row["detector"] for row in gone}


def test_a_partial_run_with_another_parameter_withdraws_only_of_its_own(after_one, in_tiny, tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + f"\n[parameters.{ONE}]\nmin_accesses = 50\n")

    in_tiny("run", "--detector", ONE)

    gone = pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").to_pylist()
    assert {(row["detector"], row["why"]) for row in gone} == {(ONE, "the detector's query or parameters changed")}


def test_a_finding_of_another_detector_is_still_shown_and_reviewed(in_tiny, tiny):
    in_tiny("run")
    other = next(name for name, row in findings(tiny).items() if row["detector"] != ONE)
    own = next(name for name, row in findings(tiny).items() if row["detector"] == ONE)
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + f"\n[parameters.{ONE}]\nmin_accesses = 50\n")
    in_tiny("run", "--detector", ONE)

    assert in_tiny("show", other, "--format", "json").json["finding_id"] == other
    assert in_tiny("review", other, "--outcome", "advice", "--by", "A").code == 0
    # That of the detector which ran was replaced by nothing.
    assert in_tiny("show", own).code == 2


def test_the_report_of_some_detectors_is_made_again_to_the_byte(after_one, in_tiny, tiny):
    run_id = latest(tiny / "reports").run_id

    again = in_tiny("run", "--as-of", run_id, "--format", "json")

    assert again.code == 0, json.dumps(again.json, indent=2)
    assert again.json["identical"]
    assert Path(tiny / "reports" / f"run={run_id}").is_dir()


def test_a_detector_that_failed_for_a_night_calls_nothing_new_the_next(in_tiny, tiny):
    add_own(tiny, GOOD)
    in_tiny("run")
    own = tiny / "queries/detectors/mine.sql"
    own.write_text(HEAD.strip() + WRONG)
    failed = in_tiny("run")
    assert failed.code == 5
    assert "alone" not in failed.out
    assert pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").num_rows == 0

    own.write_text(HEAD.strip() + GOOD)
    add_event(tiny, "b", "N2,2024-06-08 10:00:00,RMS,U8,view,person,P8")
    in_tiny("run")

    told = {row["user_id"]: row["status"] for row in findings(tiny).values() if row["detector"] == "mine"}
    assert (told["U8"], told["U1"]) == ("new", "unchanged")


def test_the_findings_of_a_detector_that_was_taken_away_are_told_as_withdrawn(in_tiny, tiny):
    add_own(tiny, GOOD)
    in_tiny("run")
    (tiny / "queries/detectors/mine.sql").unlink()
    (tiny / "queries/detectors/mine.cases.toml").unlink()

    in_tiny("run")

    gone = pq.read_table(latest(tiny / "reports").folder / "withdrawn.parquet").to_pylist()
    assert {(row["detector"], row["why"]) for row in gone} == {("mine", "there is no such detector any more")}
    assert statuses(tiny) == {"unchanged"}
