"""Where a source has no event ids they come of the record's content: the same in every export that holds it."""

from typing import Any

import pytest
from load_desk import counts, event

HEAD = "when,who,why\n"
ONE, TWO, THREE = (f"2024-03-01 10:00:0{n},U{n},theft\n" for n in (1, 2, 3))


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(event_id="", reason='"why"')
    return desk


def test_the_same_record_has_the_same_id_whatever_the_file(log: Any) -> None:
    log.load_log(HEAD + ONE + TWO)
    ids = log.events("event_id")
    load = log.load_log(
        "why,who,when\ntheft,U2,2024-03-01 10:00:02\ntheft,U3,2024-03-01T10:00:03Z\n", name="logs/b.csv"
    )

    assert counts(load) == (2, 1, 1, 0, 0)
    assert log.events("event_id")[:2] == ids
    assert len(set(log.events("event_id"))) == 3


def test_an_overlapping_export_adds_only_what_is_new(log: Any) -> None:
    log.load_log(HEAD + ONE + TWO)

    assert counts(log.load_log(HEAD + TWO + THREE, name="logs/b.csv")) == (2, 1, 1, 0, 0)


def test_two_events_that_look_alike_are_both_kept(log: Any) -> None:
    load = log.load_log(HEAD + ONE + ONE + TWO)

    assert counts(load) == (3, 3, 0, 0, 0)
    assert len(set(log.events("event_id"))) == 3


def test_events_that_look_alike_are_known_again(log: Any) -> None:
    log.load_log(HEAD + ONE + ONE)

    assert counts(log.load_log(HEAD + TWO + ONE + ONE + ONE, name="logs/b.csv")) == (4, 2, 2, 0, 0)


def test_a_quarantined_record_takes_no_place_among_its_equals(log: Any) -> None:
    # Both would have no number; but the first is quarantined and need not stand in the next export.
    log.define(event_id="", result_count='"n"')
    log.load_log("when,who,n\n2024-03-01 10:00:00,U1,x\n2024-03-01 10:00:00,U1,\n")

    assert counts(log.load_log("when,who,n\n2024-03-01 10:00:00,U1,\n", name="logs/b.csv")) == (1, 0, 1, 0, 0)


def test_what_divides_two_cells_tells_them_apart(log: Any) -> None:
    log.define(event_id="", reason='"why"', query_text='"what"')
    head, when = "when,who,what,why\n", "2024-03-01 10:00:00,U1"
    load = log.load_log(f"{head}{when},a\x1fb,c\n{when},a,b\x1fc\n{when},,c\n{when},-,c\n{when},1:c,\n")

    assert counts(load) == (5, 5, 0, 0, 0)
    assert not any(event_id.endswith("-2") for event_id in log.events("event_id"))


def test_a_masked_user_is_not_a_blank_one(log: Any) -> None:
    log.define(event_id="", user_id='{ column = "who", masked = ["***"] }')
    load = log.load_log("when,who\n2024-03-01 10:00:00,***\n2024-03-01 10:00:00,\n")

    assert counts(load) == (2, 2, 0, 0, 0)
    assert not any(event_id.endswith("-2") for event_id in log.events("event_id"))


def test_a_canonical_file_without_ids_has_them_derived(desk: Any) -> None:
    row = event(event_id=None)
    load = desk.load_log([row, row, event(event_id=None, action="look"), event(event_id=None, user_id="U2")])

    assert counts(load) == (4, 3, 0, 1, 0)
    assert desk.quarantine() == [(3, ["action: not a known word"])]
    assert len(set(desk.events("event_id"))) == 3


def test_a_file_with_an_id_column_does_not_get_the_missing_ones_derived(desk: Any) -> None:
    assert counts(desk.load_log([event(event_id=""), event(event_id="E2")])) == (2, 1, 0, 1, 0)
