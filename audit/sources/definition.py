"""Read a source definition and check it word by word. Opens nothing but the TOML file; runs no SQL."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit.errors import SourceError
from audit.passed import Passed
from audit.schema import TABLES, Table
from audit.sources.column_rules import parse_columns
from audit.sources.faults import Faults, did_you_mean
from audit.sources.read_options import parse_read
from audit.sources.records import ColumnRule, ReadOptions, Sample, SourceDefinition

__all__ = [
    "ColumnRule",
    "ReadOptions",
    "Sample",
    "SourceDefinition",
    "built_in",
    "did_you_mean",
    "parse_definition",
    "read_definition",
]

_TOP = {"name", "table", "description", "read", "columns", "sample"}


def built_in(table: Table) -> SourceDefinition:
    """Return the source of a canonical table: its files have the canonical column names as their header."""
    rules = {
        column.name: ColumnRule(
            column.name, columns=(column.name,), optional=not column.required or column.name == "event_id"
        )
        for column in table.columns.values()
    }
    return SourceDefinition(table.name, table, ReadOptions(), rules, f"canonical table {table.name}", built_in=True)


def read_definition(path: Path, passed: Passed | None = None) -> SourceDefinition:
    """Read and check one definition. `passed`: texts of its folder whose expressions need no parsing.

    Raises:
        SourceError: all that is wrong with it.

    """
    try:
        content = path.read_bytes()
        document = tomllib.loads(content.decode())
    except OSError as fault:
        raise SourceError(f"{path}: cannot be read ({fault.strerror})") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SourceError(f"{path}: is not TOML: {fault}") from fault
    known = passed is not None and passed.holds(Path(path.name), hashlib.sha256(content).hexdigest())
    return parse_definition(document, path, known)


def parse_definition(document: Mapping[str, Any], path: Path, passed: bool = False) -> SourceDefinition:
    """Make a definition of a TOML document; `path` is for messages. `passed`: its expressions need no parsing."""
    faults = Faults(str(path))
    faults.check_keys("", document, _TOP)
    name = faults.text(document, "name", required=True)
    table_name = faults.text(document, "table", required=True)
    table = TABLES.get(table_name)
    if table is None:
        faults.add(f'table = "{table_name}" is not a canonical table{did_you_mean(table_name, TABLES)}')
        raise SourceError(faults.messages)
    read = parse_read(document.get("read", {}), faults)
    rules = parse_columns(document.get("columns", {}), table, faults)
    if not passed:
        _check_expressions(rules, faults)
    samples = _samples(document.get("sample", []), table, faults)
    description = faults.text(document, "description")
    if faults.messages:
        raise SourceError(faults.messages)
    return SourceDefinition(name, table, read, rules, description, samples, path)


def _check_expressions(rules: Mapping[str, ColumnRule], faults: Faults) -> None:
    expressions = {name: rule.expression for name, rule in rules.items() if rule.expression is not None}
    if not expressions:
        return
    # Here, not above: few definitions have any, and to import what parses them takes longer than all else of a definition.
    from audit.sources.expression import check_expression

    for name, text in expressions.items():
        for message in check_expression(text):
            faults.add(f"[columns] {name}: {message}")


def _samples(section: Any, table: Table, faults: Faults) -> tuple[Sample, ...]:
    samples = []
    for number, entry in enumerate(section, start=1):
        record, gives = entry.get("record"), entry.get("gives")
        if not isinstance(record, dict) or not isinstance(gives, dict):
            faults.add(f"[[sample]] {number}: needs record = {{…}} and gives = {{…}}")
            continue
        for name in gives:
            if name not in table.columns:
                faults.add(
                    f'[[sample]] {number}: gives "{name}", no column of {table.name}{did_you_mean(name, table.columns)}'
                )
        samples.append(Sample(record, {name: str(value) for name, value in gives.items()}))
    return tuple(samples)
