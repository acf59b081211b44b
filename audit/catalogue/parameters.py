"""Override the parameters of queries, as [parameters.<query id>] of audit.toml does. Unknown names are faults."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from audit.catalogue.faults import listed, suggestion
from audit.catalogue.header import parameter_value
from audit.catalogue.query import Catalogue, ParameterValue, Query
from audit.errors import ConfigError, QueryError

_Q = TypeVar("_Q", bound=Query)
_KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of texts",
}


def with_parameters(catalogue: Catalogue, overrides: Mapping[str, Mapping[str, object]], where: str) -> Catalogue:
    """Return the catalogue with these parameters, by query id, in place of the queries' own.

    `where` begins each message: the file that the overrides stand in.

    Raises:
        ConfigError: with every unknown id, unknown name and wrong type.

    """
    by_id = {query.id: query for query in catalogue.queries}
    faults = [
        f"{where}: [parameters.{query_id}] is no query{suggestion(query_id, by_id)}"
        for query_id in overrides
        if query_id not in by_id
    ]
    for query_id in overrides.keys() & by_id.keys():
        faults.extend(
            f"{where}: [parameters.{query_id}] {fault}" for fault in _faults(by_id[query_id], overrides[query_id])
        )
    if faults:
        raise ConfigError(sorted(faults))
    return Catalogue(
        accesses=_each(catalogue.accesses, overrides),
        views=_each(catalogue.views, overrides),
        explanations=_each(catalogue.explanations, overrides),
        detectors=_each(catalogue.detectors, overrides),
        reports=_each(catalogue.reports, overrides),
    )


def overridden(query: _Q, values: Mapping[str, object], where: str) -> _Q:
    """Return the query with these parameters in place of its own.

    Raises:
        QueryError: with every unknown name and wrong type.

    """
    faults = [f"{where}: {fault}" for fault in _faults(query, values)]
    if faults:
        raise QueryError(faults)
    return _with(query, values)


def _each(queries: tuple[_Q, ...], overrides: Mapping[str, Mapping[str, object]]) -> tuple[_Q, ...]:
    return tuple(_with(query, overrides[query.id]) if query.id in overrides else query for query in queries)


def _with(query: _Q, values: Mapping[str, object]) -> _Q:
    cast = {name: _as(query.parameters[name], value) for name, value in values.items()}
    return replace(query, parameters={**query.parameters, **cast})


def _faults(query: Query, values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if name not in query.parameters:
            hint = suggestion(name, query.parameters)
            known = hint or (f"; it has {listed(query.parameters)}" if query.parameters else "; it has none")
            yield f'"{name}" is no parameter of {query.id}{known}'
            continue
        try:
            _as(query.parameters[name], value)
        except ValueError:
            yield f'"{name}" must be {_KINDS[type(query.parameters[name])]}'


def _as(own: ParameterValue, value: object) -> ParameterValue:
    """Return the value in the own one's type; a whole number may stand for a number."""
    given = parameter_value(value)
    if type(given) is type(own):
        return given
    if isinstance(own, float) and type(given) is int:
        return float(given)
    raise ValueError
