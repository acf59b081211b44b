"""Make a catalogue of the very query files that an earlier run used, from their texts. Opens no database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from audit.catalogue.header import read_query
from audit.catalogue.query import Catalogue, Kind, ParameterValue, Query
from audit.catalogue.read import KINDS, catalogue_of, faults_of_sql
from audit.errors import QueryError


@dataclass(frozen=True)
class UsedText:
    """A query file as it was used: its id, its bytes, and the parameters that were bound."""

    id: str
    kind: str
    content: bytes
    parameters: dict[str, ParameterValue]


def read_used(texts: Iterable[UsedText], folder: Path) -> Catalogue:
    """Return the queries of these texts, in the order in which they were used; the folder, which is empty, takes their files.

    They are checked as any query is, but for their cases: those were looked at when the query was new.

    Raises:
        QueryError: with every fault of every text that this program would not run.

    """
    queries: list[Query] = []
    faults: list[str] = []
    for number, text in enumerate(texts):
        if text.kind not in get_args(Kind):
            raise QueryError(f'{text.id}: "{text.kind}" is no kind of query')
        place = folder / text.kind
        place.mkdir(mode=0o700, exist_ok=True)
        # Steps are ordered by the number before their name.
        path = place / (f"{number:04}-{text.id}.sql" if text.kind == "access" else f"{text.id}.sql")
        path.write_bytes(text.content)
        try:
            queries.append(_read(path, text))
        except QueryError as fault:
            faults += fault.faults
    if faults:
        raise QueryError(faults)
    return catalogue_of(queries)


def _read(path: Path, text: UsedText) -> Query:
    query, parts = read_query(path, KINDS[text.kind])
    faults = [f"{path}: {fault}" for fault in faults_of_sql(query, parts)]
    if query.parameters.keys() != text.parameters.keys():
        faults.append(f"{path}: has other parameters than those that were bound")
    if faults:
        raise QueryError(faults)
    return replace(query, parameters=text.parameters)
