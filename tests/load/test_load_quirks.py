"""What real access logs do, a test for each: the file as a system would export it, its counts, and its values.

In the order of the list that they come from: rows, who, when, schema drift, cells, files, silence. A quirk that has its own
file of tests elsewhere is named there:

- an act that fires other events seconds later: tests/queries/test_accesses.py, against a plain twin
- the seven headers of one portal, and an audit of 10 to 14 columns: tests/sources/test_shipped.py
- every form of a time, and every zone: test_load_times.py; identifiers that look like numbers: test_load_cells.py
- encodings, archives, hostile cells: test_load_files.py; open quotes: test_load_rejects.py
- view logging switched off: queries/detectors/log-gap.cases.toml, run by tests/queries/test_shipped_cases.py
"""

import csv
import gzip
import io
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from load_desk import Desk, counts, event, faults

from audit.catalogue import Catalogue, read_catalogue
from audit.engine.duckdb import DuckDBEngine
from audit.explain import make_accesses

WHEN = "2024-03-01 10:00:00"
HEAD = "id,when,who,why\n"
MASKS = ["***", "* * *", "###", "REDACTED", "[REDACTED]", "REDACTED, text", "7923.600 GC"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


@pytest.fixture
def log(desk: Desk) -> Desk:
    desk.define(reason='"why"')
    return desk


def lines(*rows: str, head: str = HEAD, end: str = "\n") -> str:
    return head.replace("\n", end) + "".join(row + end for row in rows)


def accesses(desk: Desk, catalogue: Catalogue, columns: str) -> list[Any]:
    make_accesses(DuckDBEngine(desk.connection, keep=True), catalogue)
    return desk.rows(f"SELECT {columns} FROM access ORDER BY access_id")


# -- Rows are not acts ----------------------------------------------------------------------------------------------------


def test_one_vehicle_query_that_fires_two_more_is_one_access(desk: Desk, catalogue: Catalogue) -> None:
    rows = [
        event(event_id="E1", occurred_at="2024-03-01 10:00:00", action="search", subject_id="AB12CDE"),
        event(event_id="E2", occurred_at="2024-03-01 10:00:02", action="search", subject_id=""),
        event(event_id="E3", occurred_at="2024-03-01 10:00:04", action="search", subject_id=""),
    ]

    assert counts(desk.load_log(rows)) == (3, 3, 0, 0, 0)
    assert accesses(desk, catalogue, "access_id, subject_id") == [("E1", "AB12CDE")]


def test_a_hotlist_that_asks_for_one_plate_964_times_is_no_persons_access(desk: Desk, catalogue: Catalogue) -> None:
    desk.define(
        origin='{ column = "type", map = { hotlist = "machine" }, default = "person" }',
        subject_id='"plate"',
        event_id="",
    )
    start = datetime(2024, 3, 1)
    rows = [f"{start + number * timedelta(minutes=28)},HL,hotlist,AB12CDE" for number in range(964)]
    load = desk.load_log(lines(*rows, "2024-03-05 09:00:01,U1,typed,AB12CDE", head="when,who,type,plate\n"))

    assert counts(load) == (965, 965, 0, 0, 0)
    assert (start + 963 * timedelta(minutes=28)).date() - start.date() == timedelta(days=18)
    assert accesses(desk, catalogue, "user_id, subject_id") == [("U1", "AB12CDE")]


@pytest.mark.parametrize("own_ids", [True, False])
def test_the_same_search_in_fifteen_releases_is_one_event(log: Desk, own_ids: bool) -> None:
    if not own_ids:
        log.define(event_id="", reason='"why"')
    for agency in range(15):
        own = f"{100 + agency},{WHEN},U{agency},own search"
        log.write(f"logs/agency-{agency:02}.csv", lines(own, f"1,{WHEN},U99,shared search"))

    result = log.load()

    assert sum(load.records for load in result.loads) == 30
    assert sum(load.duplicates for load in result.loads) == 14
    assert log.rows("SELECT count(*), count(*) FILTER (WHERE user_id = 'U99') FROM event") == [(16, 1)]


def test_the_mobile_variant_of_a_type_is_the_same_action(desk: Desk) -> None:
    words = {"lookup": "search", "lookup - Mobile": "search", "#VE": "search", "#VEM": "search", "PRT": "print"}
    table = ", ".join(f'"{word}" = "{action}"' for word, action in words.items())
    desk.define(action=f'{{ column = "type", map = {{ {table} }} }}')
    load = desk.load_log(
        lines(*(f"{n},{WHEN},U,{w}" for n, w in enumerate([*words, "#XX"])), head="id,when,who,type\n")
    )

    assert counts(load) == (6, 5, 0, 1, 0)
    assert desk.events("action") == list(words.values())
    assert desk.quarantine() == [(6, ["action: not a known word"])]


# -- Who ------------------------------------------------------------------------------------------------------------------


def test_an_originator_line_of_53_characters_is_taken_apart_and_who_typed_it_is_another(desk: Desk) -> None:
    line = "U1042/ROUTINE STOP CHECK ON A52 NEAR THE OLD MILL/NCH"
    assert len(line) == 53
    desk.define(
        user_id="{ expression = \"regexp_extract(origin, '^(U[0-9]+)/', 1)\" }",
        operator_id='"typed"',
        reason="{ expression = \"split_part(origin, '/', 2)\" }",
        workstation="{ expression = \"split_part(origin, '/', 3)\" }",
    )
    desk.load_log(lines(f"1,{WHEN},{line},U1007", head="id,when,origin,typed\n"))

    found = desk.events("user_id, operator_id, reason, workstation")
    assert found == [("U1042", "U1007", "ROUTINE STOP CHECK ON A52 NEAR THE OLD MILL", "NCH")]


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_hides_a_user_and_is_none(desk: Desk, catalogue: Catalogue, mask: str) -> None:
    desk.define(user_id=f'{{ column = "who", masked = {MASKS} }}'.replace("'", '"'))
    load = desk.load_log(lines(f'1,{WHEN},"{mask}",x', f'2,{WHEN}," {mask}",x', f"3,{WHEN},,x", f"4,{WHEN},U*1,x"))

    assert counts(load) == (4, 4, 0, 0, 0)
    assert desk.events("user_id, masked") == [(None, ["user_id"]), (None, ["user_id"]), (None, []), ("U*1", [])]


def test_a_star_within_a_plate_is_a_wildcard_and_no_mask(desk: Desk) -> None:
    desk.define(subject_id='{ column = "plate", masked = ["***", "*"] }')
    desk.load_log(
        lines(*(f"{n},{WHEN},U,{p}" for n, p in enumerate(["AB*2CDE", "*", "***"])), head="id,when,who,plate\n")
    )

    assert desk.events("subject_id, masked") == [("AB*2CDE", []), (None, ["subject_id"]), (None, ["subject_id"])]


def test_a_reference_cut_to_12_bytes_and_a_user_cut_to_6_stay_as_they_are(desk: Desk) -> None:
    desk.define(reference='"ref"')
    load = desk.load_log(
        lines(f"1,{WHEN},OFFICE,INC-2024-031", f"2,{WHEN},OFFICE,INC-2024-031", head="id,when,who,ref\n")
    )

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("user_id, reference") == [("OFFICE", "INC-2024-031")] * 2


# -- When -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "read", "utc"),
    [
        ("2025-06-18 00:09:13.000", "", datetime(2025, 6, 18, 0, 9, 13)),
        ("11/14/2025, 09:53:36 AM UTC", "", datetime(2025, 11, 14, 9, 53, 36)),
        ("6/3/2025, 1:05:09 PM UTC", "", datetime(2025, 6, 3, 13, 5, 9)),
        ("6/3/2025", "", "occurred_at: not a time"),
        ("2025-07-01T10:00:00-07:00", "", datetime(2025, 7, 1, 17)),
        ("10/26/2025, 01:30:00 AM", 'timezone = "Europe/London"', datetime(2025, 10, 26, 0, 30)),
        ("03/30/2025, 01:30:00 AM", 'timezone = "Europe/London"', "occurred_at: no such local time"),
    ],
    ids=["UTC without a marker", "UTC as words", "unpadded", "a bare day", "an offset", "comes twice", "is not there"],
)
def test_a_time_is_read_as_its_system_writes_it(desk: Desk, cell: str, read: str, utc: datetime | str) -> None:
    formats = '["%Y-%m-%d %H:%M:%S.%f", "%m/%d/%Y, %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S"]'
    desk.define(read=read, occurred_at=f'{{ column = "when", formats = {formats} }}')
    desk.load_log(lines(f'1,"{cell}",U,x'))

    assert (desk.events("occurred_at") or desk.quarantine()[0][1]) == [utc]


def test_a_file_cut_at_local_midnight_that_holds_utc_falls_on_two_days_of_utc_and_one_local(desk: Desk) -> None:
    desk.timezone = "America/Los_Angeles"
    desk.define()
    desk.load_log(lines("1,2025-07-01 07:00:00,U,x", "2,2025-07-02 06:59:59,U,x"))

    assert desk.events("CAST(occurred_at AS DATE), local_date, local_hour") == [
        (date(2025, 7, 1), date(2025, 7, 1), 0),
        (date(2025, 7, 2), date(2025, 7, 1), 23),
    ]


def test_month_before_day_is_never_guessed(desk: Desk) -> None:
    # A sniffer takes all of them for days of December or of January, without a word.
    cells = ["12/01/2024 10:00:00", "12/11/2024 10:00:00", "12/13/2024 10:00:00", "13/12/2024 10:00:00"]
    desk.define(occurred_at='{ column = "when", formats = ["%m/%d/%Y %H:%M:%S"] }')
    load = desk.load_log(lines(*(f"{number},{cell},U,x" for number, cell in enumerate(cells))))

    assert counts(load) == (4, 3, 0, 1, 0)
    assert desk.events("local_date") == [date(2024, 12, day) for day in (1, 11, 13)]
    assert desk.quarantine() == [(4, ["occurred_at: not a time"])]


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


# -- Files ----------------------------------------------------------------------------------------------------------------

TABLE = lines(f"1,{WHEN},Zoë,theft", f'2,{WHEN},U2,"two\nlines, “quoted”"', f"3,{WHEN},U3,")
FORMS = {
    "as it is": ("", TABLE.encode()),
    "byte order mark": ("", TABLE.encode("utf-8-sig")),
    "CR LF": ("", TABLE.replace("3,", "3,").replace("\n", "\r\n").replace("two\r\n", "two\n").encode()),
    "no newline at the end": ("", TABLE.removesuffix("\n").encode()),
    "UTF-16": ('encoding = "utf-16"', TABLE.encode("utf-16")),
    "UTF-16, CR LF, big end first": ('encoding = "utf-16"', ("\ufeff" + TABLE).encode("utf-16-be")),
    "UTF-16 where UTF-8 is declared": ("", TABLE.encode("utf-16")),
    "UTF-32 where UTF-8 is declared": ("", TABLE.encode("utf-32")),
    "Windows-1252": ('encoding = "cp1252"', TABLE.encode("cp1252")),
    "gzip": ("", gzip.compress(TABLE.encode())),
    "gzip of several members": ("", gzip.compress(TABLE[:30].encode()) + gzip.compress(TABLE[30:].encode())),
    "semicolons": ('delimiter = ";"', TABLE.replace(",", ";").replace("lines;", "lines,").encode()),
    "backslashes": ('escape = "\\\\"', TABLE.replace('"two\nlines, “', "two\\\nlines\\, “").replace('”"', "”").encode()),
    "spaces behind delimiters": ("skip_spaces = true", TABLE.replace(",", ", ").replace("lines,  ", "lines, ").encode()),
    "a preamble": ("skip = 3", b"Audit report\n,,\n\n" + TABLE.encode()),
    "a preamble in UTF-16": ('skip = 2\nencoding = "utf-16"', ("Report\r\n\r\n" + TABLE).encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_same_table_is_read_however_the_file_is_written(desk: Desk, form: str) -> None:
    read, content = FORMS[form]
    desk.define(read=read, reason='"why"')
    load = desk.load_log(content, name="logs/a.csv")

    assert counts(load) == (3, 3, 0, 0, 0)
    assert desk.events("event_id, user_id, reason") == [
        ("1", "Zoë", "theft"),
        ("2", "U2", "two\nlines, “quoted”"),
        ("3", "U3", None),
    ]


def test_utf_16_without_a_byte_order_mark_is_read_the_small_end_first(log: Desk) -> None:
    log.define(read='encoding = "utf-16"', reason='"why"')

    assert counts(log.load_log(TABLE.encode("utf-16-le"))) == (3, 3, 0, 0, 0)


def test_a_lone_backslash_n_is_no_letter_n(desk: Desk) -> None:
    desk.define(read='escape = "\\\\"\nquote = ""\ndelimiter = "\\t"\nnull_values = ["", "\\\\N"]', reason='"why"')
    desk.load_log("id\twhen\twho\twhy\n" + f"1\t{WHEN}\t\\N\ta\\\\b\n" + f"2\t{WHEN}\tN\ta\\\tb\n")

    assert desk.events("user_id, reason") == [(None, "a\\b"), ("N", "a\tb")]


def test_a_preamble_of_many_lines_is_skipped(log: Desk) -> None:
    log.define(read="skip = 200000", reason='"why"')

    # More than the piece of the file in which a header is looked for.
    assert counts(log.load_log("a line\n" * 200_000 + TABLE)) == (3, 3, 0, 0, 0)


def test_an_export_of_600_columns_is_read(log: Desk) -> None:
    head = HEAD.strip() + "".join(f",c{number}" for number in range(600)) + "\n"
    load = log.load_log(lines(f"1,{WHEN},U1,theft" + ",x" * 600, head.strip(), head=head))

    assert counts(load) == (2, 1, 0, 1, 0)


def test_a_footer_is_held_back(log: Desk) -> None:
    load = log.load_log(lines(f"1,{WHEN},U1,theft") + "\nTotal: 1\nEnd of report,,,\n")

    assert counts(load) == (3, 1, 0, 1, 1)
    assert log.events("record_no") == [1]


@pytest.mark.parametrize(
    ("cut", "expected"),
    [(-3, (3, 3, 0, 0, 0)), (-10, (3, 2, 0, 0, 1)), (-25, (3, 2, 0, 0, 1)), (-1, (3, 3, 0, 0, 0))],
    ids=["within the last cell", "within a cell before", "within the time", "before the newline"],
)
def test_a_file_cut_mid_record_loads_what_is_whole_and_says_so(
    log: Desk, cut: int, expected: tuple[int, int, int, int, int]
) -> None:
    load = log.load_log(lines(*(f"{number},{WHEN},U{number},theft" for number in range(1, 4)))[:cut])

    assert counts(load) == expected
    assert load.warnings == ("its last line has no end: if the export was cut off there, the last record is not whole",)


def test_a_file_that_ends_with_its_last_line_says_nothing(log: Desk) -> None:
    quoted = f'id,when,who,why\n1,{WHEN},U1,"theft"'
    for number, text in enumerate(
        [TABLE, quoted, quoted.replace("theft", "th\neft"), TABLE.replace("\n", "\r\n"), TABLE + "bad\n"]
    ):
        assert log.load_log(text.replace("1,", f"1{number},"), name=f"logs/{number}.csv").warnings == ()


@pytest.mark.parametrize(("records", "said"), [(1_048_575, 1), (1_048_574, 0), (65_535, 1)])
def test_a_file_as_long_as_a_spreadsheet_says_that_the_rest_may_be_missing(desk: Desk, records: int, said: int) -> None:
    desk.inputs = [("staff", "staff.csv")]
    desk.write("staff.csv", "user_id\n" + "".join(f"{number}\n" for number in range(records)))
    [load] = desk.load().loads

    assert (load.records, load.loaded) == (records, records)
    assert len(load.warnings) == said
    assert all("the rest of the export may be missing" in warning for warning in load.warnings)


def day_rows(first: int, last: int) -> list[str]:
    """Ten records a day of March 2024."""
    return [
        f"{day * 10 + n},2024-03-{day:02} 10:00:{n:02},U{n},theft" for day in range(first, last + 1) for n in range(10)
    ]


@pytest.mark.parametrize("own_ids", [True, False])
def test_files_that_overlap_by_a_day_add_that_day_once(log: Desk, own_ids: bool) -> None:
    if not own_ids:
        log.define(event_id="", reason='"why"')
    log.write("logs/a.csv", lines(*day_rows(1, 10)))
    log.write("logs/b.csv", lines(*day_rows(10, 20)))

    assert [counts(load) for load in log.load().loads] == [(100, 100, 0, 0, 0), (110, 100, 10, 0, 0)]
    assert log.rows("SELECT count(*), count(DISTINCT event_id) FROM event") == [(200, 200)]


def test_a_rolling_export_pulled_weekly_adds_what_is_new(log: Desk) -> None:
    pulls = [(1, 10), (1, 17), (4, 24), (10, 31)]
    for week, (first, last) in enumerate(pulls):
        log.write(f"logs/pull-{week}.csv", lines(*day_rows(first, last)))
    loads = log.load().loads

    assert [load.loaded for load in loads] == [100, 70, 70, 70]
    assert round(100 * sum(load.duplicates for load in loads) / sum(load.records for load in loads)) == 56
    assert log.rows("SELECT count(*) FROM event") == [(310,)]


def test_a_period_released_twice_with_another_redaction_stands_as_it_came_first(desk: Desk) -> None:
    desk.define(user_id='{ column = "who", masked = ["***"] }', reason='"why"')
    desk.write("logs/a.csv", lines(f"1,{WHEN},U1,theft", f"2,{WHEN},U2,fraud"))
    desk.write("logs/b.csv", lines(f"1,{WHEN},***,theft", f"2,{WHEN},U2,fraud"))

    assert [counts(load) for load in desk.load().loads] == [(2, 2, 0, 0, 0), (2, 0, 1, 1, 0)]
    assert desk.events("user_id, masked") == [("U1", []), ("U2", [])]
    assert desk.quarantine() == [(1, ["event_id: other content under a known id"])]


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("own_ids", [True, False])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_workbook_beside_its_csv_adds_the_83_rows_that_the_csv_lacks(desk: Desk, own_ids: bool, form: str) -> None:
    desk.define(
        read=f'format = "{form}"',
        event_id='"id"' if own_ids else "",
        occurred_at='{ column = "when", formats = ["%m/%d/%Y %H:%M:%S"] }',
        reason='"why"',
        result_count='"hits"',
    )
    start = datetime(2024, 3, 1, 10)
    rows = [(f"{n:05}", start + n * timedelta(minutes=1), f"U{n % 9}", "0012", n) for n in range(283)]
    text = "".join(f"{i},{when:%m/%d/%Y %H:%M:%S},{who},{why},{hits}\n" for i, when, who, why, hits in rows[:200])
    desk.write("logs/audit.csv", "id,when,who,why,hits\n" + text)
    head = ["id", "when", "who", "why", "hits"]
    desk.write("logs/audit.xlsx", workbook([head, *([*row[:4], float(row[4])] for row in rows)]))

    result = desk.load()

    assert faults(result) == []
    assert [counts(load) for load in result.loads] == [(200, 200, 0, 0, 0), (283, 83, 200, 0, 0)]
    assert desk.rows("SELECT count(*), max(result_count), min(reason) FROM event") == [(283, 282, "0012")]


def test_a_column_of_a_workbook_in_which_a_spreadsheet_read_some_times_and_not_others_is_read_whole(desk: Desk) -> None:
    desk.define(read='format = "xlsx"', occurred_at='{ column = "when", formats = ["%d/%m/%Y %H:%M:%S"] }')
    rows = [["id", "when", "who"], ["1", datetime(2024, 3, 1, 10), "U"], ["2", "13/03/2024 10:00:00", "U"]]
    load = desk.load_log(workbook(rows), name="logs/a.xlsx")

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("occurred_at") == [datetime(2024, 3, 1, 10), datetime(2024, 3, 13, 10)]


# -- Silence --------------------------------------------------------------------------------------------------------------


def test_a_feed_that_fades_from_1261_rows_a_month_to_73_loses_none_of_them(log: Desk) -> None:
    for month, rows in (("01", 1261), ("02", 400), ("03", 73)):
        cells = (f"{month}{n},2024-{month}-{1 + n % 28:02} 10:00:00,U{n % 7},theft" for n in range(rows))
        log.write(f"logs/2024-{month}.csv", lines(*cells))
    log.load()

    assert log.rows("SELECT month(local_date), count(*) FROM event GROUP BY ALL ORDER BY ALL") == [
        (1, 1261), (2, 400), (3, 73),
    ]  # fmt: skip
