"""Run the cases drawn beside a query on an engine, and compare what it yields with what was expected.

Each case begins from empty tables: what is drawn is filled in, what is not drawn stays empty or is made by the
catalogue's views from what is. Touches no workspace.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from audit.catalogue import Case, Catalogue, Detector, Drawn, Query, View, cases_path, overridden, read_cases
from audit.catalogue.faults import listed, suggestion
from audit.detect.chance import with_chance
from audit.detect.drawn import cells, made_table
from audit.engine import Engine
from audit.errors import QueryError
from audit.schema import DERIVED, TABLES, duckdb_columns

__all__ = ["Case", "CaseResult", "read_cases", "run_cases"]

_NOTHING = Drawn((), ())
_OPEN = ("user_id", "subject_id")


@dataclass(frozen=True)
class CaseResult:
    """How one case went. `difference` is empty when it passed; else it is drawn as the case is."""

    query_id: str
    name: str
    passed: bool
    difference: str = ""


def run_cases(query: Query, catalogue: Catalogue, engine_factory: Callable[[], Engine]) -> Iterator[CaseResult]:
    """Run the cases beside a query, in their order, all on one engine.

    Raises:
        QueryError: the cases draw a relation or column that the query does not have.

    """
    path = cases_path(query.path)
    bench = _Bench(query, catalogue, engine_factory())
    for case in read_cases(path):
        where = f'{path}: case "{case.name}"'
        yield bench.run(case, where)


class _Bench:
    """An engine on which the relations that one query needs are laid out anew for each case."""

    def __init__(self, query: Query, catalogue: Catalogue, engine: Engine) -> None:
        self._query = query
        self._engine = engine
        self._views = {view.id: view for view in catalogue.views_for(query.reads)}
        self._needed = _needed(query.reads, self._views)
        self._laid: dict[str, pa.Table] = {}
        # With nothing drawn, so that each view's columns are known when a case draws it.
        self._columns: dict[str, dict[str, str]] = {}
        for name in self._needed:
            self._lay(name, {})
            self._columns[name] = engine.columns(name)

    def run(self, case: Case, where: str) -> CaseResult:
        """Lay out a case, run the query and compare."""
        query = overridden(self._query, case.parameters, where)
        tables = self._checked(case, where)
        for name in self._needed:
            self._lay(name, tables)
        try:
            found = self._engine.query(query.sql, query.bound())
        except QueryError as fault:
            raise QueryError(f"{query.path}: {message}" for message in fault.faults) from fault
        if isinstance(query, Detector):
            found = with_chance(query, found)
        difference = _difference(case.expect, found, where)
        return CaseResult(query.id, case.name, passed=not difference, difference=difference)

    def _checked(self, case: Case, where: str) -> dict[str, pa.Table]:
        faults, tables = [], {}
        for name, drawn in case.tables.items():
            if name not in self._columns:
                known = suggestion(name, self._columns) or f"; it reads {listed(self._columns)}"
                faults.append(f'{where}: "{name}" is not read by {self._query.id}{known}')
                continue
            try:
                tables[name] = made_table(drawn, self._columns[name])
            except ValueError as fault:
                faults.append(f'{where}: table "{name}": {fault}')
        if faults:
            raise QueryError(faults)
        return tables

    def _lay(self, name: str, tables: Mapping[str, pa.Table]) -> None:
        """Put one relation in place: as drawn, or empty, or made from those laid before it."""
        if name in self._views and name not in tables:
            self._make(self._views[name])
            return
        table = tables[name] if name in tables else _undrawn(name, tables)
        # Most tables are as empty as in the case before: laying each anew would take most of the time.
        if self._laid.get(name) != table:
            self._engine.create_table_from(name, table)
            self._laid[name] = table

    def _make(self, view: View) -> None:
        if view.materialise or view.partition:
            self._engine.create_table(view.id, view.sql, view.bound())
        else:
            self._engine.create_view(view.id, view.sql)
        self._laid.pop(view.id, None)


def _needed(reads: tuple[str, ...], views: Mapping[str, View]) -> tuple[str, ...]:
    """Return every relation that must be there, tables before the views over them, views in their order."""
    names = {*reads, *(name for view in views.values() for name in view.reads)} - views.keys()
    if "open_access" in names:
        names.add("access")
    known = [name for name in (*TABLES, *DERIVED) if name in names]
    return (*known, *views)


def _undrawn(name: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return a table as it is where a case does not draw it."""
    if name == "horizon":
        return _horizon(tables)
    if name == "open_access" and "access" in tables:
        return _open_access(tables["access"])
    return made_table(_NOTHING, duckdb_columns(name))


def _horizon(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return the horizon of a case that draws none: an incident table is there, no limit, the newest time drawn."""
    logs = [
        table
        for name, table in tables.items()
        if name == "event" or {"access_id", "occurred_at"} <= set(table.column_names)
    ]
    times = [time for table in logs for time in table["occurred_at"].to_pylist() if time is not None]
    row = {"judged_until": [None], "judges": [True], "newest_at": [max(times, default=None)], "kept_from": [None]}
    return pa.table(row, schema=made_table(_NOTHING, duckdb_columns("horizon")).schema)


def _open_access(access: pa.Table) -> pa.Table:
    """Return the accesses that an explanation is asked about when a case does not say: those with user and subject."""
    keep = [
        user is not None and subject is not None
        for user, subject in zip(*(access[name].to_pylist() for name in _OPEN), strict=True)
    ]
    return access.filter(pa.array(keep, pa.bool_())).select(list(duckdb_columns("open_access")))


def _difference(expect: Drawn | None, found: pa.Table, where: str) -> str:
    """Return what is missing and what is too much, as text; nothing when the rows agree."""
    if expect is None:
        expect = Drawn(tuple(found.column_names), ())
    unknown = [name for name in expect.columns if name not in found.column_names]
    if unknown:
        raise QueryError(
            f'{where}: expect has "{name}", which the query does not yield{suggestion(name, found.column_names)}'
            for name in unknown
        )
    try:
        wanted, got = cells(expect, found.select(list(expect.columns)))
    except ValueError as fault:
        raise QueryError(f"{where}: expect: {fault}") from None
    missing, extra = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    if not missing and not extra:
        return ""
    lines = [("", expect.columns)]
    lines += [("missing", row) for row in sorted(missing.elements())]
    lines += [("not expected", row) for row in sorted(extra.elements())]
    return _drawn_out(lines)


def _drawn_out(lines: list[tuple[str, tuple[str, ...]]]) -> str:
    width = max(len(mark) for mark, _ in lines)
    widths = [max(len(row[n]) for _, row in lines) for n in range(len(lines[0][1]))]
    return "\n".join(
        f"{mark:<{width}}  " + " | ".join(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)).rstrip()
        for mark, row in lines
    )
