"""An originator line taken apart by a pattern with named groups: who asked, why and where, in one definition's line."""

from typing import Any

import pytest
from load_desk import counts

from audit.errors import SourceError

LINE = r"'(?P<user_id>[A-Z][0-9]+)/(?P<reason>[^/]*)/(?P<workstation>.+?) *(?: OP (?P<operator_id>\w+))?'"
HEAD = "id,when,orig\n"


def _define(desk: Any, more: str = "", **columns: str) -> None:
    desk.define(user_id=f"{{ column = 'orig', pattern = {LINE}{more} }}", **columns)


def test_the_groups_fill_the_columns_that_they_name(desk: Any) -> None:
    _define(desk)
    desk.load_log(
        HEAD
        + "1,2024-03-01 10:00:00,U1/burglary, seen/YARD OP T9\n".replace(", seen", " seen")
        + "2,2024-03-01 10:00:01,  U2//A1 M6  \n3,2024-03-01 10:00:02,\n"
    )

    assert desk.events("user_id, reason, workstation, operator_id") == [
        ("U1", "burglary seen", "YARD", "T9"),
        ("U2", None, "A1 M6", None),
        (None, None, None, None),
    ]


def test_a_line_that_does_not_fit_is_quarantined_under_each_column_and_comes_in_when_the_pattern_is_mended(
    desk: Any,
) -> None:
    _define(desk)
    assert counts(desk.load_log(HEAD + "1,2024-03-01 10:00:00,u1 burglary\n")) == (1, 0, 0, 1, 0)
    assert desk.quarantine()[0][1] == [
        f"{name}: the pattern does not match" for name in ("user_id", "operator_id", "workstation", "reason")
    ]

    desk.define(user_id="{ column = 'orig', pattern = '(?P<user_id>[A-Za-z][0-9]+).*' }")
    desk.again(1)

    assert desk.events("user_id") == ["u1"]


def test_a_mask_may_stand_for_the_line_or_for_the_user(desk: Any) -> None:
    desk.define(user_id="{ column = 'orig', pattern = '(?P<user_id>[A-Z0-9*]+)/.*', masked = ['***'] }")
    desk.load_log(HEAD + "1,2024-03-01 10:00:00,***\n2,2024-03-01 10:00:01,***/x\n3,2024-03-01 10:00:02,U1/x\n")

    assert desk.events("user_id, masked") == [(None, ["user_id"]), (None, ["user_id"]), ("U1", [])]


def test_a_column_with_an_entry_of_its_own_is_not_filled_by_a_group(desk: Any) -> None:
    _define(desk, reason='{ value = "own" }')
    desk.load_log(HEAD + "1,2024-03-01 10:00:00,U1/theft/YARD\n")

    assert desk.events("reason") == ["own"]


def test_a_pattern_may_span_lines_and_hold_a_quote(desk: Any) -> None:
    desk.define(user_id="""{ column = 'orig', pattern = "(?P<user_id>U[0-9]) 'x'.*" }""")
    desk.load_log(HEAD + "1,2024-03-01 10:00:00,\"U1 'x'\nmore\"\n")

    assert desk.events("user_id") == ["U1"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{ column = 'orig', pattern = '(?P<user_id>' }", "is no pattern of RE2"),
        ("{ column = 'orig', pattern = '(?P<user_id>a)(?=b)' }", "is no pattern of RE2"),
        ("{ column = 'orig', pattern = '(a)' }", "a group has no name"),
        ("{ column = 'orig', pattern = 'a' }", "has no named group"),
        ("{ column = 'orig', pattern = '(?P<user>a)' }", "has no group user_id; its groups are user"),
        ("{ column = 'orig', pattern = '(?P<user_id>a)(?P<raeson>b)' }", 'did you mean "reason"?'),
        ("{ value = 'x', pattern = '(?P<user_id>a)' }", "takes a raw column apart"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said_when_the_definition_is_read(desk: Any, entry: str, said: str) -> None:
    desk.define(user_id=entry)
    desk.write("logs/a.csv", HEAD)

    with pytest.raises(SourceError) as fault:
        desk.load()

    assert said in str(fault.value)
