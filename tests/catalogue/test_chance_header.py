"""The header key `chance` names a test and columns that the SQL returns; what is made of them the SQL leaves out."""

from typing import Any

import pytest

SQL = """SELECT access.user_id, access.subject_id, access.access_id, TRUE AS counts,
    1 AS hits, 2 AS draws, 3 AS base_hits, 4 AS base_draws, 5 AS tests, 'F' AS value{more}
FROM access
ORDER BY access.access_id"""
CHANCE = '{ test = "hypergeometric", counts = ["hits", "draws", "base_hits", "base_draws"], tests = "tests", among = "value" }'
MAX_P = "{ max_p = 0.001 }"


def write(folder: Any, chance: str | None = CHANCE, parameters: str | None = MAX_P, more: str = "") -> str:
    folder.write("detectors", "profile", SQL.format(more=more), chance=chance, parameters=parameters)
    return str(folder.faults())


def test_a_detector_may_name_a_test_and_its_counts(folder: Any) -> None:
    assert write(folder) == ""

    chance = folder.read().detector("profile").chance

    assert (chance.test, chance.tests, chance.among) == ("hypergeometric", "tests", "value")
    assert chance.counts == ("hits", "draws", "base_hits", "base_draws")


def test_a_summary_may_tell_the_p(folder: Any) -> None:
    summary = '"{user_id}: p {p}, corrected {p_corrected}"'
    folder.write("detectors", "profile", SQL.format(more=""), chance=CHANCE, parameters=MAX_P, summary=summary)

    assert folder.faults() == ""


@pytest.mark.parametrize(
    ("chance", "told"),
    [
        (CHANCE.replace("hypergeometric", "gauss"), "must be one of hypergeometric, binomial"),
        (CHANCE.replace('"draws", ', ""), "counts must name four columns: hits, draws, base hits, base draws"),
        (CHANCE.replace('"tests"', '"test_count"'), 'chance names "test_count", which the SQL does not return'),
        (CHANCE.replace('"base_hits"', '"bsae_hits"'), 'did you mean "base_hits"'),
        (CHANCE.replace('"value"', '"valeu"'), 'did you mean "value"'),
        (CHANCE.replace("among", "within"), 'not "within"'),
        ('"hypergeometric"', "must be a table of test, counts, tests"),
        (CHANCE.replace(', tests = "tests"', ""), "tests must be text"),
    ],
)
def test_what_is_wrong_with_it_is_told(folder: Any, chance: str, told: str) -> None:
    assert told in write(folder, chance)


def test_without_a_greatest_p_it_is_refused(folder: Any) -> None:
    assert "chance needs parameters.max_p" in write(folder, parameters=None)
    assert "chance needs parameters.max_p" in write(folder, parameters='{ max_p = "small" }')


def test_a_greatest_p_without_chance_binds_nothing(folder: Any) -> None:
    assert 'parameters has "max_p", which the SQL binds nowhere' in write(folder, chance=None)


def test_the_sql_must_not_make_the_p_itself(folder: Any) -> None:
    assert "returns p, which is made of the counts" in write(folder, more=", 0.5 AS p").replace('"', "")
