"""The sentence of a finding reads as English whatever its numbers are, and says its values as they are."""

import re

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.findings.narrative import Value, mended, sql_for_sentence, sql_to_mend


def _told(template: str, **values: str | float) -> str:
    """Whole numbers are counts; all else is text."""
    bench = duckdb.connect()
    bench.register("found", pa.table({name: [value] for name, value in values.items()}))
    shown = {
        name: Value(f"CAST({name} AS VARCHAR)", name if isinstance(value, int) else None)
        for name, value in values.items()
    }
    sentence = sql_for_sentence(template, shown)
    found = f"SELECT {sentence.text} AS summary, {sentence.unmended} AS unmended FROM found"
    ((summary, _),) = bench.sql(sql_to_mend(found)).fetchall()
    return str(summary)


@pytest.mark.parametrize(
    ("template", "number", "told"),
    [
        ("contact {n} times: within {n} hours", 1, "contact once: within 1 hour"),
        ("contact {n} times", 2, "contact twice"),
        ("contact {n} times", 12, "contact 12 times"),
        ("{n} reports, ({n} users)", 1, "1 report, (1 user)"),
        ("{n} unexplained accesses, {n} different subjects", 1, "1 unexplained access, 1 different subject"),
        ("the median of {n} peers, {n} people", 1, "the median of 1 peer, 1 person"),
        ("{n} times the usual, {n} days", 0.1, "0.1 times the usual, 0.1 days"),
        ("{n} days", 21, "21 days"),
    ],
)
def test_one_of_anything_is_no_plural(template: str, number: float, told: str) -> None:
    assert _told(template, n=number) == told


def test_an_id_that_ends_on_one_is_left_as_it_is() -> None:
    assert _told("{user} looked up {subject} {n} times", user="U1", subject="P-1", n=1) == "U1 looked up P-1 once"
    assert _told("{subject} accesses", subject="P-1") == "P-1 accesses"


def test_what_looks_like_a_template_in_a_value_is_text() -> None:
    hostile = "{n} \"' || '\n{user}"
    assert _told("{user} looked {n} times", user=hostile, n=3) == f"{hostile} looked 3 times"


# What templates and values are drawn from: all that a sentence is mended at, whole, cut, and beside what must stay.
_PIECES = (
    "{n}", "{m}", "{word}", "{other}", " ", "(", "1", "2", " times", " accesses", " unexplained", " unexplained ", " days", " day",
    "s", " people", " look-ups", ",", "-", "'", "é", "0.",
)  # fmt: skip
_WORDS = (
    "",
    " ",
    "1",
    "2",
    "11",
    " 1",
    "(1",
    "x (1",
    "U1",
    "1 times",
    "2 times",
    "days",
    "in 1 days",
    "s",
    "é",
    "{n}",
    "1 people",
)
_COUNTS = (0, 1, 2, 11, 12, 21)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=9).map("".join),
    st.sampled_from(_COUNTS),
    st.sampled_from(_COUNTS),
    st.sampled_from(_WORDS),
    st.sampled_from(_WORDS),
)
@example("{word} looked {n} times on {m} days", 1, 1, "U1", "")
@example("{n} unexplained accesses, {m} days", 1, 1, "U1", "")
@example("{word} {n} unexplained {other}", 1, 0, "U1", "accesses")
@example("{word}{n} times", 1, 0, "a ", "")
@example("{n}{word} times", 1, 0, "", "")
@example("{n} day{word}", 1, 0, "s", "")
def test_a_sentence_is_filled_in_and_then_mended(template: str, n: int, m: int, word: str, other: str) -> None:
    values = {"n": n, "m": m, "word": word, "other": other}
    filled = re.sub(r"\{(\w+)\}", lambda name: str(values[name[1]]), template)

    assert _told(template, **values) == mended(filled)
