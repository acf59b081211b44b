"""Whatever a label, a cell or a file's name holds, the draft is one TOML that says what it says, and nothing is run."""

import json
import tomllib
from pathlib import Path

import pytest
from draft_files import csv_text, draft, records, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.drafting.toml_text import comment, toml_key, toml_string, toml_value

HOSTILE = [
    'x"\n[columns]\nuser_id = "owned',
    "a\r\n# UNSURE: nothing\r\nb",
    "'''",
    '"""',
    "\\",
    "back\\slash\\u0041",
    "\x00\x1b[31m\x07\x7f",
    "\u202egnp.exe\u2066",
    "\u2028\u2029\x85\x0b\x0c",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; DROP TABLE event; --",
    "#} }} {{ ]] [[sample]]",
    "reason\ufeff",
    "🚔" * 30,
    "é" * 3000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_label_stays_a_label(tmp_path: Path, text: str) -> None:
    labels = ("id", "time", text, "user", f"2{text}", "reason")
    rows = [[str(place), f"2024-03-{place + 10} 10:00:00", "v", "U1", "w", "theft of car"] for place in range(12)]

    drafted, definition = draft(write(tmp_path, csv_text(rows, labels=labels, quoting=1)))

    document = tomllib.loads(drafted)
    assert list(document) == ["name", "table", "description", "read", "columns", "sample"]
    assert set(document["columns"]) <= {"event_id", "occurred_at", "system", "user_id", "action", "reason"}
    assert definition.rules["user_id"].columns == ("user",)
    assert all(line.isprintable() for line in drafted.split("\n"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_stands_in_the_sample_as_text(tmp_path: Path, text: str) -> None:
    rows = [[*row[:2], text[:180], row[3], row[4], text[:180], row[6]] for row in records(12)]

    drafted, definition = draft(write(tmp_path, csv_text(rows, quoting=1)))

    record = definition.samples[0].record
    assert list(tomllib.loads(drafted)) == ["name", "table", "description", "read", "columns", "sample"]
    assert (record["Reason"] or "").replace("\r\n", "\n") == text[:180].replace("\r\n", "\n")


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_a_hostile_word_of_an_action_stays_a_key(tmp_path: Path, text: str) -> None:
    rows = [[*row[:3], text if place % 2 else "search", *row[4:]] for place, row in enumerate(records(12))]

    _, definition = draft(write(tmp_path, csv_text(rows, quoting=1)))

    assert definition.rules["action"].map.get("search", "search") == "search"
    assert set(definition.rules["action"].map) <= {"search", text.strip()}


def test_a_hostile_field_of_json_stays_a_name(tmp_path: Path) -> None:
    lines = [{"id": str(n), "time": f"2024-03-{n + 10}T10:00:00Z", **dict.fromkeys(HOSTILE, "v")} for n in range(9)]
    text = "".join(json.dumps(line) + "\n" for line in lines)

    drafted, _ = draft(write(tmp_path, text + '{"\\ud800": "half", "id": "10", "time": "\\ud800"}\n', "export.ndjson"))

    assert list(tomllib.loads(drafted)) == ["name", "table", "description", "read", "columns", "sample"]


def test_a_hostile_file_name_stays_in_its_comment(tmp_path: Path) -> None:
    path = write(tmp_path, csv_text(records(5)), 'log"\nname = "owned.csv')

    drafted, definition = draft(path)

    assert definition.name == "log-name-owned"
    assert tomllib.loads(drafted)["name"] == "log-name-owned"


def test_a_cell_of_a_megabyte_is_cut_and_that_is_said(tmp_path: Path) -> None:
    rows = [[*row[:5], "x" * 1_000_000 if place == 0 else row[5], row[6]] for place, row in enumerate(records(5))]

    drafted, _ = draft(write(tmp_path, csv_text(rows)))

    assert len(drafted) < 10_000
    assert "Cells are cut to 200 characters." in drafted


def test_a_quote_left_open_ends_no_draft(tmp_path: Path) -> None:
    body = csv_text(records(40), quoting=1)
    broken = body.replace('"A00020"', '"A00020', 1)

    drafted, definition = draft(write(tmp_path, broken))

    assert (definition.read.delimiter, definition.read.quote) == (",", '"')
    assert "records seen have 7 fields" in drafted or "quotes do not pair" in drafted


@given(st.text())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_comes_back_from_toml(text: str) -> None:
    said = text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text
    document = tomllib.loads(f"{toml_key(text)} = {toml_value({'a': text, 'b': [text, 1, True]})}\n")

    assert document == {said: {"a": said, "b": [said, 1, True]}} or "\ufffd" in toml_string(text)
    assert tomllib.loads("\n".join(comment(text))) == {}
