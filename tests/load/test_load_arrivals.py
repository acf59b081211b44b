"""A newer file of reference data replaces, accumulates, or replaces each user's span, as its table says."""

from typing import Any

import pytest
from load_desk import counts, faults

STAFF = "user_id,name\n"
DUTY = "user_id,starts_at,ends_at,status\n"
WARNING = "warning_id,user_id,issued_at,kind\n"


@pytest.fixture
def staff(desk: Any) -> Any:
    desk.inputs = [("staff", "staff*.csv")]
    return desk


def load(desk: Any, name: str, text: str) -> Any:
    desk.write(name, text)
    result = desk.load()
    assert faults(result) == []
    return result.loads[0] if result.loads else None


def test_a_newer_file_replaces_the_one_before(staff: Any) -> None:
    load(staff, "staff.csv", STAFF + "U1,Ann\nU2,Bob\n")

    assert counts(load(staff, "staff.csv", STAFF + "U2,Rob\nU3,Cy\n")) == (2, 2, 0, 0, 0)
    assert staff.rows("SELECT user_id, name FROM staff ORDER BY 1") == [("U2", "Rob"), ("U3", "Cy")]


def test_of_several_new_files_the_last_by_path_stands(staff: Any) -> None:
    staff.write("staff_2024.csv", STAFF + "U2,New\n")
    staff.write("staff_2023.csv", STAFF + "U1,Old\n")
    staff.load()

    assert staff.column("SELECT name FROM staff") == ["New"]


def test_the_file_that_stands_is_not_loaded_again(staff: Any) -> None:
    path = staff.write("staff.csv", STAFF + "U1,Ann\n")
    staff.load()

    again = staff.load()
    named = staff.load_files(path)

    assert (again.loads, again.known) == ([], 1)
    assert (named.loads, named.known) == ([], 1)


def test_an_older_file_that_is_put_back_stands_again(staff: Any) -> None:
    load(staff, "staff.csv", STAFF + "U1,Ann\n")
    load(staff, "staff.csv", STAFF + "U1,Wrong\n")
    load(staff, "staff.csv", STAFF + "U1,Ann\n")

    assert staff.column("SELECT name FROM staff") == ["Ann"]
    assert staff.rows("SELECT count(*) FROM load_log") == [(3,)]


def test_an_older_file_beside_the_one_that_stands_changes_nothing(staff: Any) -> None:
    load(staff, "staff_1.csv", STAFF + "U1,Old\n")
    load(staff, "staff_2.csv", STAFF + "U1,New\n")

    assert staff.load().loads == []
    assert staff.column("SELECT name FROM staff") == ["New"]


def test_a_new_file_with_content_of_old_stands_and_is_not_loaded_twice(staff: Any) -> None:
    load(staff, "staff_1.csv", STAFF + "U1,PC\n")
    load(staff, "staff_2.csv", STAFF + "U1,Sgt\n")
    load(staff, "staff_3.csv", STAFF + "U1,PC\n")

    assert staff.column("SELECT name FROM staff") == ["PC"]
    assert staff.load().loads == []
    load(staff, "staff_4.csv", STAFF + "U1,Sgt\n")
    assert staff.column("SELECT name FROM staff") == ["Sgt"]
    assert staff.load().loads == []


def test_one_of_several_files_that_goes_back_to_what_it_held_stands(staff: Any) -> None:
    load(staff, "staff_1.csv", STAFF + "U1,One\n")
    load(staff, "staff_2.csv", STAFF + "U1,Two\n")
    load(staff, "staff_1.csv", STAFF + "U1,Three\n")
    load(staff, "staff_1.csv", STAFF + "U1,One\n")

    assert staff.column("SELECT name FROM staff") == ["One"]
    assert staff.load().loads == []


def test_a_second_row_under_one_key_is_quarantined(staff: Any) -> None:
    assert counts(load(staff, "staff.csv", STAFF + "U1,Ann\nU1,Bob\nU2,Cy\n")) == (3, 2, 0, 1, 0)
    assert staff.quarantine() == [(2, ["user_id: second row under the same key"])]


def test_a_row_that_breaks_a_rule_holds_no_key(desk: Any) -> None:
    desk.inputs = [("incident", "i.csv")]

    assert counts(load(desk, "i.csv", "reference,opened_at\nI1,soon\nI1,2024-01-01\n")) == (2, 1, 0, 1, 0)


def test_an_absent_part_of_a_key_is_a_part_of_it(desk: Any) -> None:
    desk.inputs = [("reason_code", "r.csv")]
    found = load(desk, "r.csv", "code,system\n1,\n1,RMS\n1,\n")

    assert counts(found) == (3, 2, 0, 1, 0)


def test_two_inputs_of_one_table_stand_beside_each_other(desk: Any) -> None:
    desk.inputs = [("staff", "north.csv"), ("staff", "south.csv")]
    desk.write("north.csv", STAFF + "U1,Ann\n")
    desk.write("south.csv", STAFF + "U2,Bob\nU1,Twin\n")
    desk.load()
    load(desk, "north.csv", STAFF + "U3,Cy\n")

    assert desk.rows("SELECT user_id, name FROM staff ORDER BY 1") == [("U2", "Bob"), ("U3", "Cy")]
    assert desk.quarantine() == [(2, ["user_id: stands already, from another input"])]


def test_the_same_content_under_two_inputs_is_each_inputs_own(desk: Any) -> None:
    desk.inputs = [("staff", "north.csv"), ("staff", "south.csv")]
    desk.write("north.csv", STAFF + "U1,Ann\n")
    desk.load()
    desk.write("south.csv", STAFF + "U1,Ann\n")
    desk.write("north.csv", STAFF + "U2,Bob\n")
    desk.load()

    assert desk.rows("SELECT user_id, name FROM staff ORDER BY 1") == [("U1", "Ann"), ("U2", "Bob")]


def test_warnings_accumulate_and_keep_what_they_said_before(desk: Any) -> None:
    desk.inputs = [("warning", "w.csv")]
    load(desk, "w.csv", WARNING + "W1,U1,2024-01-01,advice\nW2,U2,2024-01-01,advice\n")
    found = load(desk, "w.csv", WARNING + "W2,U2,2024-01-01,final\nW3,U3,2024-01-01,advice\nW1,U1,2024-01-01,advice\n")

    assert counts(found) == (3, 2, 1, 0, 0)
    assert desk.rows("SELECT warning_id, kind FROM warning ORDER BY 1") == [
        ("W1", "advice"),
        ("W2", "final"),
        ("W3", "advice"),
    ]
    assert desk.rows("SELECT warning_id, kind, load_id, replaced_by FROM warning_history") == [("W2", "advice", 1, 2)]


@pytest.mark.parametrize("table", ["warning", "watch", "complaint", "contact"])
def test_what_accumulates_stays_when_a_newer_file_lacks_it(desk: Any, table: str) -> None:
    rows = {
        "warning": WARNING + "{0},U1,2024-01-01,advice\n",
        "watch": "watch_id,user_id,starts_at,ends_at,authority,purpose\n{0},U1,2024-01-01,2024-02-01,A,p\n",
        "complaint": "complaint_id,user_id,received_at\n{0},U1,2024-01-01\n",
        "contact": "contact_id,user_id,subject_id,occurred_at\n{0},U1,P1,2024-01-01 10:00:00\n",
    }
    desk.inputs = [(table, "f*.csv")]
    desk.write("f1.csv", rows[table].format("A"))
    desk.write("f2.csv", rows[table].format("B"))
    desk.load()

    assert desk.rows(f"SELECT count(*) FROM {table}") == [(2,)]


def test_duty_replaces_each_users_span_and_no_more(desk: Any) -> None:
    desk.inputs = [("duty", "d*.csv")]
    january = [
        f"U{user},2024-01-{day:02} 08:00,2024-01-{day:02} 16:00,on_duty" for user in (1, 2) for day in (1, 8, 15)
    ]
    load(desk, "d1.csv", DUTY + "\n".join(january))
    load(
        desk,
        "d2.csv",
        DUTY + "U1,2024-01-08 06:00,2024-01-08 12:00,leave\nU1,2024-01-20 06:00,2024-01-20 12:00,on_duty\n",
    )

    assert desk.rows("SELECT user_id, day(starts_at), status FROM duty ORDER BY 1, 2") == [
        ("U1", 1, "on_duty"),
        ("U1", 8, "leave"),
        ("U1", 20, "on_duty"),
        ("U2", 1, "on_duty"),
        ("U2", 8, "on_duty"),
        ("U2", 15, "on_duty"),
    ]


def test_duty_that_ends_before_it_starts_does_not_stand_twice(desk: Any) -> None:
    desk.inputs = [("duty", "d*.csv")]
    row = "U1,2024-01-08 08:00,2024-01-08 06:00,on_duty\n"
    load(desk, "d1.csv", DUTY + row)
    load(desk, "d2.csv", DUTY + row + "U2,2024-01-08 08:00,2024-01-08 16:00,on_duty\n")

    assert desk.rows("SELECT count(*) FROM duty WHERE user_id = 'U1'") == [(1,)]


def test_a_quarantined_reference_row_of_known_text_is_a_duplicate(staff: Any) -> None:
    load(staff, "staff.csv", STAFF + "U1,Ann\n,Nobody\n")

    assert counts(load(staff, "staff.csv", STAFF + ",Nobody\nU2,Bob\n")) == (2, 1, 1, 0, 0)


def test_reference_rows_say_where_they_come_from(staff: Any) -> None:
    load(staff, "staff.csv", STAFF + ",Nobody\nU1,Ann\n")

    assert staff.rows("SELECT user_id, load_id, record_no FROM staff") == [("U1", 1, 2)]
