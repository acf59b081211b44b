"""Read the query folders and check all that is in them, file by file and then one against another.

A shipped text that passed when the program was made (audit/passed.py) is not parsed again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TypeVar

from audit.catalogue.cases import cases_path, read_cases
from audit.catalogue.faults import listed, suggestion
from audit.catalogue.header import Parts, id_in_name, read_query
from audit.catalogue.kept import faults_of_keeping
from audit.catalogue.query import AccessStep, Catalogue, Detector, Explanation, Query, Report, View
from audit.errors import QueryError
from audit.passed import Passed, read_passed
from audit.schema import DERIVED, TABLES
from audit.shipped import shipped_folder

_FOLDERS: Mapping[str, type[Query]] = {
    "accesses": AccessStep,
    "views": View,
    "explanations": Explanation,
    "detectors": Detector,
    "reports": Report,
}
KINDS: Mapping[str, type[Query]] = {kind.kind: kind for kind in _FOLDERS.values()}
# What the loader keeps about the files; the reports lead from a finding to them.
_LEDGERS = ("load_log", "quarantine")
# Made when findings are put together, and used up when detectors run: nothing would be in them.
_ONLY_FOR_REPORTS = {"cited", "draw", "load_log", "tried_part"}
_BEFORE_DETECTORS = {"open_access"}
_MUST_HAVE_CASES = (Detector, Explanation)
_Q = TypeVar("_Q", bound=Query)


@dataclass
class _Gathered:
    """The queries read so far, by id, and what is wrong. `passed`: texts that need not be checked again."""

    passed: Passed
    queries: dict[str, Query] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_catalogue(own: Sequence[Path] = (), shipped: Path | None = None, in_full: bool = False) -> Catalogue:
    """Read and check the queries of a workspace: its own folders first, then the shipped one.

    An own file takes the place of the shipped one of its id, cases and all. A folder holds `accesses`, `views`,
    `explanations`, `detectors`, `reports`, or some of them. `shipped` None: the folder that came with the program.
    `in_full`: parse and check those shipped texts too that are known to have passed.

    Raises:
        QueryError: with every fault of every file.

    """
    shipped = shipped or shipped_folder("queries")
    gathered = _Gathered(Passed() if in_full else read_passed(shipped))
    for folder in (*own, shipped):
        _gather(folder, gathered)
    if gathered.faults:
        raise QueryError(gathered.faults)
    queries = tuple(gathered.queries.values())
    faults = [f"{query.path}: {fault}" for query in queries for fault in _faults_among(query, gathered.queries)]
    if faults:
        raise QueryError(faults)
    return catalogue_of(queries)


def catalogue_of(queries: Sequence[Query]) -> Catalogue:
    """Put queries that fit each other in their order."""
    return Catalogue(
        accesses=tuple(sorted(_of(AccessStep, queries), key=lambda step: step.path.name)),
        views=_in_order(_of(View, queries)),
        explanations=tuple(sorted(_of(Explanation, queries), key=lambda explanation: explanation.order)),
        detectors=tuple(sorted(_of(Detector, queries), key=lambda detector: detector.id)),
        reports=tuple(sorted(_of(Report, queries), key=lambda report: report.id)),
    )


def _gather(folder: Path, gathered: _Gathered) -> None:
    """Add the queries of one folder whose ids no earlier folder has."""
    if not folder.is_dir():
        gathered.faults.append(f"{folder}: is no folder; make it, or take it out of [workspace] queries")
        return
    earlier = frozenset(gathered.queries)
    for path in sorted(folder.rglob("*.sql")):
        place = path.relative_to(folder)
        if len(place.parts) != 2 or place.parts[0] not in _FOLDERS:
            gathered.faults.append(f"{path}: must lie in one of the folders {listed(_FOLDERS)} of {folder}")
        elif id_in_name(path) not in earlier:
            _add(folder, place, gathered)
        elif type(gathered.queries[id_in_name(path)]) is not _FOLDERS[place.parts[0]]:
            theirs = gathered.queries[id_in_name(path)].path
            gathered.faults.append(f"{theirs}: has the id of {path}, which is of another kind; give it another id")


def _add(folder: Path, place: Path, gathered: _Gathered) -> None:
    path = folder / place
    try:
        query = _checked(folder, place, gathered.passed)
    except QueryError as fault:
        gathered.faults.extend(fault.faults)
        return
    if query.id in gathered.queries:
        gathered.faults.append(f"{path}: {gathered.queries[query.id].path} has the same id; give one of them another")
    gathered.queries[query.id] = query


def _checked(folder: Path, place: Path, passed: Passed) -> Query:
    """Read one file and its cases, and check all that it says about itself."""
    path, kind = folder / place, _FOLDERS[place.parts[0]]
    faults: list[str] = []
    query = None
    try:
        query, parts = read_query(path, kind)
        if not passed.holds(place, query.sha256):
            faults.extend(f"{path}: {fault}" for fault in faults_of_sql(query, parts))
    except QueryError as fault:
        faults.extend(fault.faults)
    faults.extend(_faults_of_cases(folder, place, passed))
    if faults or query is None:
        raise QueryError(faults)
    return query


def faults_of_sql(query: Query, parts: Parts) -> list[str]:
    """Parse the SQL of one file, and return what is wrong with it, and with what the header says of it."""
    # Here, not above: a run of shipped queries alone parses nothing, and need not wait until it could.
    from audit.catalogue.check import faults_of_query
    from audit.catalogue.statement import parse

    try:
        statement = parse(query.sql, parts.first_line)
    except ValueError as fault:
        return [str(fault)]
    return list(faults_of_query(query, statement))


def _faults_of_cases(folder: Path, place: Path, passed: Passed) -> Iterator[str]:
    beside = cases_path(folder / place)
    needed = issubclass(_FOLDERS[place.parts[0]], _MUST_HAVE_CASES)
    there = beside.exists()
    if not there and not needed:
        return
    if there and passed.holds(cases_path(place), hashlib.sha256(beside.read_bytes()).hexdigest()):
        return
    try:
        cases = read_cases(beside)
    except QueryError as fault:
        yield from fault.faults
        return
    if not any(case.expect for case in cases):
        yield f"{beside}: no case fires; draw one whose expect has rows"
    if needed and not any(case.expect is None for case in cases):
        yield f'{beside}: no case stays silent; draw a near miss with expect = ""'


def _faults_among(query: Query, queries: Mapping[str, Query]) -> Iterator[str]:
    """Yield what does not fit the other queries."""
    known = {*TABLES, *DERIVED, *(other.id for other in queries.values() if isinstance(other, View))}
    if isinstance(query, AccessStep):
        steps = (other for other in queries.values() if isinstance(other, AccessStep))
        # A step may read itself: it is repeated until nothing changes.
        known |= {step.id for step in steps if step.path.name <= query.path.name}
    if isinstance(query, Report):
        known |= set(_LEDGERS)
    else:
        known -= _ONLY_FOR_REPORTS
    if isinstance(query, Detector):
        known -= _BEFORE_DETECTORS
    for name in query.reads:
        if name not in known:
            yield f'header: reads "{name}", which is no canonical table, view or made relation{suggestion(name, known)}'
    if isinstance(query, View) and query.id in {*TABLES, *DERIVED}:
        yield f'header: "{query.id}" is the name of a table already; give the view another'
    if isinstance(query, View) and query.id in _reached(query, queries):
        through = listed(_reached(query, queries) - {query.id})
        yield f"header: the view reads itself{' through ' if through else ''}{through}; views go in no circle"
    yield from faults_of_keeping(query, queries)
    if isinstance(query, Explanation):
        same = [
            other.id
            for other in queries.values()
            if isinstance(other, Explanation) and other.order == query.order and other.id < query.id
        ]
        if same:
            yield f"header: order {query.order} is that of {listed(same)} too; each explanation has its own"


def _reached(view: View, queries: Mapping[str, Query]) -> set[str]:
    """Return the views that making this one needs; its own id is among them when they go round in a circle."""
    reached: set[str] = set()
    ahead = [name for name in view.reads if isinstance(queries.get(name), View)]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead.extend(other for other in queries[name].reads if isinstance(queries.get(other), View))
    return reached


def _of(kind: type[_Q], queries: Sequence[Query]) -> list[_Q]:
    return [query for query in queries if isinstance(query, kind)]


def _in_order(views: Sequence[View]) -> tuple[View, ...]:
    """Return the views, each after those that it reads, otherwise by id."""
    by_id = {view.id: view for view in sorted(views, key=lambda view: view.id)}
    graph = {view.id: sorted(set(view.reads) & by_id.keys()) for view in by_id.values()}
    return tuple(by_id[name] for name in TopologicalSorter(graph).static_order())
