"""The shipped queries pass every check that an own one must pass, and the list that says so names nothing else."""

import pytest

from audit.catalogue import read_catalogue, statement
from tests.engine.goldens import PASSED, passed


def test_every_shipped_query_passes_the_checks() -> None:
    assert read_catalogue(in_full=True).queries


def test_the_list_of_what_passed_names_exactly_the_shipped_texts_that_pass_in_full() -> None:
    assert PASSED.read_text(encoding="ascii") == passed(), "make golden: a query or its cases changed"


def test_the_check_of_the_list_parses_every_query(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    whole = statement.parse
    monkeypatch.setattr(statement, "parse", lambda text, line: parsed.append(text) or whole(text, line))

    passed()

    assert sorted(parsed) == sorted(query.sql for query in read_catalogue().queries)
