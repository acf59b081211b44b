"""A definition is checked word by word, and all that is wrong with it is said at once."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from audit.errors import SourceError
from audit.schema import TABLES
from audit.sources.definition import SourceDefinition, built_in, parse_definition, read_definition
from audit.sources.library import find_definition, read_library

WHOLE = """
name = "log"
table = "event"
[columns]
occurred_at = "when"
system = { value = "RMS" }
action = { value = "view" }
"""


def parse(text: str) -> SourceDefinition:
    return parse_definition(tomllib.loads(text), Path("log.toml"))


def faults(text: str) -> list[str]:
    with pytest.raises(SourceError) as fault:
        parse(text)
    return list(fault.value.faults)


def test_a_whole_definition_is_read() -> None:
    found = parse(WHOLE + 'user_id = { column = "who", masked = [" *** "], optional = true }\n')

    assert (found.name, found.table.name, found.read.encoding, found.read.null_values) == (
        "log",
        "event",
        "utf-8",
        ("",),
    )
    assert found.rules["user_id"].columns == ("who",)
    assert found.rules["user_id"].masked == ("***",)
    assert found.rules["system"].value == "RMS"


def test_a_misspelt_column_is_named_with_the_nearest() -> None:
    assert faults(WHOLE.replace("occurred_at", "ocurred_at")) == [
        'log.toml: [columns] "ocurred_at" is not a column of event; did you mean "occurred_at"?',
        "log.toml: [columns] occurred_at is missing: event needs it",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('user_id = { column = "a", columns = ["b"] }', "exactly one of"),
        ("user_id = {}", "exactly one of"),
        ('user_id = { columns = [] }', "columns"),
        ('user_id = { columns = ["a", 1] }', "columns"),
        ("user_id = 1", "must be a raw column's name or a table"),
        ('user_id = { column = "a", mask = ["x"] }', '"mask" is not known; did you mean "masked"?'),
        ('user_id = { column = "a", masked = "x" }', "masked has the wrong type"),
        ('user_id = { column = "a", masked = [1] }', "masked"),
        ('user_id = { column = "a", map = { x = 1 } }', "map"),
        ('user_id = { column = "a", optional = "yes" }', "optional has the wrong type"),
        ('user_id = { column = "a", formats = ["%Y"] }', "formats are for times"),
        ('expression = "x"', '"expression" is not a column of event'),
        ('reason = { expression = "(SELECT 1)" }', "one scalar expression"),
        ('reason = { expression = "1; DROP TABLE event" }', "not one SQL expression"),
    ],
)  # fmt: skip
def test_what_a_column_may_not_say(line: str, message: str) -> None:
    [found] = faults(WHOLE + line)

    assert message in found


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("%Q", "%Q is not known"),
        ("%H:%M", "needs year, month and day"),
        ("%Y-%m", "needs year, month and day"),
        ("yyyy-mm-dd", "needs year, month and day"),
        (1, "formats"),
    ],
)
def test_a_time_format_is_checked(form: Any, message: str) -> None:
    text = WHOLE.replace('"when"', f'{{ column = "when", formats = [{form!r}] }}')

    [found] = faults(text)
    assert message in found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('format = "cvs"', '"cvs" is not one of csv'),
        ('encoding = "utf-9"', "utf-9"),
        ('timezone = "Europe/Lodnon"', "Europe/Lodnon"),
        ('delimiter = ";;"', "delimiter must be one character"),
        ('delimiter = ""', "delimiter must be one character"),
        ('delimiter = "\\n"', "delimiter"),
        ('delimiter = "\\""', "delimiter"),
        ('quote = "ab"', "quote one or none"),
        ("skip = -1", "skip must not be negative"),
        ("skip = true", "skip has the wrong type"),
        ('seperator = ";"', '"seperator" is not known'),
        ("header = 1", "header has the wrong type"),
        ("header = [1]", "header"),
        ("null_values = [1]", "null_values"),
        ("header = []", "header"),
        ('header = ["a", " a "]', "header"),
    ],
)
def test_what_read_may_not_say(line: str, message: str) -> None:
    [found] = faults(f"{WHOLE}[read]\n{line}\n")

    assert message in found


def test_all_faults_are_said_at_once() -> None:
    assert len(faults('name = "log"\ntable = "event"\nnmae = "x"\n[read]\nskip = -1\n[columns]\nx = "y"\n')) == 6


@pytest.mark.parametrize(
    "text", ['table = "event"\n', 'name = "x"\n', 'name = "x"\ntable = "evnt"\n', 'name = 1\ntable = "event"\n']
)
def test_name_and_table_are_needed(text: str) -> None:
    assert faults(text)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("name = ")

    with pytest.raises(SourceError, match=r"a\.toml: is not TOML"):
        read_definition(path)


def test_there_is_a_source_for_every_canonical_table() -> None:
    library = read_library([])

    assert set(TABLES) <= set(library)
    assert library["event"].built_in
    assert built_in(TABLES["event"]).rules["event_id"].optional


def test_an_own_definition_is_found_before_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE.replace('"log"', '"event"'))

    assert not read_library([tmp_path])["event"].built_in


def test_the_first_of_two_own_folders_decides(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.toml").write_text(f'description = "{name}"\n' + WHOLE)

    assert read_library([tmp_path / "a", tmp_path / "b"])["log"].description == "a"


def test_two_definitions_of_one_name_in_a_folder_are_a_fault(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(WHOLE)

    with pytest.raises(SourceError, match="stands already"):
        read_library([tmp_path])


def test_an_unknown_source_is_named_with_the_nearest() -> None:
    with pytest.raises(SourceError, match='no source "evnt"; did you mean "event"'):
        find_definition(read_library([]), "evnt", "audit.toml")
