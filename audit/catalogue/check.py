"""Check a query's SQL against its header and against what its kind must yield."""

import re
from collections.abc import Iterable, Iterator

from sqlglot import exp

from audit.catalogue.faults import listed, suggestion
from audit.catalogue.portable import faults_of_portability
from audit.catalogue.query import Detector, Explanation, Query, View
from audit.catalogue.statement import Statement
from audit.schema import TABLES

_A = {"detector": "a detector", "explanation": "an explanation", "view": "a view whose rows are kept"}
_DETECTOR_COLUMNS = ("user_id", "subject_id", "access_id", "counts")
_MADE_FOR_A_FINDING = ("event_count", "days", "first_at", "last_at", "level")
# Made of a detector's counts after its SQL, and the parameter that bounds it there.
_MADE_OF_CHANCE = ("p", "p_corrected")
_MOST_P = "max_p"
_EXPLANATION_COLUMNS = ("access_id", "reference")


def faults_of_query(query: Query, statement: Statement) -> Iterator[str]:
    """Yield everything wrong with one query, read alone."""
    yield from _faults_of_agreement("reads", query.reads, statement.relations, "the SQL reads")
    bound = [name for name in query.parameters if name != _MOST_P or not _has_chance(query)]
    yield from _faults_of_agreement("parameters", bound, statement.parameters, "the SQL binds")
    yield from faults_of_portability(statement)
    stars = [item for select in statement.outermost for item in select.expressions if item.is_star]
    # A view may pass a relation's columns on, as `relation.*`: they are known by that relation's name.
    if stars and not (isinstance(query, View) and all(isinstance(star, exp.Column) for star in stars)):
        yield "the final SELECT must name its columns one by one: no *"
    else:
        yield from _faults_of_columns(query, statement)
    if isinstance(query, Detector):
        if not statement.tree.args.get("order"):
            yield "a detector ends with ORDER BY, ending on a unique key, so that the same data gives the same report"
        for name in (table for entry in query.requires for table in entry.split(" or ")):
            if name not in TABLES:
                yield f'header: requires "{name}", which is no canonical table{suggestion(name, TABLES)}'
        yield from _faults_of_summary(query, statement)
        yield from _faults_of_chance(query, statement)
    if isinstance(query, View) and query.parameters and not (query.materialise or query.partition):
        yield "header: a view with parameters must be made as a table: add materialise = true"


def _faults_of_summary(query: Detector, statement: Statement) -> Iterator[str]:
    """A mistyped name would stand as "none" in every finding's sentence."""
    known = {*statement.columns, *_MADE_FOR_A_FINDING, *(_MADE_OF_CHANCE if query.chance else ())}
    for name in sorted(set(re.findall(r"\{(\w*)\}", query.summary)) - known):
        yield f"header: summary has {{{name}}}, which the SQL does not return{suggestion(name, known)}"


def _faults_of_chance(query: Detector, statement: Statement) -> Iterator[str]:
    """What audit/detect/chance.py takes for granted."""
    if query.chance is None:
        return
    for name in dict.fromkeys(query.chance.columns):
        if name not in statement.columns:
            yield f'header: chance names "{name}", which the SQL does not return{suggestion(name, statement.columns)}'
    if made := [name for name in _MADE_OF_CHANCE if name in statement.columns]:
        yield f"the final SELECT returns {listed(made)}, which is made of the counts that chance names: leave it out"
    if not isinstance(query.parameters.get(_MOST_P), float):
        yield f"header: chance needs parameters.{_MOST_P}, a number with a point: findings less sure than that are dropped"


def _has_chance(query: Query) -> bool:
    return isinstance(query, Detector) and query.chance is not None


def _faults_of_agreement(key: str, said: Iterable[str], found: frozenset[str], what: str) -> Iterator[str]:
    names = list(said)
    if len(set(names)) < len(names):
        yield f"header: {key} names the same thing twice"
    if missing := found - set(names):
        yield f"header: {key} lacks {listed(missing)}, which {what}"
    for name in sorted(set(names) - found):
        yield f'header: {key} has "{name}", which {what} nowhere{suggestion(name, found - set(names))}'


def _faults_of_columns(query: Query, statement: Statement) -> Iterator[str]:
    needed: Iterable[str] = ()
    if isinstance(query, Explanation):
        needed = _EXPLANATION_COLUMNS
    elif isinstance(query, Detector):
        needed = dict.fromkeys((*query.key, *_DETECTOR_COLUMNS))
    elif isinstance(query, View) and "*" not in statement.columns:
        # By these columns its rows are found again.
        needed = query.partition
    if missing := [name for name in needed if name not in statement.columns]:
        yield f"the final SELECT lacks {listed(missing)}; queries/README.md says what {_A[query.kind]} yields"
