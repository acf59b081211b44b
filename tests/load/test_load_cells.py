"""Cells: what is null, masked, mapped or defaulted, and what an expression makes of its record."""

from typing import Any

import pytest
from load_desk import counts, event, faults, one_record

WHEN = "2024-03-01 10:00:00"


def test_a_mask_is_null_and_named(desk: Any) -> None:
    desk.define(
        user_id='{ column = "who", masked = ["***", " REDACTED"] }', reason='{ column = "why", masked = ["###"] }'
    )
    cells = ["***,theft", " REDACTED ,###", "U*1,", ",theft", "redacted,theft"]
    desk.load_log("id,when,who,why\n" + "".join(f"{n},{WHEN},{cell}\n" for n, cell in enumerate(cells)))

    assert desk.events("user_id, reason, masked") == [
        (None, "theft", ["user_id"]),
        (None, None, ["user_id", "reason"]),
        ("U*1", None, []),
        (None, "theft", []),
        ("redacted", "theft", []),
    ]


def test_a_masked_value_takes_no_default(desk: Any) -> None:
    assert one_record(desk, "account", '{ column = "a", masked = ["***"], default = "nobody" }', "a", "***") is None
    assert desk.events("masked") == [["account"]]


def test_a_map_translates_and_its_default_takes_what_is_left(desk: Any) -> None:
    desk.define(action='{ column = "type", map = { lookup = "search", " Show " = "view" }, default = "other" }')
    cells = ["lookup", " lookup ", "Show", "LOOKUP", ""]
    desk.load_log("id,when,who,type\n" + "".join(f"{n},{WHEN},U,{cell}\n" for n, cell in enumerate(cells)))

    assert desk.events("action") == ["search", "search", "view", "other", "other"]


def test_without_a_default_a_word_that_the_map_lacks_stays(desk: Any) -> None:
    desk.define(action='{ column = "type", map = { lookup = "search" } }')
    load = desk.load_log(f"id,when,who,type\n1,{WHEN},U,lookup\n2,{WHEN},U,view\n3,{WHEN},U,look\n")

    assert counts(load) == (3, 2, 0, 1, 0)
    assert desk.events("action") == ["search", "view"]


def test_a_default_takes_the_place_of_null_alone(desk: Any) -> None:
    desk.define(account='{ column = "a", default = "x" }')
    desk.load_log(f"id,when,who,a\n1,{WHEN},U,\n2,{WHEN},U,y\n")

    assert desk.events("account") == ["x", "y"]


def test_a_word_may_be_mapped_to_nothing(desk: Any) -> None:
    assert one_record(desk, "reference", '{ column = "r", map = { none = "" } }', "r", "none") is None


def test_nothing_is_null_unless_listed(desk: Any) -> None:
    desk.define(read='null_values = ["", "NULL"]', reason='"why"', reference='"ref"')
    cells = ["NA,NA", "NULL,NULL", ",", '"",""', " , ", "null, NULL "]
    desk.load_log("id,when,who,why,ref\n" + "".join(f"{n},{WHEN},U,{cell}\n" for n, cell in enumerate(cells)))

    assert desk.events("reason, reference") == [
        ("NA", "NA"),
        (None, None),
        (None, None),
        (None, None),
        (" ", None),
        ("null", None),
    ]


def test_without_null_values_an_empty_cell_is_text(desk: Any) -> None:
    assert one_record(desk, "reason", '"why"', "why", "", read="null_values = []") == ""


def test_text_is_kept_as_it_stands_and_identifiers_are_trimmed(desk: Any) -> None:
    desk.define(reason='"why"')
    desk.load_log(f'id,when,who,why\n" 0012 ", {WHEN} ,"\t U1\u00a0\n"," a  b "\n'.encode())

    assert desk.events("event_id, user_id, reason") == [("0012", "U1", " a  b ")]


@pytest.mark.parametrize("text", ["0012345", "61096e3", "1.50", "12.0", "NA", "TRUE", "=1+1", "2024-01-01"])
def test_an_identifier_is_text_whatever_it_looks_like(desk: Any, text: str) -> None:
    assert one_record(desk, "reference", '"ref"', "ref", text) == text


def test_an_expression_reads_the_raw_columns(desk: Any) -> None:
    desk.define(
        user_id="{ expression = \"coalesce(nullif(regexp_extract(line, '^(U[0-9]+)/', 1), ''), \\\"who\\\")\" }",
        reason="{ expression = \"replace(LINE, '+', ' ')\" }",
    )
    desk.load_log(f"id,when,who,line\n1,{WHEN},X,U1/a+b\n2,{WHEN},X,none\n3,{WHEN},X,\n")

    assert desk.events("user_id, reason") == [("U1", "U1/a b"), ("X", "none"), ("X", None)]


@pytest.mark.parametrize("name", ["record_no", "c1", "c0", "rowid", 'a"b', "a.b", "select"])
def test_an_expression_may_read_a_column_of_any_name(desk: Any, name: str) -> None:
    quoted = '\\"' + name.replace('"', '\\"\\"') + '\\"'
    desk.define(reason=f'{{ expression = "upper({quoted})" }}')
    label = '"' + name.replace('"', '""') + '"'
    desk.load_log(f"id,when,who,{label}\n1,{WHEN},U,theft\n")

    assert desk.events("reason") == ["THEFT"]


def test_a_record_on_which_an_expression_fails_is_quarantined_alone(desk: Any) -> None:
    desk.define(result_count='{ expression = "CAST(n AS INTEGER) * 2" }')
    load = desk.load_log(f"id,when,who,n\n1,{WHEN},U,4\n2,{WHEN},U,x\n3,{WHEN},U,\n")

    assert counts(load) == (3, 2, 0, 1, 0)
    assert desk.events("result_count") == [8, None]
    assert desk.quarantine() == [(2, ["result_count: the expression fails"])]


def test_an_expression_that_cannot_run_stops_the_file_and_no_other(desk: Any) -> None:
    desk.define(reason="{ expression = \"strptime(who, '%Q')\" }")
    desk.write("logs/a.csv", f"id,when,who\n1,{WHEN},U\n")

    result = desk.load()

    assert result.faults, result
    assert "reason" in faults(result)[0]
    assert [int(code) for code in result.codes] == [5]
    assert desk.rows("SELECT * FROM load_log") == []


def test_an_expression_whose_column_is_absent_stops_the_file_unless_optional(desk: Any) -> None:
    desk.define(reason='{ expression = "upper(why)", optional = true }')
    desk.load_log(f"id,when,who\n1,{WHEN},U\n")
    desk.define(reason='{ expression = "upper(why)" }')
    desk.write("logs/b.csv", f"id,when,who\n2,{WHEN},U\n")

    assert 'column "why" is absent' in faults(desk.load())[0]


def test_a_constant_is_the_same_for_every_record(desk: Any) -> None:
    desk.define(system='{ value = "it\'s" }')
    desk.load_log(f"id,when,who\n1,{WHEN},U\n")

    assert desk.events("system") == ["it's"]


def test_a_repeated_header_row_is_quarantined(desk: Any) -> None:
    head = ",".join(event())
    load = desk.load_log(f"{head}\n{','.join(event().values())}\n{head}\n")

    assert counts(load) == (2, 1, 0, 1, 0)
