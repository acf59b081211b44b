"""What cannot be read as a record is rejected by itself; the records around it are loaded."""

from typing import Any

import pytest
from load_desk import counts

from audit.load import csv_reader

HEAD = "id,when,who\n"
GOOD = "1,2024-03-01 10:00:00,U1\n"
LAST = "9,2024-03-01 10:00:00,U9\n"


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define()
    return desk


@pytest.mark.parametrize("broken", ["2", "2,2024-03-01 10:00:00", "2,2024-03-01 10:00:00,U1,more", "2,,,,,,"])
def test_a_wrong_field_count_is_rejected(log: Any, broken: str) -> None:
    load = log.load_log(f"{HEAD}{GOOD}{broken}\n{LAST}")

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.rejects() == [(2, broken)]
    assert log.events("event_id, record_no") == [("1", 1), ("9", 3)]


def test_the_line_that_opens_a_quote_is_rejected_and_the_next_is_read_on(log: Any) -> None:
    load = log.load_log(f'{HEAD}{GOOD}2,2024-03-01 10:00:00,"U2\n3,2024-03-01 10:00:00,U3\n{LAST}')

    assert counts(load) == (4, 3, 0, 0, 1)
    assert log.rejects() == [(2, '2,2024-03-01 10:00:00,"U2')]
    assert log.events("event_id, record_no") == [("1", 1), ("3", 3), ("9", 4)]


def test_an_open_quote_before_a_quoted_cell_rejects_its_own_line_only(log: Any) -> None:
    load = log.load_log(f'{HEAD}1,2024-03-01 10:00:00,"U1\n2,2024-03-01 10:00:00,"U2"\n{LAST}')

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.rejects() == [(1, '1,2024-03-01 10:00:00,"U1')]


def test_an_open_quote_that_another_closes_by_chance_gives_back_the_records_between(log: Any) -> None:
    # The second stray quote closes the first, with too few fields: the two records between are whole.
    load = log.load_log(f'{HEAD}1,x,y,"open\n{GOOD}2,2024-03-01 10:00:00,U2\n3,2024-03-01 10:00:00"\n{LAST}')

    assert counts(load) == (5, 3, 0, 0, 2)
    assert [number for number, _ in log.rejects()] == [1, 4]


def test_many_open_quotes_each_reject_one_line(log: Any) -> None:
    lines = "".join(
        f"{number},2024-03-01 10:00:00,{chr(34) if number % 10 == 0 else ''}U\n" for number in range(1, 1001)
    )
    load = log.load_log(HEAD + lines)

    assert counts(load) == (1000, 900, 0, 0, 100)


def test_text_behind_a_closing_quote_is_rejected(log: Any) -> None:
    assert counts(log.load_log(f'{HEAD}{GOOD}2,2024-03-01 10:00:00,"U"2\n{LAST}')) == (3, 2, 0, 0, 1)


def test_a_record_over_several_lines_with_a_wrong_field_count_is_rejected_as_one(log: Any) -> None:
    load = log.load_log(f'{HEAD}{GOOD}2,"two\nlines",x,more\n{LAST}')

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.rejects() == [(2, '2,"two\nlines",x,more')]


def test_undecodable_bytes_are_rejected(log: Any) -> None:
    load = log.load_log(f"{HEAD}{GOOD}2,2024-03-01 10:00:00,".encode() + b"U\xff\n" + LAST.encode())

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.rejects() == [(2, "2,2024-03-01 10:00:00,U\ufffd")]


def test_a_replacement_character_in_the_text_is_text(log: Any) -> None:
    assert counts(log.load_log(f"{HEAD}2,2024-03-01 10:00:00,U\ufffd\n")) == (1, 1, 0, 0, 0)


def test_a_file_cut_within_its_last_record_loads_what_is_whole(log: Any) -> None:
    assert counts(log.load_log(HEAD + GOOD + "2,2024-03-")) == (2, 1, 0, 0, 1)


def test_a_file_cut_within_a_quoted_cell_loads_what_is_whole(log: Any) -> None:
    load = log.load_log(HEAD + GOOD + '2,2024-03-01 10:00:00,"U')

    assert counts(load) == (2, 1, 0, 0, 1)
    assert log.rejects() == [(2, '2,2024-03-01 10:00:00,"U')]


def test_a_reject_says_why_it_is_none(log: Any) -> None:
    log.load_log(HEAD.encode() + b'1,2\n2,\xff,U\n3,x,"a"b\n4,x,"a\n')

    assert log.column("SELECT reason FROM rejected_record ORDER BY record_no") == [
        "2 fields where the header has 3",
        "bytes that are not utf-8",
        "quotes that do not pair",
        "a quote is left open",
    ]


def test_a_file_of_rejects_alone_is_counted(log: Any) -> None:
    assert counts(log.load_log(HEAD + "1\n2\n3\n")) == (3, 0, 0, 0, 3)


def test_without_quoting_a_quote_is_a_character(log: Any) -> None:
    log.define(read='quote = ""\ndelimiter = "|"')
    load = log.load_log('id|when|who\n1|2024-03-01 10:00:00|"U1\n2|2024-03-01 10:00:00|U"2"\n3|x\n')

    assert counts(load) == (3, 2, 0, 0, 1)
    assert log.events("user_id") == ['"U1', 'U"2"']


def test_an_open_quote_with_no_end_in_sight_does_not_swallow_the_file(log: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("audit.load.csv_slow._LONGEST_RECORD", 1000)
    lines = "".join(f"{number},2024-03-01 10:00:00,U\n" for number in range(2, 1001))

    load = log.load_log(f'{HEAD}1,2024-03-01 10:00:00,"U\n{lines}')

    assert counts(load) == (1000, 999, 0, 0, 1)


def test_both_readers_give_the_same_for_the_same_records(log: Any, monkeypatch: Any) -> None:
    text = (
        HEAD
        + '1,2024-03-01 10:00:00,"a, ""b"""\n2,soon,"two\r\nlines"\n3,soon,\n4,2024-03-01 10:00:00,""\n5,soon," x "\n'
    )
    log.load_log(text)
    fast = log.events("event_id, user_id, record_no"), log.rows("SELECT record_no, rules, record FROM quarantine")

    monkeypatch.setattr(csv_reader, "_read_fast", lambda *_: False)
    for table in ("event", "quarantine", "load_log"):
        log.rows(f"DELETE FROM {table}")
    log.load()

    assert fast == (
        log.events("event_id, user_id, record_no"),
        log.rows("SELECT record_no, rules, record FROM quarantine"),
    )
    assert len(fast[0]) == 2
    assert len(fast[1]) == 3


@pytest.mark.parametrize(
    "text",
    [
        HEAD + GOOD,
        (HEAD + GOOD).replace("\n", "\r\n"),
        "\ufeff" + HEAD + GOOD,
        HEAD + "\n" + GOOD + "\n\n" + LAST,
        HEAD + '1,2024-03-01 10:00:00,"a\nb"\n' + LAST.removesuffix("\n"),
    ],
)
def test_a_clean_file_needs_no_slow_reader(log: Any, monkeypatch: Any, text: str) -> None:
    monkeypatch.setattr(csv_reader, "_read_slow", None)

    assert log.load_log(text).rejected == 0


def test_a_lone_carriage_return_within_a_line_is_a_character(log: Any) -> None:
    load = log.load_log((HEAD + "1,2024-03-01 10:00:00,U\rX\n").encode() + LAST.encode())

    assert counts(load) == (2, 2, 0, 0, 0)
    assert log.events("user_id") == ["U\rX", "U9"]


def test_a_lone_carriage_return_ends_the_lines_of_a_file_without_another_end(log: Any) -> None:
    load = log.load_log((HEAD + GOOD + LAST).replace("\n", "\r"))

    assert counts(load) == (2, 2, 0, 0, 0)
