"""Fixed width: cells where the widths say, counted in characters; a line that is too short or too long is rejected."""

import gzip
from typing import Any

import pytest
from load_desk import counts, faults

READ = 'format = "fixed"\nwidths = [4, 19, 6, 10]\nheader = ["id", "when", "who", "why"]'
LINE = "1   2024-03-01 10:00:00U1    theft     \n"


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(read=READ, reason='"why"')
    return desk


def test_cells_stand_where_the_widths_say_without_their_padding(log: Any) -> None:
    load = log.load_log(LINE + LINE.replace("1   ", "0012", 1).replace("theft     ", "  a  thing"))

    assert counts(load) == (2, 2, 0, 0, 0)
    assert log.events("event_id, user_id, reason, record_no") == [
        ("1", "U1", "theft", 1),
        ("0012", "U1", "  a  thing", 2),
    ]


def test_the_last_cell_may_be_short_or_absent(log: Any) -> None:
    load = log.load_log(
        LINE.rstrip() + "\n" + LINE[:29].replace("1", "2", 1) + "\r\n\n   \n" + LINE.replace("1", "3", 1)[:-1]
    )

    assert counts(load) == (3, 3, 0, 0, 0)
    assert log.events("event_id, reason") == [("1", "theft"), ("2", None), ("3", "theft")]


def test_a_line_too_short_or_too_long_is_rejected(log: Any) -> None:
    load = log.load_log(LINE + LINE[:28] + "\n" + LINE[:-1] + "more\n" + LINE.replace("1", "2", 1)[:-1] + "    \n")

    assert counts(load) == (4, 2, 0, 0, 2)
    assert log.rejects() == [(2, LINE[:28]), (3, LINE[:-1] + "more")]
    assert log.events("record_no") == [1, 4]


def test_widths_count_characters_of_the_declared_encoding(log: Any) -> None:
    text = LINE.replace("theft", "Zoë’s")
    log.define(read=f'{READ}\nencoding = "cp1252"\nskip = 1', reason='"why"')
    load = log.load_log(f"a header line\n{text}".encode("cp1252"))

    assert counts(load) == (1, 1, 0, 0, 0)
    assert log.events("reason") == ["Zoë’s"]


def test_undecodable_bytes_are_rejected(log: Any) -> None:
    load = log.load_log(LINE.encode() + LINE.encode().replace(b"theft", b"th\xfft"))

    assert counts(load) == (2, 1, 0, 0, 1)


def test_a_line_under_quarantine_is_kept_as_it_stands(log: Any) -> None:
    log.load_log(LINE.replace("2024", "year"))

    assert log.column("SELECT record FROM quarantine") == [LINE.replace("2024", "year").rstrip("\n")]


def test_an_archive_is_read_and_an_empty_file_has_a_warning(log: Any) -> None:
    log.write("logs/a.txt.gz", gzip.compress(LINE.encode()))
    log.write("logs/b.txt", "")
    result = log.load()

    assert [counts(load)[:2] for load in result.loads] == [(1, 1), (0, 0)]
    assert result.warnings == ["logs/b.txt: the file holds no record"]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        ('format = "fixed"', "needs widths"),
        ('format = "fixed"\nwidths = [4]', "needs widths"),
        ('format = "fixed"\nwidths = [4]\nheader = ["a", "b"]', "1 widths for 2 names"),
        ('format = "fixed"\nwidths = [4, 0]\nheader = ["a", "b"]', "above 0"),
    ],
)
def test_a_definition_without_a_layout_is_wrong(desk: Any, read: str, message: str) -> None:
    desk.define(read=read)
    desk.write("logs/a.txt", LINE)

    result = desk.load()
    assert message in faults(result)[0]
    assert {int(code) for code in result.codes} == {5}
