import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from audit.cli.output import print_rows

ROWS = [
    {"rank": 1, "level": "high", "user_id": "U1", "at": datetime(2024, 3, 1, 10), "details": '{"share": 0.5}'},
    {"rank": 12, "level": "low", "user_id": None, "at": None, "details": '{"share": null}'},
]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def printed(rows, output_format, columns=None, stream=None):
    stream = stream or io.StringIO()
    print_rows(rows, output_format, stream, columns)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("rows", [ROWS, pa.Table.from_pylist(ROWS)], ids=["rows", "arrow"])
def test_json_is_a_list_of_objects_with_objects_in_it(rows):
    assert json.loads(printed(rows, "json")) == [
        {"rank": 1, "level": "high", "user_id": "U1", "at": "2024-03-01T10:00:00Z", "details": {"share": 0.5}},
        {"rank": 12, "level": "low", "user_id": None, "at": None, "details": {"share": None}},
    ]


def test_ndjson_is_an_object_a_line():
    assert [json.loads(line)["rank"] for line in printed(ROWS, "ndjson").splitlines()] == [1, 12]


def test_nothing_is_an_empty_list_an_empty_file_and_a_bare_header():
    assert printed([], "json", ["rank"]) == "[]\n"
    assert printed([], "ndjson", ["rank"]) == ""
    assert printed([], "csv", ["rank", "level"]) == "rank,level\n"
    assert printed([], "table", ["rank", "level"]) == "rank  level\n"


def test_json_carries_the_text_as_it_is_in_ascii():
    hostile = "\u202e=1+1\x1b[31m\x9bé"
    text = printed([{"reason": hostile}], "json")
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == [{"reason": hostile}]


def test_json_holds_dates_decimals_lists_and_no_nan():
    row = {
        "day": date(2024, 3, 1),
        "zoned": datetime(2024, 3, 1, 10, tzinfo=UTC),
        "exact": [Decimal(2), Decimal("2.5")],
        "nan": float("nan"),
    }
    assert json.loads(printed([row], "json")) == [
        {"day": "2024-03-01", "zoned": "2024-03-01T10:00:00Z", "exact": [2, 2.5], "nan": None}
    ]


def test_text_that_is_no_object_stays_text():
    assert json.loads(printed([{"key": "123"}, {"key": "{no"}], "json")) == [{"key": "123"}, {"key": "{no"}]


def test_csv_is_safe_in_a_spreadsheet_and_numbers_stay_numbers():
    row = {"a": "=1+1", "b": "@x", "c": -5, "d": "\t=1", "e": 'say "hi", then\nleave', "f": ["=x", "y"], "g": True}
    assert list(csv.reader(io.StringIO(printed([row], "csv")))) == [
        ["a", "b", "c", "d", "e", "f", "g"],
        ["'=1+1", "'@x", "-5", "'\t=1", 'say "hi", then\nleave', "'=x;y", "true"],
    ]


def test_a_piped_table_is_aligned_and_bare():
    assert printed(ROWS, "table", ["rank", "level", "user_id", "at"]) == (
        "rank  level  user_id  at\n   1  high   U1       2024-03-01 10:00:00Z\n  12  low\n"
    )


def test_columns_are_chosen_and_ordered():
    assert printed(pa.Table.from_pylist(ROWS), "csv", ["level", "rank"]) == "level,rank\nhigh,1\nlow,12\n"


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_hostile_cells_are_inert_in_a_table(stream):
    text = printed([{"a": "[bold red]x[/] :smile: \x1b]0;title\x07 \u202eb\nc"}], "table", stream=stream())
    assert "[bold red]x[/] :smile: <U+001B>]0;title<U+0007> <U+202E>b<U+000A>c" in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_a_table_on_a_terminal_shows_levels_and_titles():
    text = printed(ROWS, "table", stream=Terminal())
    assert "user id" in text
    assert "2024-03-01 10:00:00Z" in text


def test_columns_that_do_not_fit_are_named(monkeypatch):
    monkeypatch.setenv("COLUMNS", "72")
    row = {"rank": 1, "level": "high", "summary": "a sentence " * 8, "status": "unchanged", "detector": "poor-reason"}
    text = printed([row], "table", stream=Terminal())
    assert "No room for: detector." in text
    assert "unchanged" in text
    assert "poor-reason" not in text


def test_a_column_that_the_reader_must_type_stays_on_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    row = {
        "time": "2024-03-01 10:00:00",
        "system": "RMS",
        "told": "a sentence " * 8,
        "action": "view",
        "access_id": "E42",
    }
    stream = Terminal()
    print_rows([row], "table", stream, always=("access_id",))
    text = stream.getvalue()
    assert "E42" in text
    assert "No room for: " in text
    assert "access" not in text.split("No room for: ")[1]


def test_a_stream_in_ascii_is_no_reason_to_fail():
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii")
    print_rows([{"name": "Siân"}], "table", stream)
    stream.flush()
    assert buffer.getvalue() == b"name\nSi\\xe2n\n"


def test_more_rows_than_one_batch_come_out_whole():
    table = pa.table({"number": list(range(2500))})
    assert [row["number"] for row in json.loads(printed(table, "json"))] == list(range(2500))
