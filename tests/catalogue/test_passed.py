"""A shipped text that passed every check is not parsed again; any other is, whatever its name and wherever it lies."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_queries import Folder

from audit.catalogue import read_catalogue
from audit.errors import QueryError
from audit.passed import LIST, listed_as_passed

NO_SELECT = "DROP TABLE access"
NO_CASE_FIRES = '[[case]]\nname = "silent"\nexpect = ""\n'


def put_on_the_list(folder: Any) -> None:
    files = [*folder.path.rglob("*.sql"), *folder.path.rglob("*.cases.toml")]
    (folder.path / LIST).write_text(listed_as_passed(folder.path, files), encoding="ascii")


def test_a_text_on_the_list_is_not_parsed_again(folder: Any) -> None:
    folder.write("views", "seen", sql=NO_SELECT)
    assert "one SELECT" in folder.faults()

    put_on_the_list(folder)

    assert folder.faults() == ""


def test_a_text_that_was_edited_is_checked_in_full(folder: Any) -> None:
    folder.write("views", "seen")
    put_on_the_list(folder)

    folder.write("views", "seen", sql=NO_SELECT)

    assert "one SELECT" in folder.faults()


def test_cases_that_were_edited_are_checked(folder: Any) -> None:
    path = folder.write("detectors", "found")
    put_on_the_list(folder)
    assert folder.faults() == ""

    path.with_name("found.cases.toml").write_text(NO_CASE_FIRES, encoding="utf-8")
    assert "no case fires" in folder.faults()

    path.with_name("found.cases.toml").unlink()
    assert "is missing" in folder.faults()


def test_a_text_that_passed_as_another_kind_of_query_is_checked_in_full(folder: Any) -> None:
    report = folder.write("reports", "seen", sql=NO_SELECT)
    put_on_the_list(folder)

    (folder.path / "views").mkdir()
    report.rename(folder.path / "views" / "seen.sql")

    assert "one SELECT" in folder.faults()


def test_the_header_is_read_and_held_to_the_others_all_the_same(folder: Any) -> None:
    folder.write("views", "seen", reads='["nothing_of_that_name"]', sql="SELECT access_id FROM nothing_of_that_name")
    put_on_the_list(folder)

    assert 'reads "nothing_of_that_name"' in folder.faults()


def test_a_list_among_own_queries_is_not_believed(folder: Any, own: Any) -> None:
    own.write("views", "mine", sql=NO_SELECT)
    put_on_the_list(own)

    with pytest.raises(QueryError, match="one SELECT"):
        folder.read(own)


def test_an_own_copy_of_a_shipped_text_passes_with_it(folder: Any, own: Any) -> None:
    folder.write("views", "seen", sql=NO_SELECT)
    put_on_the_list(folder)
    own.write("views", "seen", sql=NO_SELECT)

    assert [view.path for view in folder.read(own).views] == [own.path / "views" / "seen.sql"]


def test_who_asks_for_it_has_all_checked_in_full(folder: Any) -> None:
    folder.write("views", "seen", sql=NO_SELECT)
    put_on_the_list(folder)

    with pytest.raises(QueryError, match="one SELECT"):
        read_catalogue((), folder.path, in_full=True)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\n", b"not a list at all\n\n"])
def test_by_a_list_that_cannot_be_understood_nothing_passes(folder: Folder, content: bytes) -> None:
    folder.write("views", "seen", sql=NO_SELECT)
    (folder.path / LIST).write_bytes(content)

    assert "one SELECT" in folder.faults()


def test_the_list_is_in_the_words_of_sha256sum(folder: Any) -> None:
    path = folder.write("detectors", "found")
    cases = path.with_name("found.cases.toml")

    lines = listed_as_passed(folder.path, [path, cases]).splitlines()

    assert [line[64:] for line in lines] == ["  detectors/found.cases.toml", "  detectors/found.sql"]
    assert [line[:64] for line in lines] == [hashlib.sha256(file.read_bytes()).hexdigest() for file in (cases, path)]


def test_to_read_the_shipped_queries_no_sql_is_parsed() -> None:
    code = "import sys, audit.catalogue as c; c.read_catalogue(); print('sqlglot' in sys.modules)"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root, env=environment
    )
    assert done.stdout.strip() == "False"
