"""Numbers with their nouns: one of anything is no plural."""

import pytest

from audit.text import counted


@pytest.mark.parametrize(("number", "words", "told"), [
    (0, ("finding",), "0 findings"),
    (1, ("finding",), "1 finding"),
    (1234, ("finding",), "1,234 findings"),
    (1, ("access is", "accesses are"), "1 access is"),
    (2, ("access is", "accesses are"), "2 accesses are"),
])  # fmt: skip
def test_a_number_has_its_noun(number, words, told):
    assert counted(number, *words) == told
