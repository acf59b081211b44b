"""What real access logs do to columns and cells: see test_load_quirks.py."""

import csv
import io
from datetime import datetime

import pytest
from load_desk import HEAD, WHEN, Desk, counts, faults, lines

# -- Schema drift ---------------------------------------------------------------------------------------------------------


def test_columns_may_go_come_and_change_their_order_from_file_to_file(desk: Desk) -> None:
    desk.define(reason='{ column = "why", optional = true }', reference='{ column = "case", optional = true }')
    desk.write("logs/2024-12.csv", lines(f"1,{WHEN},U1,theft,C1", head="id,when,who,why,case\n"))
    desk.write("logs/2025-01.csv", lines(f"U2,{WHEN},2,C2", head=" who, when, id,case\n"))
    desk.write("logs/2025-02.csv", lines(f"new,fraud,U3,{WHEN},3", head="Extra,WHY,Who,When,ID\n"))

    result = desk.load()

    assert [counts(load) for load in result.loads] == [(1, 1, 0, 0, 0)] * 3
    found = desk.events("event_id, user_id, reason, reference")
    assert found == [("1", "U1", "theft", "C1"), ("2", "U2", None, "C2"), ("3", "U3", "fraud", None)]


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("id,when,who,why,gone\n", f"1,{WHEN},U1,theft", "4 fields where the header has 5"),
        (HEAD, f"1,{WHEN},U1,theft,new", "5 fields where the header has 4"),
    ],
    ids=["a label without a column", "a column without a label"],
)
def test_a_label_or_a_column_too_many_loads_nothing_wrong_and_says_what_to_do(
    log: Desk, head: str, row: str, said: str
) -> None:
    load = log.load_log(lines(row, row, head=head))

    assert counts(load) == (2, 0, 0, 0, 2)
    assert load.warnings[0].startswith(f"2 of 2 records have {said}")
    assert "[read] header" in load.warnings[0]


def test_a_file_whose_labels_do_not_fit_is_read_by_names_given(log: Desk) -> None:
    log.define(read='skip = 1\nheader = ["id", "when", "who", "why", "new"]', reason='"why"')

    assert counts(log.load_log(lines(f"1,{WHEN},U1,theft,new"))) == (1, 1, 0, 0, 0)
    assert log.events("user_id, reason") == [("U1", "theft")]


def test_a_column_with_a_blank_label_is_a_column_all_the_same(log: Desk) -> None:
    load = log.load_log(lines(f"1,index,{WHEN},U1,theft", head="id,,when,who,why\n"))

    assert counts(load) == (1, 1, 0, 0, 0)
    assert log.events("user_id, reason") == [("U1", "theft")]


def test_a_header_row_that_comes_again_is_no_event_and_takes_nothing_along(log: Desk) -> None:
    load = log.load_log(lines(f"1,{WHEN},U1,a", HEAD.strip(), f"2,{WHEN},U2,b", HEAD.strip(), f"3,{WHEN},U3,c"))

    assert counts(load) == (5, 3, 1, 1, 0)
    assert log.events("event_id, record_no") == [("1", 1), ("2", 3), ("3", 5)]
    assert log.quarantine() == [(2, ["occurred_at: not a time", "record: a header row"])]


def test_a_header_row_among_reference_data_is_no_row_of_it(desk: Desk) -> None:
    desk.inputs = [("staff", "staff.csv")]
    desk.write("staff.csv", "user_id,name,role\nU1,A,officer\nuser_id,name,role\nU2,B,officer\n")
    desk.load()

    assert desk.column("SELECT user_id FROM staff ORDER BY user_id") == ["U1", "U2"]
    assert desk.quarantine() == [(2, ["record: a header row"])]


@pytest.mark.parametrize(
    ("second", "row"),
    [
        ("id,why,when,who", f"2,fraud,{WHEN},U2"),
        (" why,who , when,id", f"fraud,U2,{WHEN},2"),
        ("id,who,plate,when,why", f"2,U2,AB12CDE,{WHEN},fraud"),
        ("when,who,id", f"{WHEN},U2,2"),
    ],
    ids=["another order", "stray spaces", "wider", "narrower"],
)
def test_two_exports_in_one_file_are_each_read_by_their_own_header(log: Desk, second: str, row: str) -> None:
    log.define(reason='{ column = "why", optional = true }')
    load = log.load_log(lines(f"1,{WHEN},U1,theft", second, row, HEAD.strip(), f"3,{WHEN},U3,drugs"))

    reason = "fraud" if "fraud" in row else None
    # Two header rows under the same labels have the same text, and the second is a duplicate.
    assert (load.records, load.loaded, load.duplicates + load.quarantined, load.rejected) == (5, 3, 2, 0)
    assert log.events("event_id, user_id, reason") == [("1", "U1", "theft"), ("2", "U2", reason), ("3", "U3", "drugs")]
    assert {rules[-1] for _, rules in log.quarantine()} == {"record: a header row"}
    assert load.warnings == ("record 2 is another header: the records behind it were read by it, as at 1 more places",)


def test_two_exports_under_one_header_keep_only_the_records_that_fit_it(log: Desk) -> None:
    load = log.load_log(lines(f"1,{WHEN},U1,theft", f"2,{WHEN},U2,fraud,C2", f"U3,3,{WHEN},drugs"))

    assert counts(load) == (3, 1, 0, 1, 1)
    assert log.events("user_id, reason") == [("U1", "theft")]


def test_nobody_makes_a_header_of_an_event_by_what_they_type(log: Desk) -> None:
    load = log.load_log(lines(f"1,{WHEN},who,why", f"2,{WHEN},U2,theft"))

    assert counts(load) == (2, 2, 0, 0, 0)
    assert log.events("user_id, reason") == [("who", "why"), ("U2", "theft")]


def test_rows_shifted_by_a_cell_are_held_back_and_the_others_load(log: Desk) -> None:
    left, right = f"{WHEN},U2,fraud,", f",3,{WHEN},U3"
    load = log.load_log(lines(f"1,{WHEN},U1,theft", left, right, f",4,{WHEN},U4,x", f"5,{WHEN},U5,drugs"))

    assert counts(load) == (5, 2, 0, 2, 1)
    assert log.events("event_id, user_id, record_no") == [("1", "U1", 1), ("5", "U5", 5)]
    assert log.quarantine() == [
        (2, ["occurred_at: not a time"]),
        (3, ["event_id: missing", "occurred_at: not a time"]),
    ]


def test_a_file_without_a_header_is_read_by_place(desk: Desk) -> None:
    desk.define(read="header = false", event_id='"column_1"', occurred_at='"column_2"', user_id='"column_3"')

    assert counts(desk.load_log(f"1,{WHEN},U1\n2,{WHEN},U2\n")) == (2, 2, 0, 0, 0)
    assert desk.events("user_id") == ["U1", "U2"]


def test_of_a_file_without_a_header_no_cell_stands_in_a_message(log: Desk) -> None:
    log.write("logs/a.csv", f"idx,{WHEN},whom,whys\n")

    said = " ".join(faults(log.load()))

    assert "header, skip, delimiter and encoding" in said
    assert not any(cell in said for cell in ("idx", "whom", "whys"))


# -- Cells ----------------------------------------------------------------------------------------------------------------


def test_two_times_in_one_quoted_cell_are_one_cell(desk: Desk) -> None:
    desk.define(
        occurred_at="{ expression = \"split_part(frame, chr(10), 2)\", formats = ['%m/%d/%Y, %I:%M:%S %p'] }",
        query_text='"frame"',
    )
    cell = "11/07/2025, 09:53:36 AM UTC\n11/14/2025, 09:53:36 AM UTC"
    load = desk.load_log(lines(f'1,"{cell}",U1', f'2,"{cell}",U2', head="id,frame,who\n"))

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("occurred_at, query_text") == [(datetime(2025, 11, 14, 9, 53, 36), cell)] * 2


@pytest.mark.parametrize(
    "text",
    [
        'said "no"',
        "two\nlines",
        "two\r\nlines",
        "it’s “his” car",
        "Person+Crime",
        "NA",
        "——",
        "a, b; c|d",
        "\\",
        "N/A",
        "-",
    ],
)
def test_a_reason_stays_as_it_was_typed(log: Desk, text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([["id", "when", "who", "why"], ["1", WHEN, "U1", text]])

    assert counts(log.load_log(out.getvalue())) == (1, 1, 0, 0, 0)
    assert log.events("reason") == [text]


def test_words_joined_by_plus_are_parted_where_the_definition_says_so(desk: Desk) -> None:
    desk.define(reason="{ expression = \"replace(why, '+', ' ')\" }")
    desk.load_log(lines(f"1,{WHEN},U1,Person+Crime"))

    assert desk.events("reason") == ["Person Crime"]


def test_a_case_number_is_text_and_a_count_from_a_spreadsheet_a_number(desk: Desk) -> None:
    desk.define(reference='"case"', result_count='"hits"')
    rows = ["0012345,12.0", "61096e3,7", "12.0,", "1E5,——"]
    load = desk.load_log(lines(*(f"{n},{WHEN},U,{row}" for n, row in enumerate(rows)), head="id,when,who,case,hits\n"))

    assert counts(load) == (4, 3, 0, 1, 0)
    assert desk.events("reference, result_count") == [("0012345", 12), ("61096e3", 7), ("12.0", None)]
    assert desk.quarantine() == [(4, ["result_count: not a whole number"])]


def test_a_dash_for_no_number_is_null_where_the_definition_lists_it(desk: Desk) -> None:
    desk.define(read='null_values = ["", "——"]', result_count='"hits"')
    desk.load_log(lines(f"1,{WHEN},U,——", head="id,when,who,hits\n"))

    assert desk.events("result_count") == [None]


def test_one_constant_reason_in_55_000_rows_is_55_000_events(desk: Desk) -> None:
    desk.define(event_id="", reason='"why"')
    load = desk.load_log(lines(*(f"{WHEN},U{n % 50},investigation" for n in range(55_000)), head="when,who,why\n"))

    # Fifty users, eleven hundred acts each, of which none differs from another: none is taken for a copy.
    assert counts(load) == (55_000, 55_000, 0, 0, 0)
    assert desk.rows("SELECT count(DISTINCT event_id), count(DISTINCT reason) FROM event") == [(55_000, 1)]


def test_a_case_number_typed_for_a_reason_is_found_where_the_case_is_empty(desk: Desk) -> None:
    desk.define(
        reason='"why"',
        reference="{ expression = \"coalesce(nullif(\\\"case\\\", ''), nullif(regexp_extract(why, '[0-9]{2}-[0-9]+'), ''))\" }",
    )
    desk.load_log(
        lines(f"1,{WHEN},U,25-012345,", f"2,{WHEN},U,theft,25-1", f"3,{WHEN},U,theft,", head="id,when,who,why,case\n")
    )

    assert desk.events("reference") == ["25-012345", "25-1", None]
