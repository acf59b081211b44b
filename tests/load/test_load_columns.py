"""Columns are found by name and become canonical columns as the definition says, and in no other way."""

from typing import Any

import pytest
from load_desk import counts, faults, one_record

WHEN = "2024-03-01 10:00:00"


def test_a_built_in_source_needs_the_required_columns_only(desk: Any) -> None:
    desk.load_log(f"event_id,occurred_at,system,action\nE1,{WHEN},RMS,view\n")

    assert desk.events("event_id, user_id, reason, masked") == [("E1", None, None, [])]


def test_columns_are_found_by_name_in_any_order(desk: Any) -> None:
    desk.define()
    desk.load_log(f"who,extra,id,when\nU1,x,1,{WHEN}\n")

    assert desk.events("event_id, user_id") == [("1", "U1")]


def test_each_file_may_have_its_own_order(desk: Any) -> None:
    desk.define()
    desk.load_log(f"who,id,when\nU1,1,{WHEN}\n")
    desk.load_log(f"when,who,id\n{WHEN},U2,2\n", name="logs/b.csv")

    assert desk.events("event_id, user_id") == [("1", "U1"), ("2", "U2")]


@pytest.mark.parametrize("head", [" id ,when, who", "\ufeffid,when,who", '"id"," when","who "', "ID,When,WHO"])
def test_a_header_may_have_stray_spaces_a_byte_order_mark_quotes_or_other_case(desk: Any, head: str) -> None:
    desk.define()
    desk.load_log(f"{head}\n1,{WHEN},U1\n")

    assert desk.events("event_id, user_id") == [("1", "U1")]


def test_a_definition_may_name_a_column_with_the_spaces_of_its_header(desk: Any) -> None:
    desk.define(user_id='" who "')
    desk.load_log(f"id,when, who\n1,{WHEN},U1\n")

    assert desk.events("user_id") == ["U1"]


def test_of_two_columns_of_one_name_the_first_is_meant(desk: Any) -> None:
    desk.define(reason='"who_2"')
    desk.load_log(f"id,when,who,who\n1,{WHEN},U1,U2\n")

    assert desk.events("user_id, reason") == [("U1", "U2")]


def test_a_column_without_a_label_is_named_by_its_place(desk: Any) -> None:
    assert one_record(desk, "reason", '"column_4"', "", "theft") == "theft"


def test_names_that_differ_in_case_alone_are_two_columns(desk: Any) -> None:
    assert one_record(desk, "reason", '"WHO"', "WHO", "theft") == "theft"


def test_without_a_header_columns_are_named_by_their_place(desk: Any) -> None:
    desk.define(read="header = false", event_id='"column_1"', occurred_at='"column_2"', user_id='"column_3"')
    load = desk.load_log(f"\n1,{WHEN},U1\n2,{WHEN},U2\n")

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("record_no, event_id, user_id") == [(1, "1", "U1"), (2, "2", "U2")]


def test_names_can_be_given_to_a_file_without_a_header(desk: Any) -> None:
    desk.define(read='header = ["id", "when", "who"]')
    load = desk.load_log(f"\ufeff1,{WHEN},U1\n2,{WHEN}\n")

    assert counts(load) == (2, 1, 0, 0, 1)
    assert desk.events("event_id, user_id") == [("1", "U1")]


def test_lines_before_the_header_are_skipped(desk: Any) -> None:
    desk.define(read="skip = 2")
    load = desk.load_log(f'Export of "today\nsecond, line\n\nid,when,who\n1,{WHEN},U1\n')

    assert counts(load) == (1, 1, 0, 0, 0)
    assert desk.events("record_no") == [1]


def test_a_header_cell_may_hold_a_line_end(desk: Any) -> None:
    desk.define(user_id='"who\\nasked"')
    load = desk.load_log(f'id,when,"who\nasked"\n1,{WHEN},U1\n')

    assert counts(load) == (1, 1, 0, 0, 0)


def test_a_header_that_is_no_record_stops_the_file(desk: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", f'id,when,"who\n1,{WHEN},U1\n')

    assert "header" in faults(desk.load())[0]


def test_an_absent_column_stops_its_file_and_no_other(desk: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", f"id,when,whom\n1,{WHEN},U1\n")
    desk.write("logs/b.csv", f"id,when,who\n2,{WHEN},U1\n")

    result = desk.load()

    assert [load.path for load in result.loads] == ["logs/b.csv"]
    [message] = faults(result)
    assert "a.csv" in message
    assert 'column "who" is absent; did you mean "whom"?' in message
    assert [int(code) for code in result.codes] == [5]
    assert desk.events("event_id") == ["2"]


def test_all_absent_columns_are_named_at_once(desk: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", "x\n1\n")

    assert len(faults(desk.load())) == 3


def test_an_optional_column_may_be_absent_or_present(desk: Any) -> None:
    desk.define(reference='{ column = "case", optional = true }')
    desk.load_log(f"id,when,who\n1,{WHEN},U1\n")
    desk.load_log(f"id,when,who,case\n2,{WHEN},U1,INC-1\n", name="logs/b.csv")

    assert desk.events("reference") == [None, "INC-1"]


def test_of_several_columns_the_first_that_is_not_null_counts(desk: Any) -> None:
    desk.define(subject_id='{ columns = ["plate", "vin"] }')
    desk.load_log(f"id,when,who,plate,vin\n1,{WHEN},U,P1,V1\n2,{WHEN},U, ,V2\n3,{WHEN},U,,\n")

    assert desk.events("subject_id") == ["P1", "V2", None]


def test_of_several_columns_one_must_be_there(desk: Any) -> None:
    desk.define(subject_id='{ columns = ["plate", "vin"] }')
    desk.write("logs/a.csv", f"id,when,who,vin\n1,{WHEN},U1,V1\n")
    desk.write("logs/b.csv", f"id,when,who\n2,{WHEN},U1\n")

    result = desk.load()

    assert desk.events("subject_id") == ["V1"]
    assert len(result.faults) == 1
