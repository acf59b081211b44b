"""Run a definition's [[sample]]s through the real mapping and compare. Reads no file of a log; keeps nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa

from audit.schema import Column
from audit.sources.definition import Sample, SourceDefinition
from audit.sources.mapping import RawColumns, map_columns, used_columns
from audit.timezones import Zone

_FUTURE = timedelta(days=1)


@dataclass(frozen=True)
class Difference:
    """A canonical column that a sample did not give. None = NULL."""

    column: str
    expected: str | None
    found: str | None


@dataclass(frozen=True)
class SampleResult:
    """How one sample went; `number` counts from 1 in its definition. `fault`: why it could not be run at all."""

    source: str
    number: int
    differences: tuple[Difference, ...] = ()
    fault: str | None = None

    @property
    def passed(self) -> bool:
        """Say whether the definition made of the record what the sample says."""
        return not self.differences and self.fault is None


def check_samples(definition: SourceDefinition, zone: Zone) -> list[SampleResult]:
    """Map each sample's record as a file's would be, and compare the columns that it names.

    A raw column that the record lacks is NULL, even where a file must have it: a sample shows only what it is about.
    """
    with duckdb.connect(":memory:") as bench:
        bench.execute("SET TimeZone = 'UTC'")
        return [
            _check(bench, definition, sample, number, zone) for number, sample in enumerate(definition.samples, start=1)
        ]


def _check(
    bench: duckdb.DuckDBPyConnection, definition: SourceDefinition, sample: Sample, number: int, zone: Zone
) -> SampleResult:
    raw, table = _raw(definition, sample)
    bench.register("sample_record", table)
    mapped = map_columns(definition, raw, "sample_record", zone, datetime.now(UTC).replace(tzinfo=None) + _FUTURE)
    try:
        found = bench.sql(mapped.sql).to_arrow_table().to_pylist()[0]
    except duckdb.Error:
        # Its message quotes cells, which may have been taken from a real record.
        return SampleResult(definition.name, number, fault="an expression fails on this record")
    finally:
        bench.unregister("sample_record")
    columns = definition.table.columns
    compared = (_compare(columns[name], text or None, found[name]) for name, text in sample.gives.items())
    return SampleResult(definition.name, number, tuple(difference for difference in compared if difference))


def _raw(definition: SourceDefinition, sample: Sample) -> tuple[RawColumns, pa.Table]:
    """Return the record as a raw relation of one row, with every column that the definition reads."""
    record = {name.strip(): value for name, value in _flat(sample.record)}
    lacking = [name.strip() for rule in definition.rules.values() for name in used_columns(rule)]
    # A name that differs in case alone is the same column, as in a file.
    known = {name.lower() for name in record}
    cells = record | {name: None for name in lacking if name.lower() not in known}
    nothing = definition.read.null_values
    columns = {
        f"c{place}": pa.array([_null_where_empty(cell, nothing)], pa.string())
        for place, cell in enumerate(cells.values())
    }
    return (
        RawColumns({name: f"c{place}" for place, name in enumerate(cells)}),
        pa.table({"record_no": pa.array([1], pa.int64()), **columns}),
    )


def _null_where_empty(cell: str | None, null_values: tuple[str, ...]) -> str | None:
    return None if cell == "" and "" in null_values else cell


def _flat(record: Mapping[str, object], before: str = "") -> Iterable[tuple[str, str | None]]:
    """Yield the record's fields as text, nested ones as a.b."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, bool):
            yield f"{before}{name}", str(value).lower()
        else:
            yield f"{before}{name}", None if value is None else str(value)


def _compare(column: Column, expected: str | None, found: object) -> Difference | None:
    text = _text(found)
    same = text == (_canonical(column, expected) if expected is not None else None)
    return None if same else Difference(column.name, expected, text)


def _canonical(column: Column, expected: str) -> str:
    """Return what a sample says in the one way in which values are compared; text that does not fit stays, and differs."""
    try:
        if column.type == "timestamp":
            moment = datetime.fromisoformat(expected)
            return _text(moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment) or ""
        if column.type == "date":
            return date.fromisoformat(expected).isoformat()
        if column.type == "integer":
            return str(int(expected))
    except ValueError:
        return expected
    return expected.lower() if column.type == "boolean" else expected


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value.isoformat(sep=' ')}Z"
    return None if value is None else str(value)
