"""How the detectors' users overlap: with whom each shares them, and whether more than chance would. Ranks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb


@dataclass(frozen=True)
class Overlap:
    """Of one detector: users shared with each other detector, most first; lift over chance, None where it is not defined."""

    shared: Mapping[str, int] = field(default_factory=dict)
    lift: float | None = None


def reckon_overlap(bench: duckdb.DuckDBPyConnection) -> dict[str, Overlap]:
    """Return each detector's overlap, from the table `component` (user, detector, confirms) and `user_count` (all users).

    Lift: of the detector's users, the share whom another detector also found with a finding of level medium or above,
    divided by that share among all users with an access. The level keeps out the net of unexplained accesses, in which
    most users stand, and by which every detector would be confirmed by nobody and everybody.
    """
    shared: dict[str, dict[str, int]] = {}
    for detector, other, users in bench.execute(_SHARED).fetchall():
        shared.setdefault(detector, {})[other] = users
    return {
        detector: Overlap(shared.get(detector, {}), _lift(*counts))
        for detector, *counts in bench.execute(_CONFIRMED).fetchall()
    }


_SHARED = """
SELECT one.detector, other.detector, count(*) AS users
FROM component AS one
INNER JOIN component AS other ON one.user_id = other.user_id AND one.detector <> other.detector
GROUP BY one.detector, other.detector
ORDER BY one.detector, users DESC, other.detector
"""

_CONFIRMED = """
WITH everyone AS (
    SELECT DISTINCT user_id FROM user_count
),
judged AS (
    SELECT
        detector.detector,
        everyone.user_id,
        bool_or(coalesce(component.detector = detector.detector, false)) AS found,
        bool_or(coalesce(component.detector <> detector.detector AND component.confirms, false)) AS confirmed
    FROM everyone
    CROSS JOIN (SELECT DISTINCT detector FROM component) AS detector
    LEFT JOIN component ON component.user_id = everyone.user_id
    GROUP BY detector.detector, everyone.user_id
)
SELECT
    detector,
    count(*) FILTER (WHERE found AND confirmed) AS found_and_confirmed,
    count(*) FILTER (WHERE found) AS found,
    count(*) FILTER (WHERE confirmed) AS confirmed,
    count(*) AS users
FROM judged
GROUP BY detector
ORDER BY detector
"""


def _lift(both: int, found: int, confirmed: int, users: int) -> float | None:
    """By exact fractions, so that the same counts give the same bytes."""
    if not found or not confirmed:
        return None
    return float(round(Fraction(both, found) / Fraction(confirmed, users), 4))
