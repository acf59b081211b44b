"""Read `<id>.cases.toml`: little tables drawn beside a query, with the rows that it must yield. Runs nothing.

`expect` may stand in [[case]] or last under [case.tables], where a reader looks for it: TOML has no way back from a table to
the one that holds it.

What several cases have in common is drawn once, under [shared.NAME], and a case takes it by `shared = ["NAME"]`: its tables
have those rows first, then its own.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.catalogue.drawing import Drawn, add_rows, draw, draw_all
from audit.catalogue.faults import listed, suggestion
from audit.errors import QueryError

_KEYS = ("name", "shared", "parameters", "tables", "expect")

# A name, and the tables that are drawn under it.
_Shared = Mapping[str, Mapping[str, Drawn]]


@dataclass(frozen=True)
class Case:
    """One case: what is there and what the query must make of it. `expect` None: it stays silent."""

    name: str
    tables: Mapping[str, Drawn]
    expect: Drawn | None
    parameters: Mapping[str, object] = field(default_factory=dict)


def cases_path(query_path: Path) -> Path:
    """Return where a query's cases stand, whether they are there or not."""
    return query_path.with_name(f"{query_path.stem}.cases.toml")


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read the cases of one query.

    Raises:
        QueryError: with every fault of the file.

    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise QueryError(f"{path}: is missing; a query has its cases beside it") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise QueryError(f"{path}: is not TOML: {fault}") from fault
    entries = content.get("case", [])
    faults = [
        f'{path}: "{key}" is not expected; each case begins with [[case]]'
        for key in content
        if key not in ("case", "shared")
    ]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise QueryError([*faults, f"{path}: each case begins with [[case]]"])
    shared, shared_faults = _read_shared(content.get("shared", {}), entries)
    faults += [f"{path}: {fault}" for fault in shared_faults]
    cases = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: case {number}"
        entry = _with_expect(entry)
        found = list(_faults_of_entry(entry, shared))
        if not found:
            try:
                cases.append(_case(entry, shared))
            except ValueError as fault:
                found.append(str(fault))
        faults.extend(f"{where}: {fault}" for fault in found)
    names = [case.name for case in cases]
    faults.extend(f'{path}: two cases are named "{name}"' for name in sorted({n for n in names if names.count(n) > 1}))
    if faults:
        raise QueryError(faults)
    return tuple(cases)


def _with_expect(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    tables = entry.get("tables")
    if "expect" in entry or not isinstance(tables, dict) or "expect" not in tables:
        return entry
    others = {name: text for name, text in tables.items() if name != "expect"}
    return {**entry, "tables": others, "expect": tables["expect"]}


def _read_shared(sections: object, entries: Sequence[Mapping[str, Any]]) -> tuple[_Shared, list[str]]:
    """Return what is drawn under [shared.NAME], and what is wrong with it. A name that no case takes is wrong, too."""
    if not isinstance(sections, dict):
        return {}, ['"shared" must be a table: [shared.NAME]']
    taken = {name for entry in entries for name in _names_of_shared(entry)}
    shared: dict[str, Mapping[str, Drawn]] = {}
    faults = []
    for name, tables in sections.items():
        where = f"[shared.{name}]"
        found = list(_faults_of_tables(tables)) if isinstance(tables, dict) else ["must be a table"]
        if name not in taken:
            found.append("no case takes it")
        shared[name] = {}
        if not found:
            try:
                shared[name] = draw_all(tables)
            except ValueError as fault:
                found.append(str(fault))
        faults += [f"{where}: {fault}" for fault in found]
    return shared, faults


def _names_of_shared(entry: Mapping[str, Any]) -> list[str]:
    names = entry.get("shared", [])
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _faults_of_entry(entry: Mapping[str, object], shared: _Shared) -> Iterator[str]:
    for key in entry:
        if key not in _KEYS:
            yield f'"{key}" is not expected{suggestion(key, _KEYS)}'
    missing = {"name", "expect"} - entry.keys()
    if missing:
        yield f"{listed(missing)} missing; expect is empty where the query stays silent"
    for key in ("name", "expect"):
        if not isinstance(entry.get(key, ""), str):
            yield f'"{key}" must be text'
    for key in ("parameters", "tables"):
        if not isinstance(entry.get(key, {}), dict):
            yield f'"{key}" must be a table'
    names = entry.get("shared", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield '"shared" must be a list of names'
    else:
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f'"shared" names "{name}" twice'
        for name in names:
            if name not in shared:
                yield f"there is no [shared.{name}]{suggestion(name, list(shared))}"
    tables = entry.get("tables", {})
    if isinstance(tables, dict):
        yield from _faults_of_tables(tables)


def _faults_of_tables(tables: Mapping[str, object]) -> Iterator[str]:
    for name, text in tables.items():
        if name == "expect":
            yield "expect stands there twice"
        elif not isinstance(text, str) or not text.strip():
            yield f'table "{name}" must be drawn: a header and rows'


def _case(entry: Mapping[str, Any], shared: _Shared) -> Case:
    tables: dict[str, Drawn] = {}
    for drawn in (*(shared[name] for name in _names_of_shared(entry)), draw_all(entry.get("tables", {}))):
        for name, table in drawn.items():
            tables[name] = add_rows(tables[name], table) if name in tables else table
    try:
        expect = draw(entry["expect"]) if entry["expect"].strip() else None
        # A header without rows expects nothing either.
        expect = expect if expect and expect.rows else None
    except ValueError as fault:
        raise ValueError(f"expect: {fault}") from None
    return Case(entry["name"], tables, expect, entry.get("parameters", {}))
