"""Masks that no definition declares are loaded as they stand, and the load says that they pass for ids."""

from typing import Any

import pytest
from load_desk import event, lines

from audit.load import masks

WHEN = "2024-03-01 10:00:00"


def load_users(desk: Any, *users: str) -> Any:
    return desk.load_log([event(event_id=f"E{place}", user_id=user) for place, user in enumerate(users)])


@pytest.mark.parametrize(
    "mask", ["***", "---", "###", "*", "••••", "xxxx", "REDACTED", "[Redacted]", "<masked>", "withheld"]
)
def test_a_mask_that_a_built_in_source_takes_for_a_user_is_told_with_what_to_do(desk: Any, mask: str) -> None:
    load = load_users(desk, "U1", mask, mask)

    (said,) = load.warnings
    assert said.startswith("user_id: 2 records hold no id but signs alone")
    assert "the built-in source event declares no masks: write a definition of that name with [columns] user_id" in said
    assert said.endswith("audit load --again 1")
    assert "Redacted" not in said
    assert "***" not in said
    assert desk.events("user_id") == ["U1", mask, mask]
    assert desk.rows("SELECT said FROM load_input") == [([said],)]


@pytest.mark.parametrize(
    "user", ["U1", "XX", "X", "A*", "**1", "-7", "redacted1", "hidden.smith", "ÄÖÜ", "O'Neill", "xx12xx"]
)
def test_an_id_is_no_mask(desk: Any, user: str) -> None:
    assert load_users(desk, user).warnings == ()


def test_a_declared_mask_is_none_that_passes_for_a_user_and_another_is_told_with_the_definition(log: Any) -> None:
    log.define(user_id='{ column = "who", masked = ["***"] }', subject_id='"whom"')
    head = "id,when,who,whom\n"

    assert log.load_log(lines(f"1,{WHEN},***,P1", head=head)).warnings == ()
    (said,) = log.load_log(lines(f"2,{WHEN},###,P1", head=head), "logs/b.csv").warnings
    assert f"add to {log.folder}/sources/log.toml [columns] user_id" in said


def test_each_column_of_ids_is_told(desk: Any) -> None:
    load = desk.load_log([event(user_id="***", operator_id="###", account="???", subject_id="HIDDEN", reason="***")])

    assert [said.split(":")[0] for said in load.warnings] == ["user_id", "operator_id", "account", "subject_id"]


def test_one_sign_in_more_than_a_thousand_records_is_a_wildcard_that_somebody_typed(desk: Any) -> None:
    assert load_users(desk, *(f"U{place}" for place in range(1000)), "*").warnings == ()


def test_of_a_large_load_a_part_is_asked_first_and_what_it_shows_is_counted_whole(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masks, "_SAMPLE", 100)
    load = load_users(desk, *("***" if place % 4 == 0 else f"U{place}" for place in range(400)))

    assert [said.split(" no id")[0] for said in load.warnings] == ["user_id: 100 records hold"]


def test_reference_data_and_empty_files_are_not_asked(desk: Any) -> None:
    desk.inputs = [("staff", "staff.csv")]
    desk.write("staff.csv", "user_id,name\n***,Nobody\n")

    assert desk.load().warnings == []
