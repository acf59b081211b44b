"""XLSX: typed cells become text, identifiers stay as they stand, and what is not there is said."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from load_desk import counts, event, faults

WHEN = datetime(2024, 3, 1, 10, 0, 0, 500000)
HEAD = ["id", "when", "who", "why"]


def workbook(*sheets: Iterable[Sequence[Any]], names: Sequence[str] = ("One", "Two", "Three")) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in zip(names, sheets, strict=False):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(read='format = "xlsx"', reason='{ column = "why", optional = true }')
    return desk


def test_cells_become_text_as_people_see_them(log: Any) -> None:
    cells = [12, 12.5, "0012345", "61096e3", True, False, date(2024, 3, 1), time(10, 30), timedelta(hours=30), "NA", None,
             " x\ny ", "=1", 2**53, "——", "12.0"]  # fmt: skip
    load = log.load_log(workbook([HEAD, *([n, WHEN, "U1", cell] for n, cell in enumerate(cells))]), name="logs/a.xlsx")

    assert counts(load) == (16, 16, 0, 0, 0)
    assert log.events("event_id") == [str(number) for number in range(16)]
    assert log.events("reason") == [
        "12", "12.5", "0012345", "61096e3", "true", "false", "2024-03-01", "10:30:00", "30:00:00", "NA", None,
        " x\ny ", None, "9007199254740992", "——", "12.0",
    ]  # fmt: skip


def test_errors_in_cells_are_text(log: Any) -> None:
    rows = [["", "", "", "", ""], ["", *HEAD], ["", "1", WHEN, "U1", "#N/A"], ["", "2", WHEN, "#DIV/0!", "a&b"]]
    log.load_log(workbook(rows), name="logs/a.xlsx")

    assert log.events("event_id, user_id, reason") == [("1", "U1", "#N/A"), ("2", "#DIV/0!", "a&b")]


def test_typed_times_need_no_format(log: Any) -> None:
    midnight = datetime(2024, 6, 1)
    log.define(
        read='format = "xlsx"\ntimezone = "Europe/London"', occurred_at='{ column = "when", formats = ["%d/%m/%Y"] }'
    )
    load = log.load_log(workbook([HEAD, ["1", WHEN, "U1"], ["2", midnight, "U1"]]), name="logs/a.xlsx")

    assert counts(load) == (2, 2, 0, 0, 0)
    assert log.events("occurred_at") == [WHEN, datetime(2024, 5, 31, 23)]


def test_times_as_text_follow_the_declared_format(log: Any) -> None:
    log.define(read='format = "xlsx"', occurred_at='{ column = "when", formats = ["%d/%m/%Y %H:%M"] }')
    log.load_log(workbook([HEAD, ["1", "02/03/2024 10:00", "U1"]]), name="logs/a.xlsx")

    assert log.events("occurred_at") == [datetime(2024, 3, 2, 10)]


def test_blank_rows_are_no_records_and_short_rows_are_padded(log: Any) -> None:
    rows = [[], HEAD, ["1", WHEN, "U1"], ["", None, ""], [None, None, 0], ["2", WHEN, "U1", "theft"]]
    load = log.load_log(workbook(rows), name="logs/a.xlsx")

    assert counts(load) == (3, 2, 0, 1, 0)
    assert log.quarantine() == [(2, ["event_id: missing", "occurred_at: missing"])]
    assert log.events("event_id, record_no, reason") == [("1", 1, None), ("2", 3, "theft")]


def test_rows_with_more_cells_than_the_header_are_rejected(log: Any) -> None:
    rows = [HEAD, ["1", WHEN, "U1", "", "", 12.0], ["2", WHEN, "U1"]]
    load = log.load_log(workbook(rows), name="logs/a.xlsx")

    assert counts(load) == (2, 1, 0, 0, 1)
    assert log.rejects() == [(1, "1\t2024-03-01 10:00:00.500000\tU1\t\t\t12")]
    assert log.column("SELECT reason FROM rejected_record") == ["6 fields where the header has 4"]


@pytest.mark.parametrize(
    ("read", "head"),
    [
        ("skip = 2", [["Exported by", "somebody"], [], [" ID ", "When", "who ", "why"]]),
        ("skip = 1\nheader = ['id', 'when', 'who', 'why']", [["a", "b", "c", "d"]]),
        ("header = ['id', 'when', 'who', 'why', 'more']", []),
    ],
)
def test_the_header_stands_where_the_definition_says(log: Any, read: str, head: list[list[str]]) -> None:
    log.define(read=f'format = "xlsx"\n{read}')
    load = log.load_log(workbook([*head, ["1", WHEN, "U1", "x"]]), name="logs/a.xlsx")

    assert counts(load) == (1, 1, 0, 0, 0)
    assert log.events("event_id, user_id") == [("1", "U1")]


def test_without_a_header_columns_are_numbered(log: Any) -> None:
    log.define(
        read='format = "xlsx"\nheader = false', event_id='"column_1"', occurred_at='"column_2"', user_id='"column_3"'
    )

    assert counts(log.load_log(workbook([["1", WHEN, "U1"]]), name="logs/a.xlsx")) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize("sheet", ["Log & notes", "log & Notes "])
def test_a_sheet_is_found_by_its_name(log: Any, sheet: str) -> None:
    log.define(read=f'format = "xlsx"\nsheet = "{sheet}"')
    content = workbook([["other"], ["x"]], [HEAD, ["1", WHEN, "#N/A"]], names=["One", "Log & notes"])
    load = log.load_log(content, name="logs/a.xlsx")

    assert counts(load) == (1, 1, 0, 0, 0)
    assert log.events("user_id") == ["#N/A"]
    assert load.warnings == ()


def test_an_absent_sheet_stops_the_file_and_names_those_there(log: Any) -> None:
    log.define(read='format = "xlsx"\nsheet = "Log"')
    log.write("logs/a.xlsx", workbook([HEAD], [HEAD]))
    result = log.load()

    assert 'sheet "Log" is not in the workbook, which has One, Two' in faults(result)[0]
    assert {int(code) for code in result.codes} == {5}


def test_sheets_that_were_not_read_are_named_unless_they_are_blank(log: Any) -> None:
    load = log.load_log(workbook([HEAD, ["1", WHEN, "U1"]], [], [["x"]]), name="logs/a.xlsx")

    assert load.warnings == ('only the first sheet, "One", was read; [read] sheet names another: Three',)


@pytest.mark.parametrize("rows", [[], [[]], [HEAD], [[], [None, ""]]])
def test_a_sheet_without_records_has_a_warning(log: Any, rows: list[list[str]]) -> None:
    log.write("logs/a.xlsx", workbook(rows))
    result = log.load()

    assert counts(result.loads[0]) == (0, 0, 0, 0, 0)
    assert result.warnings == ["logs/a.xlsx: the file holds no record"]


def test_a_file_without_a_byte_has_no_records(log: Any) -> None:
    assert counts(log.load_log(b"", name="logs/a.xlsx")) == (0, 0, 0, 0, 0)


def without(content: bytes, part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(out, "w") as cut:
        for name in whole.namelist():
            if name != part:
                cut.writestr(name, whole.read(name))
    return out.getvalue()


def garbled(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        start = whole.getinfo(part).header_offset + 120
    return content[:start] + b"\xff" * 20 + content[start + 20 :]


WHOLE = workbook([HEAD, ["1", WHEN, "U1"]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[:2000], "not a whole workbook"),
        (WHOLE[:-30], "not a whole workbook"),
        (b"id,when,who\n", "not a whole workbook"),
        (without(WHOLE, "xl/worksheets/sheet1.xml"), "not a whole workbook"),
        (without(WHOLE, "xl/workbook.xml"), "not a whole workbook"),
        (garbled(WHOLE, "xl/worksheets/sheet1.xml"), "not a whole workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "locked by a password"),
    ],
)
def test_a_locked_cut_or_broken_workbook_loads_nothing(log: Any, content: bytes, message: str) -> None:
    log.write("logs/a.xlsx", content)
    result = log.load()

    [fault] = faults(result)
    assert "logs/a.xlsx: " in fault
    assert message in fault
    assert {int(code) for code in result.codes} == {6}
    assert log.events() == []


@pytest.mark.parametrize(("last", "said"), [(1_048_576, 1), (1_048_575, 0)])
def test_a_full_sheet_is_a_warning(log: Any, last: int, said: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for place, row in ((1, HEAD), (2, ["1", WHEN, "U1"]), (last, ["2", WHEN, "U1"])):
        for column, cell in enumerate(row, start=1):
            sheet.cell(place, column, cell)
    out = io.BytesIO()
    book.save(out)
    load = log.load_log(out.getvalue(), name="logs/a.xlsx")

    assert counts(load) == (2, 2, 0, 0, 0)
    full = "the sheet is full to its last row: the rest of the export may be missing"
    assert load.warnings == (full,) * said


def test_canonical_tables_come_as_spreadsheets_too(desk: Any) -> None:
    desk.inputs = [("event", "logs/*"), ("staff", "staff.xlsx")]
    desk.write("logs/a.XLSX", workbook([list(event()), ["E1", WHEN, "RMS", "U1", "view"]]))
    staff = [["user_id", "name", "joined_on"], [7, "Zoë", date(2020, 1, 2)], ["0007", "Ann", datetime(2021, 3, 4)]]
    desk.write("staff.xlsx", workbook(staff))
    result = desk.load()

    assert faults(result) == []
    assert desk.events("event_id, occurred_at") == [("E1", WHEN)]
    assert desk.rows("SELECT user_id, name, joined_on FROM staff ORDER BY name") == [
        ("0007", "Ann", date(2021, 3, 4)), ("7", "Zoë", date(2020, 1, 2)),
    ]  # fmt: skip


def test_a_row_under_quarantine_is_kept_with_its_columns(log: Any) -> None:
    log.load_log(workbook([HEAD, [12, "no time", "U1"]]), name="logs/a.xlsx")

    assert log.column("SELECT record FROM quarantine") == ['{"id":"12","when":"no time","who":"U1","why":""}']
