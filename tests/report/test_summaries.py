"""The sentence of a finding reads as English whatever its numbers are."""

import duckdb
import pytest

from audit.findings.narrative import add_summaries


def _told(template: str, details: str) -> str:
    bench = duckdb.connect()
    bench.execute(
        "CREATE TABLE finding AS SELECT 'F1' AS finding_id, 'drawn' AS detector, 'pattern' AS family, 'low' AS level, "
        "1 AS score, 1 AS rank, 'U1' AS user_id, 'P-1' AS subject_id, '{}' AS key, NULL AS first_at, NULL AS last_at, "
        f"1 AS event_count, 1 AS days, '{details}' AS details, 'new' AS status, [] AS event_ids, NULL AS suppressed_by"
    )
    return add_summaries(bench, {"drawn": template}).to_pylist()[0]["summary"]


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
    assert _told(template, f'{{"n": {number}}}') == told


def test_an_id_that_ends_on_one_is_left_as_it_is() -> None:
    assert _told("{user_id} looked up {subject_id} {event_count} times", "{}") == "U1 looked up P-1 once"
    assert _told("{subject_id} accesses", "{}") == "P-1 accesses"
