"""Windows that slide and circles of links, written out plainly, agree with queries/: surges, accumulations, hours, clusters.

Forces are drawn by chance from a seed. Times lie on a coarse grid, moved by a second at most, so that the ends of windows are
met exactly and just missed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, clock

from audit.catalogue import Query, read_catalogue
from audit.detect.drawn import arrow_type
from audit.engine import DuckDBEngine
from audit.schema import duckdb_columns

CATALOGUE = read_catalogue()
ENGINE = DuckDBEngine.in_memory()
START = datetime(2024, 1, 1)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SEEDS = st.integers(0, 2**32 - 1)
PLAIN = settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def draw_accesses(
    chance: Random, count: int, users: int, subjects: int, grid: timedelta, steps: int, prefix: str = "A"
) -> list[Row]:
    """Return accesses at points of a grid, a second before some of them; one in three is explained."""
    return [
        {
            "access_id": f"{prefix}{number:03}",
            "user_id": f"U{chance.randrange(users):02}",
            "subject_id": f"P{chance.randrange(subjects):02}",
            "unexplained": chance.random() < 2 / 3,
            **clock(START + grid * chance.randrange(1, steps) - SECOND * chance.choice((0, 0, 1))),
        }
        for number in range(count)
    ]


def lay(name: str, rows: Sequence[Row], like: str | None = None) -> None:
    columns = {column: arrow_type(kind) for column, kind in duckdb_columns(like or name).items()}
    table = pa.table({column: pa.array([row.get(column) for row in rows], kind) for column, kind in columns.items()})
    ENGINE.create_table_from(name, table)


def lay_accesses(accesses: Sequence[Row]) -> None:
    lay("judgeable_access", accesses, like="access")
    lay("unexplained_access", [access for access in accesses if access["unexplained"]], like="access")


def make(view: str) -> None:
    query: Query = CATALOGUE.query(view)
    ENGINE.create_table(view, query.sql, query.bound())


def rows_of(detector: str) -> list[Mapping[str, Any]]:
    query = CATALOGUE.detector(detector)
    rows: list[Mapping[str, Any]] = ENGINE.query(query.sql, query.bound()).to_pylist()
    return rows


def windows(
    accesses: Sequence[Row], length: timedelta, enough: Callable[[Sequence[Row]], bool]
) -> list[tuple[datetime, list[Row]]]:
    """Return the windows of a length, each from one access on, that hold enough."""
    found = []
    for begins in sorted({access["occurred_at"] for access in accesses}):
        inside = [access for access in accesses if begins <= access["occurred_at"] < begins + length]
        if enough(inside):
            found.append((begins, inside))
    return found


def distinct(accesses: Sequence[Row], column: str) -> int:
    return len({access[column] for access in accesses})


def surges(accesses: Sequence[Row]) -> list[list[Row]]:
    """The accesses to one subject in each surge: windows of seven days that overlap are one."""

    def crowded(inside: Sequence[Row]) -> bool:
        open_ones = [access for access in inside if access["unexplained"]]
        return distinct(inside, "user_id") >= 10 and distinct(open_ones, "user_id") >= 5

    spans: list[tuple[datetime, datetime]] = []
    for begins, _ in windows(accesses, 7 * DAY, crowded):
        if spans and begins < spans[-1][1]:
            spans[-1] = (spans[-1][0], begins + 7 * DAY)
        else:
            spans.append((begins, begins + 7 * DAY))
    return [[a for a in accesses if begins <= a["occurred_at"] < ends] for begins, ends in spans]


def by(accesses: Sequence[Row], *columns: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for access in accesses:
        groups.setdefault(tuple(access[column] for column in columns), []).append(access)
    return groups


def ids(accesses: Sequence[Row]) -> set[str]:
    return {access["access_id"] for access in accesses}


@given(SEEDS)
@PLAIN
def test_a_surge_is_a_crowd_within_seven_days(seed: int) -> None:
    accesses = draw_accesses(Random(seed), 80, users=16, subjects=2, grid=DAY, steps=40)
    expected = {}
    for (subject,), theirs in by(accesses, "subject_id").items():
        for surge in surges(theirs):
            open_ones = [access for access in surge if access["unexplained"]]
            day = min(access["local_date"] for access in surge)
            counts = (distinct(surge, "user_id"), distinct(open_ones, "user_id"))
            expected[subject, day] = (counts, ids(open_ones), ids(surge) - ids(open_ones))

    lay_accesses(accesses)
    make("subject_surge")

    found: dict[tuple[str, date], tuple[tuple[int, int], set[str], set[str]]] = {}
    for row in rows_of("subject-surge"):
        counts = (row["users"], row["unexplained_users"])
        finding = found.setdefault((row["subject_id"], row["local_day"]), (counts, set(), set()))
        (finding[1] if row["counts"] else finding[2]).add(row["access_id"])
    assert found == expected


@given(SEEDS)
@PLAIN
def test_an_accumulation_is_ten_users_within_a_year_and_outside_of_surges(seed: int) -> None:
    accesses = draw_accesses(Random(seed), 80, users=14, subjects=2, grid=73 * DAY, steps=14)
    accesses += draw_accesses(Random(seed + 1), 25, users=12, subjects=1, grid=DAY, steps=8, prefix="B")
    expected: set[str] = set()
    for theirs in by(accesses, "subject_id").values():
        crowd = {access_id for surge in surges(theirs) for access_id in ids(surge)}
        open_ones = [a for a in theirs if a["unexplained"] and a["access_id"] not in crowd]
        for _, inside in windows(open_ones, 365 * DAY, lambda some: distinct(some, "user_id") >= 10):
            expected |= ids(inside)

    lay_accesses(accesses)
    make("subject_surge")
    # By days, in the program; the force's share needs their sum alone.
    unexplained = sum(bool(access["unexplained"]) for access in accesses)
    explained = len(accesses) - unexplained
    ENGINE.create_table("daily_coverage", f"SELECT {explained} AS explained, 0 AS weak, {unexplained} AS unexplained")

    rows = rows_of("subject-accumulation")
    assert sorted(row["access_id"] for row in rows) == sorted(expected)


@given(SEEDS)
@PLAIN
def test_browsing_is_twenty_subjects_in_a_day_or_ten_in_an_hour(seed: int) -> None:
    chance = Random(seed)
    # A day or two, thinly; and three hours around a midnight, densely.
    accesses = draw_accesses(chance, 160, users=2, subjects=24, grid=HOUR / 6, steps=6 * 24 * chance.choice((1, 2)))
    late = draw_accesses(chance, 60, users=2, subjects=20, grid=HOUR / 20, steps=20 * 3, prefix="B")
    accesses += [{**access, **clock(access["occurred_at"] + 22 * HOUR + DAY)} for access in late]
    expected = set()
    for (user,), theirs in by([a for a in accesses if a["unexplained"]], "user_id").items():
        for (day,), days in by(theirs, "local_date").items():
            if distinct(days, "subject_id") >= 20:
                expected |= {(user, day, access["access_id"]) for access in days}
        for begins, inside in windows(theirs, HOUR, lambda some: distinct(some, "subject_id") >= 10):
            whole = [access for access in theirs if access["local_date"] == begins.date()]
            expected |= {(user, begins.date(), access["access_id"]) for access in (*whole, *inside)}

    lay_accesses(accesses)

    rows = rows_of("bulk-browsing")
    assert {(row["user_id"], row["local_day"], row["access_id"]) for row in rows} == expected
    assert len(rows) == len(expected)


def circles(accesses: Sequence[Row], links: Sequence[Row]) -> list[set[str]]:
    """The subjects of one user that links tie together, each link lasting at a look-up of one of its ends."""
    looked_up = {access["subject_id"] for access in accesses}
    tied = {subject: {subject} for subject in looked_up}
    for link in links:
        one, other = link["subject_id"], link["linked_id"]
        times = [a["occurred_at"] for a in accesses if a["subject_id"] in (one, other)]
        if {one, other} <= looked_up and any(link["starts_at"] <= when < link["ends_at"] for when in times):
            whole = tied[one] | tied[other]
            for subject in whole:
                tied[subject] = whole
    return [set(circle) for circle in {frozenset(circle) for circle in tied.values()}]


@given(SEEDS)
@PLAIN
def test_a_cluster_is_what_links_tie_together(seed: int) -> None:
    chance = Random(seed)
    # Seven subjects: no two of a circle are more than six links apart.
    accesses = draw_accesses(chance, 24, users=3, subjects=7, grid=DAY, steps=20)
    links = [
        {
            "subject_id": f"P{chance.randrange(7):02}",
            "linked_id": f"P{chance.randrange(7):02}",
            "relation": chance.choice(("keeper", "partner", "associate")),
            "starts_at": START + DAY * chance.choice((0, 5, 10)),
            "ends_at": START + DAY * chance.choice((10, 15, 30)),
        }
        for _ in range(5)
    ]
    expected = {
        (user, min(circle)): ids([access for access in theirs if access["subject_id"] in circle])
        for (user,), theirs in by([a for a in accesses if a["unexplained"]], "user_id").items()
        for circle in circles(theirs, links)
        if len(circle) >= 3
    }

    lay_accesses(accesses)
    lay("subject_link", links)
    make("any_link")
    make("unexplained_cluster")

    found: dict[tuple[str, str], set[str]] = {}
    for row in rows_of("linked-cluster"):
        found.setdefault((row["user_id"], row["cluster"]), set()).add(row["access_id"])
    assert found == expected
