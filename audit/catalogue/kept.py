"""Which queries' rows may be kept from run to run, and what such a query may read, so that what changed can be traced.

docs/architecture.md says why what is kept is right, and what `local` and `partition` promise.
"""

from collections.abc import Iterable, Iterator, Mapping

from audit.catalogue.faults import listed, suggestion
from audit.catalogue.query import AccessStep, Catalogue, Explanation, Query, Report, View
from audit.schema import DERIVED, TABLES

# Of these it is known which users, subjects and incidents a changed row touches.
TRACED_BY_ACTS = frozenset({"account", "subject_link"})
TRACED_BY_EXPLANATIONS = frozenset(
    {"authority", "incident", "incident_staff", "incident_subject", "posting", "staff", "subject", "subject_link"}
)
_MADE = frozenset({"access", "explanation", "open_access"})
# The parts of what was tried for an access, and the query that puts them into words.
_TRIED, _TRIED_PARTS = "tried", "tried_"
# A partition may also be a local month, written as 2024-03.
MONTH = "month"
# Not known by the columns of an access, or not the same from one night to the next.
_NOT_KEPT = frozenset({"access_event", "cited", "event", "load_log", "open_access"})


def acts_are_local(catalogue: Catalogue) -> bool:
    """Say whether accesses can be remade for a part of the log alone."""
    views = catalogue.views_for(name for step in catalogue.accesses for name in step.reads)
    return all(step.local for step in catalogue.accesses) and all(view.local for view in views)


def explanations_are_local(catalogue: Catalogue) -> bool:
    """Say whether accesses can be explained anew for some users and subjects alone."""
    views = catalogue.views_for(name for query in catalogue.explanations for name in query.reads)
    return all(query.local for query in catalogue.explanations) and all(view.local for view in views)


def parts_of_tried(catalogue: Catalogue) -> tuple[Report, ...]:
    """Return the queries that tell, each in its part, what was tried for an access."""
    return tuple(query for query in catalogue.reports if query.id.startswith(_TRIED_PARTS))


def queries_of_tried(catalogue: Catalogue) -> tuple[Report, ...]:
    """Return all queries that what was tried for an access rests on, views aside."""
    return (*parts_of_tried(catalogue), *(query for query in catalogue.reports if query.id == _TRIED))


def tried_is_local(catalogue: Catalogue) -> bool:
    """Say whether what was tried for an access can be kept beside what explains it."""
    queries = queries_of_tried(catalogue)
    views = catalogue.views_for(name for query in queries for name in query.reads)
    return bool(queries) and all(query.local for query in queries) and all(view.local for view in views)


def kept_views(catalogue: Catalogue) -> tuple[View, ...]:
    """Return the views whose rows are kept from run to run, each after those that it reads."""
    return tuple(view for view in catalogue.views if view.partition)


def views_down_to_kept(catalogue: Catalogue, reads: Iterable[str]) -> tuple[View, ...]:
    """Return the views that these are, or are made of, down to those that are kept; each after those that it reads."""
    needed = set(reads)
    for view in reversed(catalogue.views):
        if view.id in needed and not view.partition:
            needed.update(view.reads)
    return tuple(view for view in catalogue.views if view.id in needed)


def tables_below(catalogue: Catalogue, queries: Iterable[Query]) -> set[str]:
    """Return the canonical tables, the log aside, that these queries rest on, through whatever views."""
    reads = {name for query in queries for name in query.reads}
    reads |= {name for view in catalogue.views_for(reads) for name in view.reads}
    return (reads & TABLES.keys()) - {"event"}


def untraced_tables(catalogue: Catalogue, view: View) -> set[str]:
    """Return the canonical tables of which any change makes a kept view whole: it cannot be told which rows it reaches."""
    return tables_below(catalogue, [view]) - (TRACED_BY_EXPLANATIONS if view.local else frozenset())


def faults_of_keeping(query: Query, queries: Mapping[str, Query]) -> Iterator[str]:
    """Yield what a query says about keeping that its reading does not bear out."""
    views = {name: other for name, other in queries.items() if isinstance(other, View)}
    if isinstance(query, AccessStep) and query.local:
        steps = {name for name, other in queries.items() if isinstance(other, AccessStep)}
        yield from _faults_of_local(query, {*steps, *views, *TRACED_BY_ACTS, "event"})
    if isinstance(query, Explanation | View) and query.local:
        # What a kept view tells it tells up to the horizon: accesses that pass it count as changed.
        beside = {"horizon"} if isinstance(query, View) and query.partition else set()
        yield from _faults_of_local(query, {*views, *TRACED_BY_EXPLANATIONS, *_MADE, *beside})
    if isinstance(query, Report) and query.local:
        yield from _faults_of_local(query, {*views, *TRACED_BY_EXPLANATIONS, *_MADE, "tried_part"})
    if isinstance(query, View) and query.partition:
        yield from _faults_of_partition(query, views)


def _faults_of_local(query: Query, may: set[str]) -> Iterator[str]:
    if beyond := sorted(set(query.reads) - may):
        yield f"header: local, but what changes in {listed(beyond)} cannot be traced to accesses; take `local` out"


def _faults_of_partition(view: View, views: Mapping[str, View]) -> Iterator[str]:
    for name in view.partition:
        if name not in {*DERIVED["access"], MONTH}:
            yield f'header: partition has "{name}", which is no column of access{suggestion(name, DERIVED["access"])}'
    below = _below(view, views)
    if beyond := sorted({name for one in below for name in one.reads} & _NOT_KEPT):
        yield f"header: partition, but reads {listed(beyond)}, whose rows belong to no partition; take `partition` out"
    if any("newest_at" in one.sql for one in below):
        yield "header: partition, but reads newest_at, which changes every night; take `partition` out"


def _below(view: View, views: Mapping[str, View]) -> list[View]:
    """Return a view and those that it is made of, as far as the next that is kept."""
    below, ahead = [view], list(view.reads)
    while ahead:
        name = ahead.pop()
        if name in views and not views[name].partition and views[name] not in below:
            below.append(views[name])
            ahead.extend(views[name].reads)
    return below
