"""Parameters are overridden by query id; what does not fit is told, all at once."""

from typing import Any

import pytest

from audit.catalogue import overridden, with_parameters
from audit.errors import ConfigError, QueryError

SQL = """SELECT access.user_id, access.subject_id, access.access_id, TRUE AS counts
FROM access
WHERE access.local_hour > $min_days
    AND access.local_hour > $share
    AND access.reason = $word
    AND access.banner_accepted = $strict
    AND list_contains($words, access.reason)
ORDER BY access.access_id"""
OWN = {
    "parameters.min_days": "2",
    "parameters.share": "0.3",
    "parameters.word": '"test"',
    "parameters.strict": "true",
    "parameters.words": '["a", "b"]',
}


@pytest.fixture
def catalogue(folder: Any) -> Any:
    folder.write("detectors", "repeated-subject", sql=SQL, **OWN)
    folder.write("detectors", "other")
    return folder.read()


def test_parameters_are_bound_as_engines_take_them(catalogue: Any) -> None:
    assert catalogue.detector("repeated-subject").bound() == {
        "min_days": 2,
        "share": 0.3,
        "word": "test",
        "strict": True,
        "words": ["a", "b"],
    }


def test_an_override_changes_its_own_query_and_leaves_the_rest(catalogue: Any) -> None:
    changed = with_parameters(catalogue, {"repeated-subject": {"min_days": 4, "words": ["c"]}}, "audit.toml")

    assert changed.detector("repeated-subject").bound()["min_days"] == 4
    assert changed.detector("repeated-subject").bound()["words"] == ["c"]
    assert changed.detector("repeated-subject").bound()["share"] == 0.3
    assert changed.detector("other") == catalogue.detector("other")
    assert catalogue.detector("repeated-subject").bound()["min_days"] == 2


def test_a_whole_number_stands_for_a_number(catalogue: Any) -> None:
    changed = with_parameters(catalogue, {"repeated-subject": {"share": 1}}, "audit.toml")

    share = changed.detector("repeated-subject").parameters["share"]
    assert (share, type(share)) == (1.0, float)


def test_unknown_ids_and_names_and_wrong_types_are_told_at_once(catalogue: Any) -> None:
    overrides = {
        "repeated-subjekt": {"min_days": 3},
        "other": {"x": 1},
        "repeated-subject": {
            "min_dayz": 3,
            "min_days": "3",
            "share": "high",
            "word": 3,
            "strict": 1,
            "words": "a",
        },
    }

    with pytest.raises(ConfigError) as caught:
        with_parameters(catalogue, overrides, "audit.toml")

    assert caught.value.exit_code == 5
    assert sorted(caught.value.faults) == [
        'audit.toml: [parameters.other] "x" is no parameter of other; it has none',
        'audit.toml: [parameters.repeated-subject] "min_days" must be a whole number',
        'audit.toml: [parameters.repeated-subject] "min_dayz" is no parameter of repeated-subject; '
        'did you mean "min_days"?',
        'audit.toml: [parameters.repeated-subject] "share" must be a number',
        'audit.toml: [parameters.repeated-subject] "strict" must be true or false',
        'audit.toml: [parameters.repeated-subject] "word" must be a text',
        'audit.toml: [parameters.repeated-subject] "words" must be a list of texts',
        'audit.toml: [parameters.repeated-subjekt] is no query; did you mean "repeated-subject"?',
    ]


def test_true_is_no_whole_number(catalogue: Any) -> None:
    with pytest.raises(QueryError, match="must be a whole number"):
        overridden(catalogue.detector("repeated-subject"), {"min_days": True}, "case")
