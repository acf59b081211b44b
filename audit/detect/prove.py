"""Prove queries by the cases that are drawn beside them, one after another. Touches no workspace."""

from collections.abc import Callable, Iterable

from audit.catalogue import Catalogue, Query, cases_path
from audit.detect.cases import CaseResult, run_cases
from audit.engine import Engine


def prove(
    queries: Iterable[Query], catalogue: Catalogue, engine_factory: Callable[[], Engine], notify: Callable[[str], None]
) -> list[CaseResult]:
    """Run the cases of the queries that have some, in the order given.

    Raises:
        QueryError: cases draw a relation or column that their query does not have.

    """
    results: list[CaseResult] = []
    for query in queries:
        if cases_path(query.path).exists():
            notify(f"trying the cases of {query.id}")
            results += run_cases(query, catalogue, engine_factory)
    return results
