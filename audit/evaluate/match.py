"""Tell which finding answers a label: expectations found or missed and why, look-alikes left alone or caught."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audit.evaluate.labels import Expectation, Labels, Lookalike
from audit.report.read import Run, read_manifest, read_table

# Of whom a finding may not speak in its key: then its own columns, and where they are empty nothing contradicts.
_WHO = ("user_id", "subject_id")
_COLUMNS = ("finding_id", "detector", "level", "rank", "user_id", "subject_id", "key", "event_count", "days", "details")


@dataclass(frozen=True)
class Found:
    """What matching needs of a finding."""

    finding_id: str
    rank: int
    user_id: str | None
    subject_id: str | None
    key: Mapping[str, Any]
    accesses: int
    days: int
    details: Mapping[str, Any]

    def agrees(self, key: Mapping[str, str]) -> bool:
        """Say whether nothing of a label's key differs: the finding's key first, then its columns, then its details."""
        return all(self._agrees_on(name, value) for name, value in key.items())

    def _agrees_on(self, name: str, value: str) -> bool:
        if name in self.key:
            return _text(self.key[name]) == _text(value)
        if name in _WHO:
            own = self.user_id if name == "user_id" else self.subject_id
            return own is None or own == value
        return name in self.details and _text(self.details[name]) == _text(value)


@dataclass(frozen=True)
class Outcome:
    """What became of an expectation. `differs`: numbers that are not those planted; `unstated`: numbers not told at all.

    `why`: of a missed one; of a found one None.
    """

    expected: Expectation
    finding_id: str | None
    differs: tuple[str, ...] = ()
    unstated: tuple[str, ...] = ()
    why: str | None = None

    @property
    def found(self) -> bool:
        """The detector has a finding with that key."""
        return self.finding_id is not None

    @property
    def exact(self) -> bool:
        """It is found, and every planted number that the finding states is the planted one."""
        return self.found and not self.differs


@dataclass(frozen=True)
class Caught:
    """A look-alike that the detector did not leave alone."""

    lookalike: Lookalike
    finding_id: str


class Matcher:
    """The findings of a report, by detector, and those accesses of theirs that are needed. Made once, asked often.

    Findings that a disposition suppresses are passed over.
    """

    def __init__(self, run: Run, labels: Labels) -> None:
        """Read what may concern the labels: at ten million accesses most findings do not."""
        self._run = run
        self._found = _read_found(run, labels)
        manifest = read_manifest(run)
        self._ran = {query.id for query in manifest.queries if query.kind == "detector"}
        self._skipped = {skip.detector: skip.reason for skip in manifest.skipped}

    def outcomes(self, expectations: Iterable[Expectation]) -> list[Outcome]:
        """Return what became of each expectation, in their order."""
        return [self._outcome(expected) for expected in expectations]

    def caught(self, lookalikes: Sequence[Lookalike]) -> list[Caught]:
        """Return the look-alikes that are caught: the finding's own user and subject, or where it names none, those of an
        access that counts.
        """
        near = [
            (lookalike, found)
            for lookalike in lookalikes
            for found in self._found[lookalike.detector]
            if found.agrees(_named(lookalike) | dict(lookalike.key))
        ]
        cited = _read_cited(self._run, {found.finding_id for _, found in near})
        return [
            Caught(lookalike, found.finding_id)
            for lookalike, found in near
            if _is_about(lookalike, found, cited[found.finding_id])
        ]

    def _outcome(self, expected: Expectation) -> Outcome:
        candidates = [
            _compared(expected, found) for found in self._found[expected.detector] if found.agrees(expected.key)
        ]
        if candidates:
            # Several may fit where the label's key says less than the finding's: the one with the planted numbers.
            return min(candidates, key=lambda outcome: (len(outcome.differs), len(outcome.unstated)))
        return Outcome(expected, None, why=self._why_missed(expected))

    def _why_missed(self, expected: Expectation) -> str:
        if expected.detector in self._skipped:
            return f"skipped: {self._skipped[expected.detector]}"
        if expected.detector not in self._ran:
            return "did not run"
        others = [found for found in self._found[expected.detector] if found.agrees(_named(expected))]
        return f"no finding with that key; {len(others):,} with another" if others else "no finding"


def _read_found(run: Run, labels: Labels) -> Mapping[str, Sequence[Found]]:
    named: list[Expectation | Lookalike] = [*labels.expectations, *labels.lookalikes]
    users = pa.array(sorted({one.user_id for one in named if one.user_id}), pa.string())
    subjects = pa.array(sorted({one.subject_id for one in named if one.subject_id}), pa.string())
    table = read_table(run, "findings", _COLUMNS)
    concerned = pc.or_(
        pc.is_null(table["user_id"]),
        pc.or_(pc.is_in(table["user_id"], users), pc.is_in(table["subject_id"], subjects)),
    )
    by_detector: dict[str, list[Found]] = defaultdict(list)
    for row in table.filter(pc.and_(concerned, pc.is_valid(table["rank"]))).to_pylist():
        by_detector[row["detector"]].append(
            Found(
                row["finding_id"], row["rank"], row["user_id"], row["subject_id"], json.loads(row["key"]),
                row["event_count"], row["days"], json.loads(row["details"]),
            )
        )  # fmt: skip
    return by_detector


def _read_cited(run: Run, finding_ids: set[str]) -> Mapping[str, set[tuple[str | None, str | None]]]:
    """Return finding -> (user, subject) of its accesses that count."""
    table = read_table(run, "evidence", ("finding_id", "user_id", "subject_id", "counts"))
    wanted = pc.and_(table["counts"], pc.is_in(table["finding_id"], pa.array(sorted(finding_ids), pa.string())))
    cited: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for row in table.filter(wanted).to_pylist():
        cited[row["finding_id"]].add((row["user_id"], row["subject_id"]))
    return cited


def _is_about(lookalike: Lookalike, found: Found, cited: set[tuple[str | None, str | None]]) -> bool:
    user = lookalike.user_id if found.user_id is None and "user_id" not in found.key else None
    subject = lookalike.subject_id if found.subject_id is None and "subject_id" not in found.key else None
    if (user is None and subject is None) or not cited:
        return True
    return any(user in (None, u) and subject in (None, s) for u, s in cited)


def _named(label: Expectation | Lookalike) -> dict[str, str]:
    pairs = (("user_id", label.user_id), ("subject_id", label.subject_id))
    return {name: value for name, value in pairs if value is not None}


def _compared(expected: Expectation, found: Found) -> Outcome:
    """Compare the planted numbers with those that the finding states."""
    planted: dict[str, Any] = dict(expected.details)
    stated: dict[str, Any] = {**found.details, **found.key}
    for name, wanted, told in (("accesses", expected.accesses, found.accesses), ("days", expected.days, found.days)):
        if wanted is not None:
            planted[name], stated[name] = wanted, told
    differs = tuple(
        f"{name}: {_shown(value)} planted, {_shown(stated[name])} found"
        for name, value in sorted(planted.items())
        if name in stated and not _same(stated[name], value)
    )
    return Outcome(expected, found.finding_id, differs, tuple(sorted(planted.keys() - stated.keys())))


def _same(one: object, other: object) -> bool:
    """Whole or broken, a number is the same number; lists are, whatever their order, and a text that joins them by commas."""
    if isinstance(one, str) and isinstance(other, list):
        one = one.split(", ")
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(_text, one)) == sorted(map(_text, other))
    return one == other or _text(one) == _text(other)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _shown(value: object) -> str:
    text = f"{len(value)} of them" if isinstance(value, list) else _text(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
