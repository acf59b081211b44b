"""A month among those of peers and one's own, a harvest, a move: each written out plainly agrees with its detector in queries/.

Forces are drawn by chance from a seed, of a few users who stay in one unit and role each. Thresholds are drawn too, low enough
for small numbers to reach them and to miss them by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, clock

from audit.catalogue import overridden, read_catalogue
from audit.detect.drawn import arrow_type
from audit.engine import DuckDBEngine
from audit.schema import duckdb_columns

CATALOGUE = read_catalogue()
ENGINE = DuckDBEngine.in_memory()
START = datetime(2024, 1, 1)
DAY = timedelta(days=1)
USERS = tuple(f"U{number}" for number in range(9))
SEEDS = st.integers(0, 2**32 - 1)
PLAIN = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))

Findings = dict[tuple[str, ...], tuple[tuple[Any, ...], set[str]]]
Posts = Mapping[str, tuple[str | None, str | None]]


def draw_accesses(chance: Random, count: int, days: int, subjects: int = 6) -> list[Row]:
    """Return accesses of which the first users make more, and which come in some months and hours more than in others."""
    busy = START + DAY * chance.randrange(days)
    return [
        {
            "access_id": f"A{number:03}",
            "user_id": chance.choice((*USERS, *USERS[:2], None)),
            "subject_id": chance.choice((*(f"P{subject}" for subject in range(subjects)), None)),
            "unexplained": chance.random() < 2 / 3,
            **clock(
                min(chance.choice((busy, START)) + DAY * chance.randrange(days), START + DAY * (days - 1))
                + timedelta(hours=chance.choice((8, 9, 9, 10, chance.randrange(24))))
            ),
        }
        for number in range(count)
    ]


def draw_posts(chance: Random) -> Posts:
    """Return the unit and role of each user, for all time."""
    return {user: (chance.choice(("A", "A", "B", None)), chance.choice(("pc", "pc", "pc", None))) for user in USERS}


def lay(name: str, rows: Sequence[Row], like: str | None = None) -> None:
    columns = {column: arrow_type(kind) for column, kind in duckdb_columns(like or name).items()}
    table = pa.table({column: pa.array([row.get(column) for row in rows], kind) for column, kind in columns.items()})
    ENGINE.create_table_from(name, table)


def lay_posts(posts: Posts) -> None:
    lay(
        "user_position",
        [{"user_id": user, "unit": unit, "role": role} for user, (unit, role) in posts.items()],
        "posting",
    )


def lay_horizon(newest_at: datetime, judged_until: datetime | None = None, judges: bool = True) -> None:
    lay("horizon", [{"judged_until": judged_until, "judges": judges, "newest_at": newest_at}])


def make(*views: str) -> None:
    for view in views:
        query = CATALOGUE.query(view)
        ENGINE.create_table(view, query.sql, query.bound())


def found_by(detector: str, parameters: Mapping[str, object], *numbers: str) -> Findings:
    """Key -> these numbers, and the accesses that count."""
    query = overridden(CATALOGUE.detector(detector), parameters, "test")
    findings: Findings = {}
    for row in ENGINE.query(query.sql, query.bound()).to_pylist():
        key = tuple(row[column] for column in CATALOGUE.detector(detector).key)
        finding = findings.setdefault(key, (tuple(row[number] for number in numbers), set()))
        if row["counts"]:
            finding[1].add(row["access_id"])
    return findings


def month(access: Row) -> str:
    return f"{access['local_date']:%Y-%m}"


def ids(accesses: Sequence[Row]) -> set[str]:
    return {access["access_id"] for access in accesses}


def judgeable(accesses: Sequence[Row]) -> list[Row]:
    return [access for access in accesses if access["user_id"] and access["subject_id"]]


def alike(posts: Posts, user: str, others: set[str], enough: int) -> set[str]:
    """The peers among others: of the same unit and role, where they are enough; else of the same role."""
    unit, role = posts[user]
    near = {other for other in others - {user} if unit and posts[other] == (unit, role)}
    if unit and (len(near) >= enough or not role):
        return near
    return {other for other in others - {user} if role and posts[other][1] == role}


def robust_z(count: int, others: Sequence[int], *least_scales: float) -> float:
    middle = median(others)
    spread = 1.4826 * median(abs(other - middle) for other in others)
    return (count - middle) / max(spread, middle**0.5, *least_scales)


@given(SEEDS)
@PLAIN
def test_an_outlier_stands_far_above_the_median_of_its_peers(seed: int) -> None:
    chance = Random(seed)
    accesses, posts, min_z = draw_accesses(chance, 300, 90), draw_posts(chance), chance.choice((1.0, 1.5, 2.0))
    open_ones = [access for access in judgeable(accesses) if access["unexplained"]]
    counted = Counter((access["user_id"], month(access)) for access in open_ones)
    expected: Findings = {}
    for (user, when), count in counted.items():
        active = {access["user_id"] for access in accesses if access["user_id"] and month(access) == when}
        peers = alike(posts, user, active, 3)
        others = [counted[peer, when] for peer in peers]
        if len(peers) >= 3 and robust_z(count, others, 1.0) >= min_z:
            theirs = [access for access in open_ones if (access["user_id"], month(access)) == (user, when)]
            expected[user, when] = ((len(peers), median(others), round(robust_z(count, others, 1.0), 2)), ids(theirs))

    lay("access", accesses)
    lay("not_fully_explained_access", open_ones, like="access")
    lay_posts(posts)
    make("user_month", "peer_member", "peer_group")

    found = found_by("peer-outlier", {"min_z": min_z, "min_scale": 1.0}, "peers", "peer_median", "z")
    assert found == expected


def usual_hours(earlier: Sequence[Row]) -> set[int]:
    """The fewest local hours that hold 85 % of these accesses."""
    counted = Counter(access["local_hour"] for access in earlier)
    hours: set[int] = set()
    for hour, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        if sum(counted[usual] for usual in hours) >= 0.85 * len(earlier):
            break
        hours.add(hour)
    return hours


def days_of(accesses: Sequence[Row]) -> set[date]:
    return {access["local_date"] for access in accesses}


@given(SEEDS)
@PLAIN
def test_a_month_unlike_the_users_own_has_far_more_accesses_or_other_hours(seed: int) -> None:
    chance = Random(seed)
    accesses, min_z, min_outside = draw_accesses(chance, 500, 180), chance.choice((1.0, 2.0)), chance.choice((3, 5))
    expected: Findings = {}
    for user in USERS:
        mine = [access for access in accesses if access["user_id"] == user]
        for when in sorted({month(access) for access in mine}):
            now, before = [a for a in mine if month(a) == when], [a for a in mine if month(a) < when]
            months = [[a for a in before if month(a) == name] for name in {month(access) for access in before}]
            months = [some for some in months if len(days_of(some)) >= 5]
            if len(months) < 3:
                continue
            middle = median(len(some) for some in months)
            z = robust_z(len(now), [len(some) for some in months], 2.0, 0.2 * middle)
            usual = usual_hours(before)
            outside, seldom = ([a for a in some if a["local_hour"] not in usual] for some in (now, before))
            odd = (
                len(days_of(now)) * len(months) >= 0.5 * sum(len(days_of(some)) for some in months)
                and len(outside) >= min_outside
                and len(outside) * len(before) >= 2 * len(seldom) * len(now)
                and len(days_of(outside)) >= 3
            )
            if z >= min_z or odd:
                numbers = (len(now), round(z, 2), len(outside), z >= min_z, odd)
                expected[user, when] = (numbers, ids(now if z >= min_z else outside))

    lay("access", accesses)
    lay_horizon(START + 200 * DAY, judges=False)
    lay("lacks_explanation", [], like="access")
    lay_posts({})
    make("user_month", "user_hour")

    parameters = {"min_z": min_z, "min_outside": min_outside}
    numbers = ("accesses", "z", "outside_accesses", "too_many", "odd_hours")
    assert found_by("own-baseline", parameters, *numbers) == expected


def fullest(mine: Sequence[Row], days: int) -> tuple[list[Row], date]:
    """The accesses of the first of the fullest windows of so many days, and its last day."""
    windows = [
        ([a for a in mine if last - DAY * (days - 1) <= a["local_date"] <= last], last)
        for last in sorted(days_of(mine))
    ]
    return max(windows, key=lambda window: len(window[0]))


@given(SEEDS)
@PLAIN
def test_a_harvest_is_many_times_what_peers_read_of_one_kind_in_the_same_days(seed: int) -> None:
    chance = Random(seed)
    accesses, posts = draw_accesses(chance, 300, 120), draw_posts(chance)
    days, least, times = chance.choice((10, 31, 32, 33)), chance.choice((4, 8)), chance.choice((1, 2))
    kinds = {"P0": {"theft"}, "P1": {"theft", "fraud"}, "INC-1": {"theft"}, "INC-2": {"fraud"}}
    open_ones = [access for access in judgeable(accesses) if access["unexplained"]]
    expected: Findings = {}
    for user in USERS:
        for kind in ("theft", "fraud"):
            of_kind = [access for access in open_ones if kind in kinds.get(access["subject_id"], ())]
            mine = [access for access in of_kind if access["user_id"] == user]
            if len(mine) < least or posts[user][1] is None:
                continue
            inside, last = fullest(mine, days)
            first = last - DAY * (days - 1)
            active = {
                a["user_id"] for a in accesses if a["user_id"] and f"{first:%Y-%m}" <= month(a) <= f"{last:%Y-%m}"
            }
            of_role = {other for other in active - {user} if posts[other][1] == posts[user][1]}
            peers = {other for other in of_role if posts[user][0] and posts[other][0] == posts[user][0]}
            peers = peers if len(peers) >= 3 else of_role
            read = Counter(access["user_id"] for access in of_kind if first <= access["local_date"] <= last)
            middle = median([read[peer] for peer in peers] or [0])
            if len(of_role) >= 3 and len(inside) >= least and len(inside) >= times * middle:
                expected[user, kind] = ((len(inside), len(peers), middle), ids(mine))

    lay("access", accesses)
    lay("unlinked_access", open_ones, like="access")
    ENGINE.create_table("unlinked_access", "SELECT *, TRUE AS unexplained FROM unlinked_access")
    lay("incident", [{"reference": "INC-1", "kind": "theft"}, {"reference": "INC-2", "kind": "fraud"}])
    on_it = (("INC-1", "P0"), ("INC-1", "P1"), ("INC-2", "P1"), ("INC-1", "INC-1"), ("INC-2", "INC-2"))
    lay("incident_holds", [{"reference": one, "subject_id": other} for one, other in on_it], like="incident_subject")
    lay_posts(posts)
    make("user_month", "unlinked_kind_day")

    parameters = {"min_accesses": least, "days_before": days - 1, "times_peers": times}
    assert found_by("bulk-harvest", parameters, "accesses", "peers", "peer_median") == expected


def changes(postings: Sequence[Row]) -> list[tuple[datetime, datetime | None]]:
    """When unit, role or supervisor of a user changed, and when the next time."""
    began = [
        later["starts_at"]
        for earlier, later in pairwise(postings)
        if any(earlier[name] != later[name] for name in ("unit", "supervisor_id"))
    ]
    return list(zip(began, [*began, None][1:], strict=True))


@given(SEEDS)
@PLAIN
def test_growth_after_a_move_is_by_days_up_to_the_next_change_and_as_far_as_is_judged(seed: int) -> None:
    chance = Random(seed)
    newest_at, min_after, times = START + 100 * DAY, chance.choice((2, 4)), chance.choice((1, 2))
    judged_until = chance.choice((None, START + 60 * DAY + timedelta(hours=9), START + 200 * DAY))
    ends_at = min(judged_until or newest_at, newest_at)
    accesses = draw_accesses(chance, 300, 100)
    judged = [access for access in judgeable(accesses) if access["occurred_at"] <= ends_at]
    open_ones = [access for access in judged if access["unexplained"]]
    times_of_accesses = [access["occurred_at"] for access in accesses]
    postings = [
        {"user_id": user, "unit": chance.choice("AB"), "supervisor_id": chance.choice("ST"), "starts_at": starts_at}
        for user in USERS
        for starts_at in sorted({START - DAY, *chance.sample(times_of_accesses, 3)})
    ]
    expected: Findings = {}
    for user in USERS:
        mine = [access for access in open_ones if access["user_id"] == user]
        first = min((a["local_date"] for a in accesses if a["user_id"] == user), default=None)
        for moved, next_at in changes([posting for posting in postings if posting["user_id"] == user]):
            before = [access for access in mine if access["occurred_at"] < moved]
            after = [a for a in mine if moved <= a["occurred_at"] and (next_at is None or a["occurred_at"] < next_at)]
            if first is None or moved > ends_at:
                continue
            before_days = (moved.date() - first).days
            # The day of the next change is the first one after that; the last day that is judged is one of these.
            until = next_at.date() if next_at and next_at <= ends_at else ends_at.date() + DAY
            after_days = (until - moved.date()).days
            grown = len(after) * before_days >= times * len(before) * after_days
            if before_days >= 14 and after_days >= 1 and len(after) >= min_after and grown:
                numbers = (len(before), len(after), before_days, after_days)
                expected[user, f"{moved}"] = (numbers, ids(after))

    lay("access", accesses)
    lay("judgeable_access", judged, like="access")
    lay("unexplained_access", open_ones, like="access")
    lay("posting", postings)
    lay_horizon(newest_at, judged_until)
    make("local_clock")

    parameters = {"min_after": min_after, "times_before": times}
    numbers = ("before_count", "after_count", "before_days", "after_days")
    assert found_by("escalation", parameters, *numbers) == expected
