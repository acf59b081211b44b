"""What `audit status` tells of the health of each input, for people and for machines."""

from pathlib import Path

import pytest

from tests.cli.tiny import GATE, add_source

LOG = """\
no,when,who,whom,why,old
1,2024-06-03 10:00:00,U1,P1,theft,x
2,2024-06-03 11:00:00,***,P2,,x
3,2024-06-06 10:00:00,,,,x
4,2024-10-27 01:30:00,U1,P1,INC-1,x
5,2024-03-31 01:30:00,U1,P1,,x
6,not a time,U1,P1,,x
"""
NEXT = "no,when,who,whom,why,ip\n7,2024-10-27T00:30:00Z,U2,P1,,1\n"
MORE = """
account = { column = "who", masked = ["***"] }
subject_id = "whom"
reason = "why"
[read]
timezone = "Europe/London"
"""
ACCOUNTS = "account,user_id,system,starts_at,ends_at\nU1,ann,,,\nU2,ben,,2025-01-01,\n"


@pytest.fixture
def gate(in_tiny, tiny):
    columns = GATE.replace('user_id = "who"\n', 'user_id = { value = "" }\n')
    add_source(tiny, columns, MORE)
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + '\n[[input]]\nsource = "account"\npath = "account.csv"\n')
    (tiny / "account.csv").write_text(ACCOUNTS)
    (tiny / "gate" / "a.csv").write_text(LOG)
    first = in_tiny("load")
    (tiny / "gate" / "b.csv").write_text(NEXT)
    return first, in_tiny("run"), in_tiny


def _gate_of(status):
    return next(item for item in status["inputs"] if item["source"] == "gate")


def test_machines_get_the_health_of_a_log(gate):
    found = _gate_of(gate[2]("status", "--format", "json").json)

    assert (found["records"], found["loaded"], found["quarantined"]) == (7, 5, 2)
    assert found["quarantine_rate"] == pytest.approx(2 / 7, abs=0.0001)
    # 3 June to 27 October 2024 are 147 days, of which three have a row.
    assert (found["days"], found["days_missing"], found["rows_a_day"]) == (147, 144, 1.7)
    assert (found["doubled_times"], found["missing_times"]) == (1, 1)
    assert found["masked"] == {"account": 1}
    assert (found["columns_added"], found["columns_gone"]) == (["ip"], ["old"])
    assert found["older_definition"] == []


def test_machines_get_what_the_accesses_of_a_log_lack(gate):
    found = _gate_of(gate[2]("status", "--format", "json").json)

    assert found["accesses"] == 5
    # U1's two accesses have a user. The masked and the blank account name nobody; U2's account began later.
    assert (found["with_user"], found["with_subject"], found["with_reason"], found["with_reference"]) == (
        0.4,
        0.8,
        0.4,
        0,
    )
    assert found["unresolved_accounts"] == 1


def test_people_are_told_in_words_what_is_odd(gate):
    told = " ".join(gate[2]("status").out.split())

    assert "gate: times in an hour that came twice, taken as the first: 1" in told
    assert "gate: times that the clocks skipped, quarantined: 1" in told
    assert "gate: masked in events: account of 1" in told
    assert "gate: accesses that name an account that no one user held at the time: 1" in told
    assert 'gate: the last file has other columns than the one before: "ip" is new, "old" is gone' in told


def test_a_night_tells_of_doubled_hours_unresolved_accounts_and_new_columns_once(gate, tiny):
    first, second, in_tiny = gate
    assert "times in an hour that came twice, each taken as the first: 1" in first.err
    assert 'not mapped, and not met before in source gate: "old"' in first.err
    assert 'not mapped, and not met before in source gate: "ip"' in second.err
    assert "source gate: accesses that name an account that no one user held at the time: 1" in second.err
    again = in_tiny("run", "--format", "json")
    assert "that no one user held" not in again.err
    assert "that no one user held at the time: 1" in (Path(again.json["report"]).parent / "report.html").read_text()
    (tiny / "gate" / "c.csv").write_text(NEXT.replace("7,", "8,"))
    assert "not met before" not in in_tiny("load").err


def test_incidents_that_nothing_connects_with_anybody_are_told_every_night(in_tiny, tiny):
    (tiny / "context" / "incident_subject.csv").unlink()
    (tiny / "context" / "incident_staff.csv").write_text("reference,user_id\n")

    nights = [in_tiny("run"), in_tiny("run")]

    for night in nights:
        assert "incident: 1 are loaded, but no incident_subject, which tells who and what they are about" in night.err
        assert "incident: 1 are loaded, but no incident_staff, which tells who worked on them" in night.err
    (tiny / "context" / "incident.csv").write_text("reference,opened_at\n")
    assert "are loaded, but" not in in_tiny("run").err


def test_what_the_last_load_of_each_input_had_to_say_is_still_told_by_status(gate, tiny):
    in_tiny = gate[2]
    told = _gate_of(in_tiny("status", "--format", "json").json)["last_load_said"]
    assert told == ['not mapped, and not met before in source gate: "ip"']
    (tiny / "logs" / "empty.csv").write_text("")

    outcome = in_tiny("load")

    assert "logs/empty.csv: the file holds no record" in outcome.err
    assert "event: of the file loaded last: the file holds no record" in in_tiny("status").out
    assert 'gate: of the file loaded last: not mapped, and not met before in source gate: "ip"' in in_tiny("status").out


def test_a_changed_definition_is_told_until_its_files_are_mapped_anew(gate, tiny):
    in_tiny = gate[2]
    path = tiny / "sources" / "gate.toml"
    path.write_text(path.read_text().replace('subject_id = "whom"', 'subject_id = "whom"\nworkstation = "no"'))
    loads = _gate_of(in_tiny("status", "--format", "json").json)["older_definition"]
    assert len(loads) == 2
    assert "its definition was changed after load" in in_tiny("status").out

    for load_id in loads:
        in_tiny("load", "--again", load_id)

    assert _gate_of(in_tiny("status", "--format", "json").json)["older_definition"] == []


def test_an_input_that_is_not_loaded_has_no_health(in_tiny):
    found = in_tiny("status", "--format", "json").json["inputs"][0]

    assert (found["days"], found["quarantine_rate"], found["masked"]) == (None, None, {})


def test_csv_has_a_column_for_each_number(gate):
    head = gate[2]("status", "--format", "csv").out.splitlines()[0].split(",")

    assert {"source", "days_missing", "with_user", "columns_added"} <= set(head)
