"""The independent count of records is the same however the file comes in, and doubts what may be read in two ways."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.load import counting
from audit.load.counting import Count, CountingRule, count_records

RULE = CountingRule(0, b'"', b",")


def count(folder: Path, text: bytes, rule: CountingRule = RULE) -> Count:
    path = folder / "a.csv"
    path.write_bytes(text)
    return count_records(path, rule)


@pytest.mark.parametrize(
    ("text", "records", "delimiters"),
    [
        (b"", 0, 0),
        (b"\n\r\n\n", 0, 0),
        (b"a,b\n", 1, 1),
        (b"a,b", 1, 1),
        (b"a,b\r\n\r\nc,d\r\n", 2, 2),
        (b'"a\n,b",c\nd,e\n', 2, 2),
        (b'"a""\n",c\n', 1, 1),
        (b'""\n\n""\n', 2, 0),
    ],
)
def test_lines_that_are_not_blank_are_counted(tmp_path: Path, text: bytes, records: int, delimiters: int) -> None:
    found = count(tmp_path, text)
    assert (found.records, found.delimiters, found.clear) == (records, delimiters, True)


@pytest.mark.parametrize(
    "text",
    [
        b'a,b"\n',
        b'a,b"c"\n',
        b'a,"b" \n',
        b'a,"b"c\n',
        b'a, "b"\n',
        b'a,"b\n',
        b"a\rb,c\n",
        b'a,"b\n",c\r,d\n',
        b"a\r,\n",
    ],
)
def test_what_may_be_read_in_two_ways_is_doubted(tmp_path: Path, text: bytes) -> None:
    assert not count(tmp_path, text).clear


def test_what_stands_before_the_data_is_not_counted(tmp_path: Path) -> None:
    assert count(tmp_path, b'a,"b\n1,2\n', CountingRule(5, b'"', b",")) == Count(1, 1)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r\n", b"\r"]), max_size=14), st.integers(1, 5))
def test_the_count_is_the_same_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: Any, parts: list[bytes], size: int
) -> None:
    whole = count(tmp_path, b"".join(parts))
    monkeypatch.setattr(counting, "_CHUNK", size)
    pieces = count(tmp_path, b"".join(parts))
    monkeypatch.undo()

    assert pieces == whole


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("a b,c\nd,é\n", True),
        (" a,b\n", False),
        ("a ,b\n", False),
        ("a, b\n", False),
        ("a,b \n", False),
        ("a,b \r\n", False),
        ("a,b ", False),
        ('"a "\n', False),
        ('" a"\n', False),
        ('"a\nb"\n', False),
        ("a\tb\n", False),
        ("a\x1fb\n", False),
        ("a,\u00a0b\n", False),
        ("a,\u3000\n", False),
        ("a,’x’\n", True),
    ],
)
def test_white_space_at_the_edge_of_a_cell_is_noticed(tmp_path: Path, text: str, trimmed: bool) -> None:
    assert count(tmp_path, text.encode()).trimmed == trimmed
