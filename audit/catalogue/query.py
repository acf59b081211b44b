"""What a query is once it is read and checked. Knows no file format and no SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, TypeVar

from audit.catalogue.faults import suggestion
from audit.errors import QueryError

Kind: TypeAlias = Literal["access", "view", "explanation", "detector", "report"]
ParameterValue: TypeAlias = int | float | str | bool | tuple[str, ...]
_Q = TypeVar("_Q", bound="Query")

LEVELS = ("informational", "low", "medium", "high", "critical")
STATUSES = ("stable", "test", "experimental")
FAMILIES = ("unauthorised", "repeated", "after_warning", "pattern", "inaction", "health")
STRENGTHS = ("full", "weak")
# Test -> what its four counts are, in order.
TESTS: Mapping[str, tuple[str, str, str, str]] = {
    "hypergeometric": ("hits", "draws", "base hits", "base draws"),
    "binomial": ("hits", "draws", "part", "whole"),
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """One file of queries/: its header, its prose and its SELECT.

    `sql` is the SELECT as it stands there; `parameters` are bound to its `$names`; `sha256` is of the file's bytes.
    """

    kind: ClassVar[Kind]

    id: str
    title: str
    description: str
    reads: tuple[str, ...]
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    sql: str
    prose: str
    path: Path
    sha256: str

    def bound(self) -> dict[str, object]:
        """Return the parameters as an engine binds them: lists as lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self.parameters.items()}


@dataclass(frozen=True, kw_only=True)
class AccessStep(Query):
    """A step that turns events into accesses. Later steps read its rows under its id.

    `local`: what it makes of an event depends on that event's neighbourhood alone (docs/architecture.md says which).
    """

    kind = "access"
    local: bool = False


@dataclass(frozen=True, kw_only=True)
class View(Query):
    """A relation that other queries share, under its id. `materialise`: made once, as a table.

    `partition`: columns of which each combination's rows depend on the accesses of that combination alone; such a view is
    kept from run to run, and only the combinations that changed are made anew. `local`: as of an explanation.
    """

    kind = "view"
    materialise: bool = False
    partition: tuple[str, ...] = ()
    local: bool = False


@dataclass(frozen=True, kw_only=True)
class Explanation(Query):
    """A business fact that accounts for an access. Yields access_id and reference.

    `local`: what it says of an access depends on that access's neighbourhood alone (docs/architecture.md says which).
    """

    kind = "explanation"
    local: bool = False
    strength: Literal["full", "weak"]
    order: int


@dataclass(frozen=True)
class Chance:
    """How a p is made of a detector's rows: a test, and the columns that hold its four counts (TESTS).

    `tests`: the column with the number of tests that the detector made. `among`: the column whose values were tested
    within a finding, of which the least likely stands; None = one test a finding.
    """

    test: str
    counts: tuple[str, ...]
    tests: str
    among: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the SQL must return for it."""
        return (*self.counts, self.tests, *([self.among] if self.among else []))


@dataclass(frozen=True, kw_only=True)
class Detector(Query):
    """Yields a row per finding and access. `key`: the "one finding per" columns; `points`: its weight in the score.

    `summary`: the sentence of a finding, with {names} of its columns. `requires`: tables that must not be empty; "a or b"
    asks for either. `chance`: how `p` is made of its rows; the parameter max_p then bounds it.
    """

    kind = "detector"
    level: str
    status: str
    family: str
    key: tuple[str, ...]
    points: int
    summary: str
    requires: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    falsepositives: tuple[str, ...]
    tags: tuple[str, ...] = ()
    blind_spots: tuple[str, ...]
    triage: tuple[str, ...]
    chance: Chance | None = None


@dataclass(frozen=True, kw_only=True)
class Report(Query):
    """What a report's table is made of. `local`: of those that tell what was tried for an access, as of an explanation."""

    kind = "report"
    local: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All queries of a workspace: its own and the shipped ones that it does not replace.

    Views stand in the order in which they can be made, explanations in theirs, access steps by file name, detectors and
    reports by id.
    """

    accesses: tuple[AccessStep, ...] = ()
    views: tuple[View, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    detectors: tuple[Detector, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def queries(self) -> tuple[Query, ...]:
        """Every query, in the order in which a run needs them."""
        return (*self.accesses, *self.views, *self.explanations, *self.detectors, *self.reports)

    def query(self, query_id: str) -> Query:
        """Return the query of that id.

        Raises:
            QueryError: there is none.

        """
        return _named(query_id, self.queries)

    def detector(self, detector_id: str) -> Detector:
        """Return the detector of that id.

        Raises:
            QueryError: there is none.

        """
        return _named(detector_id, self.detectors)

    def report(self, report_id: str) -> Report:
        """Return the report query of that id.

        Raises:
            QueryError: there is none.

        """
        return _named(report_id, self.reports)

    def views_for(self, reads: Iterable[str]) -> tuple[View, ...]:
        """Return the views that reading these relations needs, those that they read themselves included, in order."""
        needed = set(reads)
        for view in reversed(self.views):
            if view.id in needed:
                needed.update(view.reads)
        return tuple(view for view in self.views if view.id in needed)


def _named(query_id: str, queries: tuple[_Q, ...]) -> _Q:
    by_id = {query.id: query for query in queries}
    if query_id not in by_id:
        raise QueryError(f'"{query_id}" is no query here{suggestion(query_id, by_id)}')
    return by_id[query_id]
