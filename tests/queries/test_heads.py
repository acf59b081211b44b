"""The three heads count what the contract says, written out plainly: unexplained, repeated, after a warning."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from all_explained import explain
from drawn_force import DRAWN_FORCES, START, Tables, draw_forces, judged, together
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, linked
from test_explanations import all_held

from audit.catalogue import read_catalogue
from audit.explain import Horizon

CATALOGUE = read_catalogue()
FORCE = SmallForce()
UNTIL = START + timedelta(days=31)
PLAIN = settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def unexplained(force: Tables, until: datetime | None) -> list[Row]:
    """The accesses that can be judged and that nothing explains, in full or weakly."""
    explained = {access_id for held in all_held(force, until).values() for access_id in held}
    return [access for access in judged(force, until) if access["access_id"] not in explained]


def by_user_and_subject(accesses: Sequence[Row]) -> Iterator[tuple[tuple[str, str], list[Row]]]:
    for pair in sorted({(access["user_id"], access["subject_id"]) for access in accesses}):
        yield pair, [access for access in accesses if (access["user_id"], access["subject_id"]) == pair]


def repeated(accesses: Sequence[Row], least: int, days: int) -> set[str]:
    """The accesses of users who came to a subject so often, on so many local days."""
    return {
        access["access_id"]
        for _, theirs in by_user_and_subject(accesses)
        if len(theirs) >= least and len({access["local_date"] for access in theirs}) >= days
        for access in theirs
    }


def in_scope(warning: Row, access: Row, links: Sequence[Row]) -> bool:
    """Whether an access lies in the scope of a warning: its system, and its subject with what is linked to it then."""
    if access["user_id"] != warning["user_id"] or warning["system"] not in (None, access["system"]):
        return False
    subject_id = warning["subject_id"]
    near = linked(links, access["subject_id"], access["occurred_at"])
    return subject_id is None or subject_id == access["subject_id"] or subject_id in near


def about_a_warning(warning: Row, force: Tables, open_ones: Sequence[Row]) -> tuple[set[str], set[str]]:
    """The accesses before a warning and after it: unexplained ones in its scope, all to the subject it names."""
    ends = warning["expires_at"]
    counted = [access for access in open_ones if in_scope(warning, access, force["subject_link"])]
    named = [
        access
        for access in force["access"]
        if access["user_id"] == warning["user_id"] and access["subject_id"] == warning["subject_id"] is not None
    ]
    before = {access["access_id"] for access in (*counted, *named) if access["occurred_at"] < warning["issued_at"]}
    after = {
        access["access_id"]
        for access in (*counted, *named)
        if warning["issued_at"] <= access["occurred_at"] and (ends is None or access["occurred_at"] < ends)
    }
    return before, after


def laid(forces: Sequence[Tables], until: datetime | None, judges: bool = True) -> None:
    FORCE.fill(together(forces))
    newest_at = max(access["occurred_at"] for force in forces for access in force["access"])
    explain(FORCE.engine, CATALOGUE, Horizon(judges, until, oldest_at=START, newest_at=newest_at))


def rows_of(detector: str) -> list[Mapping[str, Any]]:
    query = CATALOGUE.detector(detector)
    rows: list[Mapping[str, Any]] = FORCE.engine.query(query.sql, query.bound()).to_pylist()
    return rows


@given(DRAWN_FORCES, st.sampled_from((None, UNTIL)))
@PLAIN
def test_unexplained_access_cites_what_nothing_explains(forces: list[Tables], until: datetime | None) -> None:
    expected = {
        access["access_id"]: len(theirs)
        for force in forces
        for _, theirs in by_user_and_subject(unexplained(force, until))
        for access in theirs
    }

    laid(forces, until)

    rows = rows_of("unexplained-access")
    assert {row["access_id"]: row["accesses"] for row in rows if row["counts"]} == expected
    assert len(rows) == len(expected)


@given(DRAWN_FORCES, st.sampled_from((None, UNTIL)))
@PLAIN
def test_repeated_subject_cites_three_unexplained_accesses_on_two_days(
    forces: list[Tables], until: datetime | None
) -> None:
    expected = {access_id for force in forces for access_id in repeated(unexplained(force, until), 3, 2)}

    laid(forces, until)

    rows = rows_of("repeated-subject")
    assert sorted(row["access_id"] for row in rows if row["counts"]) == sorted(expected)
    assert len(rows) == len(expected)


@given(DRAWN_FORCES)
@PLAIN
def test_repeated_subject_without_incidents_cites_five_accesses_on_three_days(forces: list[Tables]) -> None:
    for force in forces:
        force["incident"] = []
    expected = {access_id for force in forces for access_id in repeated(judged(force, None), 5, 3)}

    laid(forces, None, judges=False)

    assert sorted(row["access_id"] for row in rows_of("repeated-subject")) == sorted(expected)


@given(DRAWN_FORCES, st.sampled_from((None, UNTIL)))
@PLAIN
def test_access_after_warning_counts_both_sides_of_a_warning(forces: list[Tables], until: datetime | None) -> None:
    expected = {}
    for force in forces:
        open_ones = unexplained(force, until)
        for warning in force["warning"]:
            before, after = about_a_warning(warning, force, open_ones)
            if after:
                counts = (len(before), len(after), len(before) + len(after))
                expected[warning["warning_id"]] = (counts, before, after)

    laid(forces, until)

    found: dict[str, tuple[tuple[int, int, int], set[str], set[str]]] = {}
    for row in rows_of("access-after-warning"):
        counts = (row["before_count"], row["after_count"], row["total"])
        finding = found.setdefault(row["warning_id"], (counts, set(), set()))
        finding[2 if row["counts"] else 1].add(row["access_id"])
    assert found == expected


def test_what_is_drawn_gives_findings_of_each_head() -> None:
    forces = [force for seed in range(5) for force in draw_forces(seed)]
    open_ones = [unexplained(force, UNTIL) for force in forces]
    both_sides = [
        (before, after)
        for force, ones in zip(forces, open_ones, strict=True)
        for before, after in (about_a_warning(warning, force, ones) for warning in force["warning"])
        if after
    ]

    assert sum(bool(repeated(ones, 3, 2)) for ones in open_ones) > 5
    assert sum(bool(repeated(judged(force, None), 5, 3)) for force in forces) > 5
    assert sum(len(ones) for ones in open_ones) > 200
    assert sum(bool(before) for before, _ in both_sides) > 20
