"""What real access logs do as files: how they are written, cut, repeated and exported again: see test_load_quirks.py."""

import gzip
import io
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from load_desk import HEAD, WHEN, Desk, counts, faults, lines

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
