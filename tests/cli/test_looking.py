"""The commands that look at what is there: sources, quarantine, detectors, findings, show, explain."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.catalogue import read_catalogue, statement
from audit.schema import TABLES
from tests.cli.tiny import GATE, add_source

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


def test_sources_check_names_what_of_a_file_would_not_load(in_tiny, tiny):
    definition = add_source(tiny, GATE)
    (tiny / "gate/a.csv").write_text(
        "no,when,who,ip\n1,2024-06-06 10:00:00,U3,x\n1,2024-06-06 10:00:00,U3,x\n2,soon,U3,x\n"
    )

    outcome = in_tiny("sources", "check", definition, tiny / "gate/a.csv")

    assert outcome.code == 3
    assert 'Not mapped: "ip"' in outcome.out
    assert "duplicates or in conflict with it: 1" in outcome.out
    assert "Rules broken:" in outcome.out


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


def test_whoever_proves_detectors_has_the_shipped_queries_checked_in_full_too(typed, monkeypatch):
    parsed = []
    whole = statement.parse
    monkeypatch.setattr(statement, "parse", lambda text, line: parsed.append(text) or whole(text, line))

    assert typed("detectors", "list").code == 0
    assert parsed == []
    assert typed("detectors", "test", "repeated-subject").code == 0
    assert len(parsed) == len(read_catalogue().queries)


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


def test_a_time_that_bears_its_zone_is_compared_as_an_instant(typed, tmp_path):
    definition = tmp_path / "zoned.toml"
    definition.write_text(
        """
name = "zoned"
table = "event"
[columns]
occurred_at = { column = "t", formats = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S %Z"] }
system = { value = "X" }
action = { value = "search" }
[[sample]]
record = { t = "01/07/2025 10:00:00 +0100" }
gives = { occurred_at = "2025-07-01T09:00:00Z" }
[[sample]]
record = { t = "01/07/2025 10:00:00 Z" }
gives = { occurred_at = "2025-07-01 10:00:00Z" }
[[sample]]
record = { t = "01/07/2025 10:00:00" }
gives = { occurred_at = "2025-07-01 10:00:00" }
"""
    )

    outcome = typed("sources", "check", definition)

    assert (outcome.code, outcome.out.count("pass")) == (0, 3), outcome.err + outcome.out


# --- nothing found


@pytest.mark.parametrize("more", [[], ["--format", "json"]])
def test_an_id_that_nothing_knows_does_not_pass_for_somebody_without_a_finding(in_force, more):
    for words, said in (
        (["--user", "U99999"], 'user "U99999": there is no such user in the log, staff'),
        (["--user", "u1117"], 'did you mean "U1117"?'),
        (["--subject", "P0"], 'subject "P0": there is no such subject'),
    ):
        outcome = in_force("findings", *words, *more)

        assert (outcome.code, outcome.out) == (2, "")
        assert said in outcome.err


def test_somebody_known_without_a_finding_is_said_to_be_known(in_force):
    outcome = in_force("findings", "--subject", "P19582")

    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (
        "No finding names subject P19582. The id is known. What there is to see: audit timeline --subject P19582\n"
    )


def test_conditions_that_no_finding_of_a_user_meets_are_told_from_no_finding(in_force):
    said = in_force("findings", "--user", "U1117", "--level", "critical").err

    assert re.fullmatch(r"No finding meets that; of U1117 there are \d+ others\.\n", said)


def test_whether_an_id_is_known_cannot_be_told_while_a_batch_writes(tiny, in_tiny):
    in_tiny("run")
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()",
         tiny / "audit.duckdb"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    holder.stdout.readline()
    try:
        outcome = in_tiny("findings", "--user", "U99")
    finally:
        holder.communicate()

    assert outcome.code == 0
    assert "cannot be told while a batch runs" in outcome.err


def test_a_report_without_a_finding_says_why(tiny, in_tiny):
    for name in ("incident", "incident_subject", "incident_staff"):
        (tiny / "context" / f"{name}.csv").unlink()
    (tiny / "logs" / "2024.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_id\nE1,2024-06-03 10:00:00,RMS,U1,view,P1\n"
    )
    in_tiny("run")

    outcome = in_tiny("findings")

    assert outcome.code == 0
    assert "holds no finding at all.\nNo incident is loaded, so no access is called unexplained.\n" in outcome.err
    assert "skipped: needs incident, and none is loaded" in outcome.err


def test_a_budget_of_nothing_that_meets_it_is_no_fault(in_force):
    outcome = in_force("findings", "--budget", "3", "--status", "unchanged")

    assert outcome.code == 0
    assert "No finding meets that." in outcome.err
