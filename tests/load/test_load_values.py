"""Whole numbers, truth and vocabularies are read exactly, or the record is quarantined."""

from typing import Any

import pytest
from load_desk import event, faults


def values(desk: Any, column: str, cells: list[str]) -> list[Any]:
    """Load an event for each cell of a column, and return its value, or the rules that it broke."""
    desk.load_log([event(event_id=str(number), **{column: cell}) for number, cell in enumerate(cells)])
    found = dict(desk.events(f"record_no, {column}"))
    found |= dict(desk.quarantine())
    return [found[number + 1] for number in range(len(cells))]


def test_whole_numbers(desk: Any) -> None:
    cells = ["12", " 12 ", "12.0", "12.", "0", "-3", "+5", "007", "9223372036854775807", ""]

    assert values(desk, "result_count", cells) == [12, 12, 12, 12, 0, -3, 5, 7, 9223372036854775807, None]


def test_what_is_no_whole_number(desk: Any) -> None:
    cells = ["1.5", "1e3", "1_000", "1,000", "0x1F", "twelve", "9223372036854775808", "——", "1 2", "٣"]

    assert values(desk, "result_count", cells) == [["result_count: not a whole number"]] * len(cells)


def test_truth(desk: Any) -> None:
    cells = ["true", "T", "Yes", "y", "1", "FALSE", "f", "no", "N", "0", ""]

    assert values(desk, "banner_accepted", cells) == [True] * 5 + [False] * 5 + [None]


def test_what_is_neither_true_nor_false(desk: Any) -> None:
    assert values(desk, "banner_accepted", ["maybe", "2"]) == [["banner_accepted: not true or false"]] * 2


def test_words_of_a_vocabulary(desk: Any) -> None:
    bad = [["action: not a known word"]]

    assert (
        values(desk, "action", ["view", " view ", "disseminate", "View", "views"])
        == ["view", "view", "disseminate"] + bad * 2
    )


@pytest.mark.parametrize(("column", "word"), [("origin", "robot"), ("subject_kind", "horse")])
def test_every_vocabulary_is_held(desk: Any, column: str, word: str) -> None:
    assert values(desk, column, [word]) == [[f"{column}: not a known word"]]


def test_a_required_column_that_is_not_mapped_is_a_fault_of_the_definition(desk: Any) -> None:
    desk.define('name = "log"\ntable = "event"\n[columns]\nevent_id = "id"\n')

    with pytest.raises(Exception, match="occurred_at is missing"):
        desk.load()


def test_a_watch_names_exactly_one_of_user_and_subject(desk: Any) -> None:
    desk.inputs = [("watch", "w.csv")]
    head = "watch_id,user_id,subject_id,starts_at,ends_at,authority,purpose\n"
    desk.write(
        "w.csv",
        head + "".join(f"{n},{who},2024-01-01,2024-02-01,A,p\n" for n, who in enumerate(["U,", ",P", "U,P", ","])),
    )
    result = desk.load()

    assert faults(result) == []
    assert desk.quarantine() == [(n, ["user_id or subject_id: not exactly one"]) for n in (3, 4)]


def test_an_authority_is_for_somebody(desk: Any) -> None:
    desk.inputs = [("authority", "a.csv")]
    desk.write("a.csv", "authority_id,user_id,role,unit\nA1,,,\nA2,,,CID\n")
    desk.load()

    assert desk.quarantine() == [(1, ["user_id or role or unit: none given"])]
