"""What a source definition says, checked word by word. Opens nothing but the TOML file; runs no SQL."""

import codecs
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.errors import SourceError
from audit.schema import TABLES, Table
from audit.sources.expression import check_expression
from audit.timezones import read_zone

FORMATS = ("csv", "json", "ndjson", "parquet", "xlsx", "fixed")

_TOP = {"name", "table", "description", "read", "columns", "sample"}
_READ = {
    "format": str,
    "encoding": str,
    "timezone": str,
    "null_values": list,
    "delimiter": str,
    "quote": str,
    "header": (bool, list),
    "skip": int,
    "sheet": str,
    "widths": list,
    "records": str,
}
_COLUMN = {
    "column": str,
    "columns": list,
    "value": str,
    "expression": str,
    "formats": list,
    "masked": list,
    "map": dict,
    "default": str,
    "optional": bool,
}
_ORIGINS = ("column", "columns", "value", "expression")


@dataclass(frozen=True)
class ReadOptions:
    """How the records of a file are found. `header` is True, False or the column names."""

    format: str = "csv"
    encoding: str = "utf-8"
    timezone: str = "UTC"
    null_values: tuple[str, ...] = ("",)
    delimiter: str = ","
    quote: str = '"'
    header: bool | tuple[str, ...] = True
    skip: int = 0
    sheet: str | None = None
    widths: tuple[int, ...] = ()
    records: str | None = None


@dataclass(frozen=True)
class ColumnRule:
    """Where one canonical column comes from: the first non-null of `columns`, a `value`, or an `expression`."""

    name: str
    columns: tuple[str, ...] = ()
    value: str | None = None
    expression: str | None = None
    formats: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    map: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Sample:
    """A record of the source, and what the definition must make of it ("" stands for NULL)."""

    record: Mapping[str, str | None]
    gives: Mapping[str, str]


@dataclass(frozen=True)
class SourceDefinition:
    """One source: how to read its files and how its columns become those of a canonical table."""

    name: str
    table: Table
    read: ReadOptions
    rules: Mapping[str, ColumnRule]
    description: str = ""
    samples: tuple[Sample, ...] = ()
    path: Path | None = None
    built_in: bool = False

    @property
    def where(self) -> str:
        """How messages name the definition."""
        return str(self.path) if self.path else f"source {self.name}"


def built_in(table: Table) -> SourceDefinition:
    """Return the source of a canonical table: its files have the canonical column names as their header."""
    rules = {
        column.name: ColumnRule(
            column.name, columns=(column.name,), optional=not column.required or column.name == "event_id"
        )
        for column in table.columns.values()
    }
    return SourceDefinition(table.name, table, ReadOptions(), rules, f"canonical table {table.name}", built_in=True)


def read_definition(path: Path) -> SourceDefinition:
    """Read and check one definition.

    Raises:
        SourceError: all that is wrong with it.

    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SourceError(f"{path}: cannot be read ({fault.strerror})") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SourceError(f"{path}: is not TOML: {fault}") from fault
    return parse_definition(document, path)


def parse_definition(document: Mapping[str, Any], path: Path) -> SourceDefinition:
    """Make a definition of a TOML document; `path` is for messages."""
    faults = _Faults(str(path))
    faults.check_keys("", document, _TOP)
    name = faults.text(document, "name", required=True)
    table_name = faults.text(document, "table", required=True)
    table = TABLES.get(table_name)
    if table is None:
        faults.add(f'table = "{table_name}" is not a canonical table{did_you_mean(table_name, TABLES)}')
        raise SourceError(faults.messages)
    read = _read_options(document.get("read", {}), faults)
    rules = _rules(document.get("columns", {}), table, faults)
    samples = _samples(document.get("sample", []), table, faults)
    description = faults.text(document, "description")
    if faults.messages:
        raise SourceError(faults.messages)
    return SourceDefinition(name, table, read, rules, description, samples, path)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" when a known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


class _Faults:
    """Gathers all the faults of one file."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        self.messages.append(f"{self.where}: {message}")

    def check_keys(self, section: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                self.add(f'{section}"{key}" is not known{did_you_mean(key, known)}')

    def text(self, table: Mapping[str, Any], key: str, required: bool = False) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or (required and not value):
            self.add(f"{key} is missing" if required and not value else f"{key} must be text")
            return ""
        return value


def _read_options(section: Any, faults: _Faults) -> ReadOptions:
    if not isinstance(section, dict):
        faults.add("[read] must be a table")
        return ReadOptions()
    faults.check_keys("[read] ", section, _READ)
    options: dict[str, Any] = {}
    for key, kind in _READ.items():
        if key not in section:
            continue
        value = section[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):  # type: ignore[arg-type]
            faults.add(f"[read] {key} has the wrong type")
            continue
        options[key] = tuple(value) if isinstance(value, list) else value
    read = ReadOptions(**options)
    _check_read(read, faults)
    return read


def _check_read(read: ReadOptions, faults: _Faults) -> None:
    if read.format not in FORMATS:
        faults.add(f'[read] format = "{read.format}" is not one of {", ".join(FORMATS)}')
    try:
        codecs.lookup(read.encoding)
    except LookupError:
        faults.add(f'[read] encoding = "{read.encoding}" is not known to Python')
    try:
        read_zone(read.timezone)
    except ValueError as fault:
        faults.add(f"[read] timezone: {fault}")
    if len(read.delimiter) != 1 or len(read.quote) > 1:
        faults.add("[read] delimiter must be one character, and quote one or none")
    if read.skip < 0:
        faults.add("[read] skip must not be negative")


def _rules(section: Any, table: Table, faults: _Faults) -> dict[str, ColumnRule]:
    rules = {}
    if not isinstance(section, dict):
        faults.add("[columns] must be a table")
        return {}
    for name, entry in section.items():
        if name not in table.columns:
            faults.add(f'[columns] "{name}" is not a column of {table.name}{did_you_mean(name, table.columns)}')
            continue
        rule = _rule(name, entry, table, faults)
        if rule is not None:
            rules[name] = rule
    for name in table.required:
        if name not in section and name != "event_id":
            faults.add(f"[columns] {name} is missing: {table.name} needs it")
    return rules


def _rule(name: str, entry: Any, table: Table, faults: _Faults) -> ColumnRule | None:
    if isinstance(entry, str):
        return ColumnRule(name, columns=(entry,))
    where = f"[columns] {name}"
    if not isinstance(entry, dict):
        faults.add(f"{where} must be a raw column's name or a table")
        return None
    before = len(faults.messages)
    faults.check_keys(f"{where}: ", entry, _COLUMN)
    for key, value in entry.items():
        if key in _COLUMN and not isinstance(value, _COLUMN[key]):
            faults.add(f"{where}: {key} has the wrong type")
    if sum(key in entry for key in _ORIGINS) != 1:
        faults.add(f"{where}: give exactly one of {', '.join(_ORIGINS)}")
    if "formats" in entry and table.columns[name].type not in ("timestamp", "date"):
        faults.add(f"{where}: formats are for times, and {name} is none")
    if isinstance(entry.get("expression"), str):
        for message in check_expression(entry["expression"]):
            faults.add(f"{where}: {message}")
    if len(faults.messages) > before:
        return None
    columns = (entry["column"],) if "column" in entry else tuple(entry.get("columns", ()))
    return ColumnRule(
        name,
        columns=columns,
        value=entry.get("value"),
        expression=entry.get("expression"),
        formats=tuple(entry.get("formats", ())),
        masked=tuple(text.strip() for text in entry.get("masked", ())),
        map=dict(entry.get("map", {})),
        default=entry.get("default"),
        optional=entry.get("optional", False),
    )


def _samples(section: Any, table: Table, faults: _Faults) -> tuple[Sample, ...]:
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
