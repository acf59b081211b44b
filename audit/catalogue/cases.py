"""Read `<id>.cases.toml`: little tables drawn beside a query, with the rows that it must yield. Runs nothing.

A drawn table is a header and rows, cells between `|`, trimmed. An empty cell is NULL; a cell between single quotes is
the text between them, so that `''` is an empty text and `'  '` a blank one. `expect` may stand in [[case]] or last
under [case.tables], where a reader looks for it: TOML has no way back from a table to the one that holds it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.catalogue.faults import listed, suggestion
from audit.errors import QueryError

_KEYS = ("name", "parameters", "tables", "expect")


@dataclass(frozen=True)
class Drawn:
    """A drawn table: texts, not yet of any type. None is NULL."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


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
    faults = [f'{path}: "{key}" is not expected; each case begins with [[case]]' for key in content if key != "case"]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise QueryError([*faults, f"{path}: each case begins with [[case]]"])
    cases = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: case {number}"
        entry = _with_expect(entry)
        found = list(_faults_of_entry(entry))
        if not found:
            try:
                cases.append(_case(entry))
            except ValueError as fault:
                found.append(str(fault))
        faults.extend(f"{where}: {fault}" for fault in found)
    names = [case.name for case in cases]
    faults.extend(f'{path}: two cases are named "{name}"' for name in sorted({n for n in names if names.count(n) > 1}))
    if faults:
        raise QueryError(faults)
    return tuple(cases)


def draw(text: str) -> Drawn:
    """Read one drawn table.

    Raises:
        ValueError: a row has more or fewer cells than the header, or a column is named twice.

    """
    lines = [line for line in text.splitlines() if line.strip()]
    columns = tuple(cell.strip() for cell in lines[0].split("|"))
    if len(set(columns)) < len(columns) or not all(columns):
        raise ValueError("every column of a drawn table needs a name of its own")
    rows = []
    for number, line in enumerate(lines[1:], start=1):
        cells = tuple(_cell(cell.strip()) for cell in line.split("|"))
        if len(cells) != len(columns):
            raise ValueError(f"row {number} has {len(cells)} cells under {len(columns)} columns")
        rows.append(cells)
    return Drawn(columns, tuple(rows))


def _cell(text: str) -> str | None:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text or None


def _with_expect(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    tables = entry.get("tables")
    if "expect" in entry or not isinstance(tables, dict) or "expect" not in tables:
        return entry
    others = {name: text for name, text in tables.items() if name != "expect"}
    return {**entry, "tables": others, "expect": tables["expect"]}


def _faults_of_entry(entry: Mapping[str, object]) -> Iterator[str]:
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
    tables = entry.get("tables", {})
    if isinstance(tables, dict):
        for name, text in tables.items():
            if name == "expect":
                yield "expect stands there twice"
            elif not isinstance(text, str) or not text.strip():
                yield f'table "{name}" must be drawn: a header and rows'


def _case(entry: Mapping[str, Any]) -> Case:
    tables = {}
    for name, text in entry.get("tables", {}).items():
        try:
            tables[name] = draw(text)
        except ValueError as fault:
            raise ValueError(f'table "{name}": {fault}') from None
    try:
        expect = draw(entry["expect"]) if entry["expect"].strip() else None
        # A header without rows expects nothing either.
        expect = expect if expect and expect.rows else None
    except ValueError as fault:
        raise ValueError(f"expect: {fault}") from None
    return Case(entry["name"], tables, expect, entry.get("parameters", {}))
