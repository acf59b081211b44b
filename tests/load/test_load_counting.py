"""The independent count of records is the same however the file comes in, and doubts what may be read in two ways."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.load import counting
from audit.load.counting import Count, CountingRule, count_records

RULE = CountingRule(b'"', b",")


def count(text: bytes) -> Count:
    return count_records(text, RULE)


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
def test_lines_that_are_not_blank_are_counted(text: bytes, records: int, delimiters: int) -> None:
    found = count(text)
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
def test_what_may_be_read_in_two_ways_is_doubted(text: bytes) -> None:
    assert not count(text).clear


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r\n", b"\r"]), max_size=14), st.integers(1, 5))
def test_the_count_is_the_same_in_pieces_of_any_size(monkeypatch: Any, parts: list[bytes], size: int) -> None:
    whole = count(b"".join(parts))
    monkeypatch.setattr(counting, "_CHUNK", size)
    pieces = count(b"".join(parts))
    monkeypatch.undo()

    assert pieces == whole


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ('"a, b","c,d"\n', True),
        ('"a, b", c\n', False),
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
def test_white_space_at_the_edge_of_a_cell_is_noticed(text: str, trimmed: bool) -> None:
    assert count(text.encode()).trimmed == trimmed
