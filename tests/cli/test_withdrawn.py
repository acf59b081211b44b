"""What no longer stands is said where a run ends, by status, and listed with why: no finding vanishes without a word."""

import json

import pytest


@pytest.fixture
def explained_since(in_tiny, tiny):
    """Run; then an incident is loaded that accounts for all that U1 did, and run again."""
    in_tiny("run")
    found = in_tiny("findings", "--user", "U1", "--format", "json").json
    for name, row in (
        ("incident", "INC-2,theft,north,2024-06-01 09:00:00,"),
        ("incident_subject", "INC-2,P1,victim"),
        ("incident_staff", "INC-2,U1,officer,2024-06-01 09:00:00,"),
    ):
        with (tiny / "context" / f"{name}.csv").open("a") as file:
            file.write(row + "\n")
    return found, in_tiny("--log-format", "json", "run")


def test_the_end_of_a_run_and_status_tell_how_many_were_withdrawn(explained_since, in_tiny):
    found, ran = explained_since
    closing = json.loads(ran.err.splitlines()[-1])

    assert closing["findings"]["by_status"] == {"new": 0, "updated": 0, "unchanged": 0, "withdrawn": len(found)}
    assert f"{len(found)} withdrawn (why: audit findings --withdrawn)" in ran.out
    assert f"Withdrawn since the report before: {len(found)} (why: audit findings --withdrawn)" in in_tiny("status").out
    assert in_tiny("status", "--format", "json").json["last_run"]["withdrawn"] == len(found)


def test_withdrawn_findings_are_listed_with_why(explained_since, in_tiny):
    found, _ = explained_since

    listed = in_tiny("findings", "--withdrawn", "--format", "json").json
    out = in_tiny("findings", "--withdrawn", "--limit", 1).out

    assert [row["finding_id"] for row in listed] == [row["finding_id"] for row in found]
    assert {row["why"] for row in listed} == {"explained now: incident-assigned"}
    assert out.startswith("Compared with run ")
    assert found[0]["finding_id"][:10] in out
    assert f"1 of {len(found)}; more with --limit N" in out


def test_of_withdrawn_findings_those_of_a_detector_user_or_subject_are_chosen(explained_since, in_tiny):
    found, _ = explained_since

    assert len(in_tiny("findings", "--withdrawn", "--user", "U1", "--format", "json").json) == len(found)
    of_one = in_tiny("findings", "--withdrawn", "--detector", "repeated-subject", "--format", "json").json
    assert [row["detector"] for row in of_one] == ["repeated-subject"]
    none = in_tiny("findings", "--withdrawn", "--user", "U2")
    assert (none.code, none.out) == (0, "")
    assert "no such finding was withdrawn" in none.err


def test_whoever_asks_for_a_withdrawn_finding_is_told_why_it_is_gone(explained_since, in_tiny):
    [first, *_] = explained_since[0]

    outcome = in_tiny("show", first["finding_id"])

    assert outcome.code == 2
    assert (
        "was withdrawn by the last run: explained now: incident-assigned; see: audit findings --withdrawn"
        in outcome.err
    )


def test_where_an_access_became_part_of_another_one_it_is_not_called_gone(in_tiny, tiny):
    """The act turns out to have begun with another subject, when its first event arrives a night late."""
    header = "event_id,occurred_at,system,user_id,action,subject_kind,subject_id,parent_event_id\n"
    (tiny / "logs" / "l1.csv").write_text(header + "L1,2024-06-06 10:00:02,RMS,U3,view,person,P5,\n")
    in_tiny("run")
    (tiny / "logs" / "l2.csv").write_text(header + "L0,2024-06-06 10:00:00,RMS,U3,view,person,P6,L1\n")
    in_tiny("run")

    [row] = in_tiny("findings", "--withdrawn", "--user", "U3", "--format", "json").json

    assert (row["subject_id"], row["why"]) == ("P5", "an access that it cited is part of another one now")


def test_a_full_explanation_in_place_of_a_weak_one_is_told(in_tiny, tiny):
    (tiny / "logs" / "l1.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id,reference\n"
        "L1,2024-06-06 10:00:02,RMS,U3,print,person,P2,INC-1\n"
    )
    in_tiny("run")
    with (tiny / "context" / "incident_staff.csv").open("a") as file:
        file.write("INC-1,U3,officer,2024-06-01 09:00:00,\n")
    in_tiny("run")

    [row] = in_tiny("findings", "--withdrawn", "--detector", "disclosure", "--format", "json").json

    assert row["why"] == "explained otherwise now: incident-assigned, before incident-quoted"


def test_a_changed_parameter_of_what_a_detector_reads_is_named(in_tiny, tiny):
    """The thresholds of a surge are those of a view, which more than one query reads."""
    config = tiny / "audit.toml"
    kept = config.read_text()
    (tiny / "logs" / "l1.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n"
        "L1,2024-06-06 10:00:00,RMS,U3,view,person,P5\nL2,2024-06-06 11:00:00,RMS,U4,view,person,P5\n"
    )
    config.write_text(kept + "\n[parameters.subject_surge]\nmin_users = 2\nmin_unexplained = 2\n")
    in_tiny("run")
    config.write_text(kept)
    in_tiny("run")

    [row] = in_tiny("findings", "--withdrawn", "--format", "json").json

    assert row["detector"] == "subject-surge"
    assert row["why"] == "the query or parameters of subject_surge changed, which the detector reads"


def test_a_first_report_has_nothing_to_withdraw_from(ran):
    assert "No report on other data is there to compare with" in ran("findings", "--withdrawn").err
    assert "ithdrawn" not in ran("status").out


@pytest.mark.parametrize("words", [["--status", "new"], ["--suppressed"], ["--budget", "3"]])
def test_what_is_asked_of_those_that_stand_is_not_asked_of_those_withdrawn(ran, words):
    assert ran("findings", "--withdrawn", *words).code == 2
