"""audit timeline: who looked at whom, and what the user was at then. Worked by hand on a tiny force and its rota."""

import csv
import io
import subprocess
import sys

import duckdb
import pytest

from audit.cli.main import run_words
from tests.cli.tiny import CONFIG, make_tiny

REFERENCE = {
    "staff": "user_id,role,rank,subject_id,joined_on\nU1,officer,constable,P9,2020-01-06\nU2,officer,sergeant,,\nU8,clerk,,,\n",
    "duty": """\
user_id,starts_at,ends_at,status
U1,2024-06-03 06:00:00,2024-06-03 14:00:00,on_duty
U1,2024-06-04 06:00:00,2024-06-04 09:00:00,on_duty
U1,2024-06-05 06:00:00,2024-06-05 14:00:00,on_duty
U1,2024-06-07 06:00:00,2024-06-07 14:00:00,on_duty
""",
    "warning": "warning_id,user_id,issued_at,kind,about\nW-1,U1,2024-06-04 09:30:00,written,checks on =P1\n",
    "posting": "user_id,unit,role,starts_at,ends_at\nU1,north,officer,2024-01-01 00:00:00,\n",
    "relationship": "user_id,subject_id,relation\nU1,P1,ex_partner\n",
    "contact": "contact_id,user_id,subject_id,occurred_at,channel,device\nC-1,U1,P1,2024-06-06 20:00:00,text,personal\n",
    "subject_link": "subject_id,linked_id,relation\nP1,V1,keeper\n",
    "subject": "subject_id,subject_kind,markers\nP1,person,vulnerable;minor\n",
}
INCIDENTS = """\
reference,kind,unit,opened_at,closed_at
INC-1,burglary,north,2024-06-01 09:00:00,
INC-2,theft,north,2024-06-03 08:00:00,2024-06-03 12:00:00
INC-3,theft,south,2024-05-01 09:00:00,2024-05-02 09:00:00
"""
ON_IT = "reference,subject_id,role\nINC-1,P2,victim\nINC-2,P7,victim\nINC-3,P1,witness\n"
ASSIGNED = """\
reference,user_id,role,starts_at,ends_at
INC-1,U2,officer,2024-06-01 09:00:00,
INC-2,U1,officer,2024-06-03 08:00:00,
INC-2,U2,lead,2024-06-03 08:00:00,
"""


def make_force(folder):
    """The tiny workspace, with a rota and all else: U1 looks up P1 on duty, off duty after a warning, and on duty."""
    more = "".join(f'\n[[input]]\nsource = "{name}"\npath = "context/{name}.csv"\n' for name in REFERENCE)
    make_tiny(folder, CONFIG + more)
    known = {"incident": INCIDENTS, "incident_subject": ON_IT, "incident_staff": ASSIGNED}
    for name, text in {**REFERENCE, **known}.items():
        (folder / "context" / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = make_force(tmp_path_factory.mktemp("timeline") / "force")
    assert run_words(["-w", str(made), "run"]) == 0
    return made


@pytest.fixture
def asked(folder, typed):
    return lambda *words: typed("-w", folder, "timeline", *words)


def told(outcome):
    """Return the rows in short: when, and what."""
    assert outcome.code == 0
    return [((row["occurred_at"] or "")[5:16], row["event"], row["access_id"] or row["told"]) for row in outcome.json]


def test_accesses_stand_between_what_is_known_of_the_user_and_the_subject(asked):
    assert told(asked("--user", "U1", "--subject", "P1", "--format", "json")) == [
        ("", "staff", "role officer, rank constable, joined 2020-01-06"),
        ("", "subject", "person, marked vulnerable, minor"),
        ("", "relation", "ex partner of U1"),
        ("", "link", "keeper link with V1"),
        ("01-01T00:00", "posting", "unit north, role officer"),
        (
            "05-01T09:00",
            "opened",
            "INC-3 (theft, unit south) opened; the subject is on it as witness",
        ),
        ("05-02T09:00", "closed", "INC-3 (theft, unit south) closed"),
        ("06-03T06:00", "duty", "on_duty"),
        ("06-03T08:00", "assigned", "on INC-2 (theft, unit north) as officer with U2; on it: P7"),
        ("06-03T10:00", "access", "E1"),
        ("06-04T09:30", "warning", "warning W-1 (written)"),
        ("06-04T10:00", "access", "E2"),
        ("06-05T06:00", "duty", "on_duty"),
        ("06-05T10:00", "access", "E3"),
        ("06-06T20:00", "contact", "contact C-1, text, personal device"),
    ]


def test_each_access_says_what_accounts_for_it_and_whether_the_user_was_on_duty(asked):
    rows = [row for row in asked("--user", "U1", "--format", "json").json if row["event"] == "access"]

    assert [(row["access_id"], row["state"], row["duty"]) for row in rows] == [
        ("E1", "unexplained", "on_duty"),
        ("E2", "unexplained", "outside"),
        ("E3", "unexplained", "on_duty"),
    ]
    assert rows[0]["tried"].startswith("no reference quoted")
    [explained] = [row for row in asked("--user", "U2", "--format", "json").json if row["event"] == "access"]
    assert (explained["state"], explained["explanation"], explained["explanation_reference"]) == (
        "explained", "incident-assigned", "INC-1",
    )  # fmt: skip


def test_people_read_it_in_local_time_and_at_a_glance(asked):
    out = asked("--user", "U1", "--subject", "P1").out

    assert out.startswith("Accesses of U1 to P1: 3: 3 unexplained. Times are local (Europe/London).\n")
    lines = out.splitlines()
    [duty] = [line for line in lines if line.startswith("2024-06-03 07:00:00  duty ")]
    assert duty.endswith("on duty; until 2024-06-03 15:00:00")
    [off] = [line for line in lines if line.startswith("2024-06-04 11:00:00  access")]
    assert "UNEXPLAINED" in off
    assert "OFF DUTY; tried: no reference quoted" in off
    [with_reason] = [line for line in lines if line.startswith("2024-06-03 11:00:00  access")]
    assert "curious" in with_reason  # as `show` shows it
    assert "checks on" not in out  # what a warning is about is free text


def test_who_looked_at_a_subject_is_told_first_those_with_most_to_explain_on_top(asked):
    out = asked("--subject", "P1").out.splitlines()

    assert out[0].startswith("Accesses to P1: 4 by 1 user: 3 unexplained, 1 not judged.")
    assert out[2].split() == [
        "user_id",
        "accesses",
        "explained",
        "weak",
        "unexplained",
        "not",
        "judged",
        "first",
        "last",
    ]
    assert out[3].split() == ["U1", "3", "0", "0", "3", "0", "2024-06-03", "2024-06-05"]
    assert "(masked or not given)" in out[4]
    assert any("its user is not given in the log" in line for line in out)


def test_who_typed_for_somebody_else_is_named(tmp_path, typed):
    folder = make_force(tmp_path / "force")
    (folder / "logs" / "typed.csv").write_text(
        "event_id,occurred_at,system,user_id,operator_id,action,subject_id\n"
        "E8,2024-06-07 10:00:00,RMS,U1,U2,search,P1\nE9,2024-06-07 11:00:00,RMS,U1,U1,search,P1\n"
    )
    typed("-w", folder, "load")

    lines = typed("-w", folder, "timeline", "--user", "U1").out.splitlines()

    assert [("typed by U2" in line) for line in lines if line.endswith(("E8", "E9"))] == [True, False]


def test_days_are_local_and_both_are_included(asked):
    rows = told(asked("--user", "U1", "--since", "2024-06-04", "--until", "2024-06-04", "--format", "json"))

    assert [what for _, event, what in rows if event == "access"] == ["E2"]
    assert not {"opened", "contact", "assigned"} & {event for _, event, _ in rows}


def test_unexplained_ones_alone_on_request(asked):
    assert "E4" not in asked("--subject", "P2", "--unexplained", "--format", "csv").out
    assert asked("--subject", "P2", "--unexplained").out.startswith("Accesses to P2: 1 by 1 user: 1 explained.")


def test_with_a_limit_the_newest_are_shown_and_how_many_are_left_out_is_said(asked):
    shown = asked("--user", "U1", "--limit", 1)
    rows = asked("--user", "U1", "--limit", 1, "--format", "ndjson")

    assert "E3" in shown.out
    assert "E2" not in shown.out
    assert "2 older accesses are left out; more with --limit N" in shown.out
    assert rows.err.startswith("2 older accesses are left out")
    # The shift of an access that is left out goes with it.
    assert rows.out.count('"event": "duty"') == 1


@pytest.mark.parametrize(("words", "said"), [
    (["--user", "U99"], 'user "U99": there is no such user'),
    (["--user", "u1"], 'did you mean "U1"?'),
    (["--subject", "P99"], 'subject "P99": there is no such subject'),
    (["--user", "U1", "--subject", "P99"], 'subject "P99"'),
    ([], "name whose: --user U, --subject S, or both"),
    (["--user", "U1", "--since", "2024-06-05", "--until", "2024-06-04"], "is later than --until"),
])  # fmt: skip
def test_an_id_that_nothing_knows_is_said_to_be_unknown(asked, words, said):
    outcome = asked(*words)

    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err


def test_somebody_known_who_looked_at_nobody_is_told_apart_from_somebody_unknown(asked):
    outcome = asked("--user", "U8")

    assert outcome.code == 0
    assert outcome.out.startswith("Accesses of U8: none, though U8 is known.")
    assert asked("--user", "U8", "--subject", "P1").out.startswith("Accesses of U8 to P1: none, though both are known.")


def test_a_csv_runs_nothing_in_a_spreadsheet(tmp_path, typed):
    folder = make_force(tmp_path / "force")
    log = folder / "logs" / "2024.csv"
    log.write_text(log.read_text().replace("curious", "=1+1"))
    typed("-w", folder, "load")

    outcome = typed("-w", folder, "timeline", "--user", "U1", "--format", "csv")

    reasons = [row["reason"] for row in csv.DictReader(io.StringIO(outcome.out))]
    assert "'=1+1" in reasons


def test_what_was_loaded_since_the_last_run_is_told_too(tmp_path, typed):
    folder = make_force(tmp_path / "force")
    typed("-w", folder, "run")
    (folder / "logs" / "new.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_id\nE9,2024-06-06 10:00:00,RMS,U1,view,P1\n"
    )
    typed("-w", folder, "load")

    assert "E9" in typed("-w", folder, "timeline", "--user", "U1").out


def test_while_a_batch_writes_nothing_is_told(tmp_path, typed):
    folder = make_force(tmp_path / "force")
    typed("-w", folder, "run")
    # Another process, since the engine knows its own.
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()",
         folder / "audit.duckdb"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    holder.stdout.readline()
    try:
        assert typed("-w", folder, "timeline", "--user", "U1").code == 4
    finally:
        holder.communicate()


def test_the_surge_of_179_users_is_told_with_those_first_who_had_no_reason(in_force):
    """Nottingham 2023: 381 accesses by 179 staff to one record, 11 of them without a reason."""
    out = in_force("timeline", "--subject", "P29612").out.splitlines()

    assert out[0].startswith("Accesses to P29612: 381 by 179 users: ")
    assert "11 unexplained" in out[0]
    assert [line.split()[4] for line in out[3:15]] == ["1"] * 11 + ["0"]
    assert out[23].startswith("and 159 more users with ")
    assert any(line.startswith("331 older accesses are left out") for line in out)


def test_what_a_timeline_names_is_what_the_report_names(in_force, force):
    rows = in_force("timeline", "--user", "U1117", "--format", "json").json
    evidence = in_force("findings", "--user", "U1117", "--detector", "unexplained-access", "--format", "json").json

    cited = {access_id for finding in evidence for access_id in finding["event_ids"]}
    assert {row["access_id"] for row in rows if row["state"] == "unexplained"} == cited
    with duckdb.connect(str(force[0].database), read_only=True) as connection:
        [(accesses,)] = connection.execute("SELECT count(*) FROM access WHERE user_id = 'U1117'").fetchall()
    assert sum(row["event"] == "access" for row in rows) == accesses
