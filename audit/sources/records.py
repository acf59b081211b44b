"""What a source definition says, as records. Reads nothing and checks nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from audit.schema import Table


@dataclass(frozen=True)
class ReadOptions:
    """How the records of a file are found. `header` is True, False or the column names."""

    format: str = "csv"
    encoding: str = "utf-8"
    timezone: str = "UTC"
    null_values: tuple[str, ...] = ("",)
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    skip_spaces: bool = False
    header: bool | tuple[str, ...] = True
    skip: int = 0
    sheet: str | None = None
    widths: tuple[int, ...] = ()
    records: str | None = None


@dataclass(frozen=True)
class ColumnRule:
    """Where one canonical column comes from: the first non-null of `columns`, a `value`, or an `expression`.

    With `pattern` it is what the pattern's group of that number matches in that text.
    """

    name: str
    columns: tuple[str, ...] = ()
    value: str | None = None
    expression: str | None = None
    formats: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    map: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    optional: bool = False
    pattern: str | None = None
    group: int = 0


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

    @property
    def sha256(self) -> str:
        """What tells two versions of a definition apart: all that decides what records become, comments and samples not."""
        rules = [_said(self.rules[name]) for name in sorted(self.rules)]
        return hashlib.sha256(repr((self.table.name, _said(self.read), rules)).encode()).hexdigest()


def _said(record: "ReadOptions | ColumnRule") -> list[tuple[str, str]]:
    """Return what differs from the default, so that an option that is new in the program changes no hash."""
    given = ((option.name, getattr(record, option.name), option.default) for option in fields(record))
    return [(name, repr(value)) for name, value, default in given if value != default and value != {}]
