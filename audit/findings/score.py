"""The score of a finding: parts in whole points that stand in its details and add up to it, each with its reason.

The weights follow the published cases: relation first, then repetition on a log scale (steep to 20 accesses, flat after
100), then evidence of purpose. Unexplained access by itself weighs little: half of the cases rest on it alone, and most
honest noise lies in it too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the score: SQL for whole points over the facts of one finding, and why it is there."""

    name: str
    points: str
    reason: str


def _steps(value: str, *steps: tuple[int, int]) -> str:
    """SQL for the points of the highest step that a value reaches; steps fall."""
    whens = " ".join(f"WHEN {value} >= {least} THEN {points}" for least, points in steps)
    return f"CASE {whens} ELSE 0 END"


PARTS = (
    Part("detector", "points", "how strong the signal is in itself"),
    Part(
        "amount",
        _steps("event_count", (100, 16), (50, 15), (20, 12), (12, 10), (8, 8), (5, 6), (3, 4), (2, 2)),
        "how many accesses count: steep to 20, flat after 100; the published median is 83",
    ),
    Part(
        "duration",
        _steps("span_days", (730, 6), (365, 5), (90, 3), (30, 2), (7, 1)),
        "how long it went on, from the first access to the last; a quarter of the published spans exceed 27 months",
    ),
    Part(
        "recency",
        f"5 - {_steps('days_ago', (366, 5), (181, 3), (91, 2), (31, 1))}",
        "how near the last access is to the newest event loaded; what is long ago is not forgotten, only later",
    ),
    Part(
        "subject",
        "CASE WHEN marked THEN 6 ELSE 0 END",
        "the subject is marked: vulnerable, domestic abuse, minor, protected, high profile",
    ),
    Part(
        "relation",
        "CASE WHEN distance <= 1 THEN 10 WHEN distance = 2 THEN 5 WHEN distance = 3 THEN 2 ELSE 0 END",
        "the subject is the user, somebody near, or linked to those: a third of the published cases",
    ),
    Part("after_warning", "CASE WHEN after_warning THEN 6 ELSE 0 END", "the user had been warned"),
    Part(
        "reasons",
        "CASE WHEN event_count >= 3 AND (2 * blank_reasons >= event_count OR one_reason) THEN 4 ELSE 0 END",
        "at least half of three or more reasons are blank, or all are one text",
    ),
    Part(
        "weak",
        "-(10 * weak_count // greatest(event_count, 1))",
        "a weak explanation holds for some of them: ten points less where for all",
    ),
    Part(
        "explained",
        "-(15 * explained_count // greatest(event_count, 1))",
        "a full explanation holds for some of them, and the detector fires all the same",
    ),
)
LEAST, MOST = 0, 100
# What stands in `score_parts`, for people: `bound` is there where the parts add up to less or more.
REASONS = {part.name: part.reason for part in PARTS} | {"bound": f"the score ends at {LEAST} and at {MOST}"}

# What a finding's level leaves of its score in the rank of its user. Informational findings are context. Low ones are the
# net, in which most honest noise lies: by itself each says little, and a heavy user of the systems has many.
SQL_FOR_WEIGHED = "CASE level WHEN 'informational' THEN 0 WHEN 'low' THEN score // 2 ELSE score END"

# Of a user: what the findings of one detector give together. Many findings of one kind add little to the best of them.
SQL_FOR_COMPONENT = (
    "CASE WHEN max(weighed) = 0 THEN 0 ELSE least(max(weighed) "
    "+ least(2 * floor(log2(greatest(count(*) FILTER (WHERE weighed > 0), 1))), 8), 90) END"
)
