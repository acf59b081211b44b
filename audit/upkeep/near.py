"""The accesses near what changed, and what explained them so far, taken from the log once.

Whatever is asked later about a user and a subject is asked about these: the log is long, and they lie all over it.
"""

from datetime import datetime

from audit.sql import quote_literal
from audit.upkeep.bearing import find_what_bears
from audit.upkeep.desk import Desk, same_values
from audit.upkeep.pairs import PAIR
from audit.upkeep.parts import PAIR_COLUMNS, partition_columns, select_partitions

NEAR = '"upkeep near access"'
NEAR_PAIR = '"upkeep near pair"'
NEAR_EXPLAINED = '"upkeep near explained"'
_ASKED_PAIR = '"upkeep asked pair"'
_ASKED_LINK = '"upkeep asked link"'
_CHANGED = ("upkeep gone access", "upkeep made access", "upkeep touched access", "upkeep passed access")


def lay_near(desk: Desk, until: datetime | None, until_before: datetime | None) -> None:
    """Make tables of near accesses, of what explained them, and of what bears on them. After `find_pairs`.

    Asked about are the pairs to explain, and those of all accesses that changed: also of those that are judged now and were
    not, or no more, because they lie between the two horizons. Near are the accesses of these pairs, and of the same users to
    what is linked. NULL is a user and a subject here.
    """
    _lay_passed(desk, until, until_before)
    _find_near_pairs(desk)
    near = f"EXISTS (SELECT 1 FROM {NEAR_PAIR} AS pair WHERE {same_values(PAIR_COLUMNS, 'pair', 'standing')})"
    desk.lay("upkeep near access", f"SELECT * EXCLUDE (_place) FROM ({desk.placed('access', near)}) AS placed")
    ours = f'SELECT access_id FROM {NEAR} UNION ALL SELECT access_id FROM "upkeep gone access"'
    desk.lay("upkeep near explained", desk.placed("explained", f"access_id IN ({ours})"))
    # Not of all pairs: of most there is no access.
    asked = f"EXISTS (SELECT 1 FROM {_ASKED_PAIR} AS pair WHERE {same_values(PAIR_COLUMNS, 'pair', 'near')})"
    subjects = f"SELECT DISTINCT subject_id FROM {NEAR} AS near WHERE subject_id IS NOT NULL AND {asked}"
    references = f"SELECT DISTINCT reference FROM {NEAR} WHERE reference IS NOT NULL"
    find_what_bears(desk, subjects, references, _ASKED_LINK)


def _find_near_pairs(desk: Desk) -> None:
    """Make tables of the pairs asked about, of all links of their subjects, and of these pairs and those that links lead to."""
    changed = [f'SELECT user_id, subject_id FROM "{name}"' for name in _CHANGED]
    desk.lay("upkeep asked pair", " UNION ".join([f"SELECT user_id, subject_id FROM {PAIR}", *changed]))
    own = f"SELECT subject_id FROM {_ASKED_PAIR}"
    at_subjects = f"subject_id IN ({own}) OR linked_id IN ({own})"
    desk.lay("upkeep asked link", f"SELECT * FROM {desk.standing('subject_link')} WHERE {at_subjects}")
    links = f"SELECT subject_id, linked_id FROM {_ASKED_LINK} UNION ALL SELECT linked_id, subject_id FROM {_ASKED_LINK}"
    desk.lay(
        "upkeep near pair",
        f"SELECT user_id, subject_id FROM {_ASKED_PAIR} UNION SELECT pair.user_id, link.linked_id "
        f"FROM {_ASKED_PAIR} AS pair INNER JOIN ({links}) AS link ON pair.subject_id = link.subject_id",
    )


def _lay_passed(desk: Desk, until: datetime | None, until_before: datetime | None) -> None:
    """Make a table of the accesses between two horizons, with what tells their pairs and partitions."""
    columns = select_partitions(dict.fromkeys((*PAIR_COLUMNS, *partition_columns(desk))))
    between = "FALSE" if until == until_before else _between(until, until_before)
    desk.lay("upkeep passed access", f"SELECT {columns} FROM {desk.standing('access')} WHERE {between}")


def _between(one: datetime | None, other: datetime | None) -> str:
    """SQL that says whether an access lies between two horizons; None is no limit."""
    first, *last = sorted(time for time in (one, other) if time is not None)
    later = f"occurred_at > TIMESTAMP {quote_literal(str(first))}"
    return later + "".join(f" AND occurred_at <= TIMESTAMP {quote_literal(str(time))}" for time in last)
