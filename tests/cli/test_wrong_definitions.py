"""A wrong source definition stops what uses it, and nothing else; nothing takes its place without a word."""

import json

import pytest

from tests.cli.tiny import GATE, add_source

WRONG = {
    "a column that there is not": 'name = "{name}"\ntable = "event"\n[columns]\nocurred_at = "when"\n',
    "no such table": 'name = "{name}"\ntable = "evnt"\n',
    "no TOML": 'table = "event"\nname = "{name}"\n[columns\n',
    "no columns": "name = '{name}'\ntable = 'staff'\n",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_one_that_no_input_uses_is_a_warning_wherever_something_is_loaded(in_tiny, tiny, wrong):
    path = tiny / "sources" / "door.toml"
    path.write_text(wrong.format(name="door"), encoding="utf-8")

    for words in ("load", "run", "status"):
        outcome = in_tiny(words)
        assert outcome.code == 0, outcome.err
        assert outcome.err.count(f"audit: warning: {path}: ") == 1
        assert "nothing here uses this definition, and it is left out" in outcome.err
    assert any(str(path) in said for said in json.loads(in_tiny("status", "--format", "json").out)["wrong_definitions"])
    checked = in_tiny("sources", "check")
    assert (checked.code, str(path) in checked.err) == (5, True)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_one_that_an_input_uses_stops_the_run_before_anything_is_loaded(in_tiny, tiny, wrong):
    path = add_source(tiny, GATE)
    path.write_text(wrong.format(name="gate"), encoding="utf-8")

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert f"{path}: " in outcome.err
    assert not (tiny / "reports").exists()
    assert "an input uses it, and no run loads anything until it is mended" in in_tiny("status").err


@pytest.mark.parametrize("name", ["event", "alpr-portal"])
def test_one_in_place_of_a_canonical_or_shipped_source_is_not_passed_over(in_tiny, tiny, name):
    (tiny / "sources" / "own.toml").write_text(WRONG["no TOML"].format(name=name), encoding="utf-8")
    with (tiny / "audit.toml").open("a", encoding="utf-8") as config:
        config.write(f'[[input]]\nsource = "{name}"\npath = "none/*.csv"\n')

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert "own.toml: is not TOML" in outcome.err


@pytest.mark.parametrize("text", ["[columns\n", 'table = "event"\n', "\x00", "# name = 'door'\n[x\n"])
def test_one_that_does_not_say_of_which_source_it_is_may_be_any(in_tiny, tiny, text):
    (tiny / "sources" / "own.toml").write_text(text, encoding="utf-8")

    assert in_tiny("run").code == 5


def test_two_of_one_name_are_both_wrong_and_a_warning_where_nothing_uses_them(in_tiny, tiny):
    for name in ("one", "two"):
        (tiny / "sources" / f"{name}.toml").write_text(
            f'name = "door"\ntable = "event"\ndescription = "A door"\n[columns]\n{GATE}\n', encoding="utf-8"
        )

    outcome = in_tiny("run")

    assert outcome.code == 0
    assert 'two.toml: name = "door" stands already in' in outcome.err


def test_a_file_is_not_loaded_by_a_wrong_definition_that_no_input_uses(in_tiny, tiny):
    (tiny / "sources" / "door.toml").write_text(WRONG["no columns"].format(name="door"), encoding="utf-8")
    (tiny / "door.csv").write_text("no\n1\n", encoding="utf-8")

    outcome = in_tiny("load", str(tiny / "door.csv"), "--source", "door")

    assert outcome.code == 5
    assert "[columns] user_id is missing" in outcome.err
