"""Turn drawn tables into Arrow tables of the right types, and rows back into comparable cells."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from audit.catalogue import Drawn
from audit.catalogue.faults import suggestion

_NULL = "∅"
# Like every time here: UTC without a zone.
_EPOCH = dt.datetime(1970, 1, 1)
_SIMPLE_TYPES: Mapping[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "SMALLINT": pa.int16(),
    "HUGEINT": pa.decimal128(38, 0),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def made_table(drawn: Drawn, columns: Mapping[str, str]) -> pa.Table:
    """Return a table of these columns (name -> DuckDB type), filled from the drawn one.

    What is not drawn is NULL, except the clock columns, which are made from `occurred_at`, and `actions` and `masked`.

    Raises:
        ValueError: a column is unknown, or a cell is not of its type.

    """
    unknown = [
        f'"{name}" is no column of it{suggestion(name, columns)}' for name in drawn.columns if name not in columns
    ]
    if unknown:
        raise ValueError("; ".join(unknown))
    types = {name: arrow_type(kind) for name, kind in columns.items()}
    read = {
        name: [_read(row[place], types[name], name) for row in drawn.rows] for place, name in enumerate(drawn.columns)
    }
    filled = {name: read.get(name) or _made(name, read, len(drawn.rows)) for name in columns}
    return pa.table({name: pa.array(filled[name], types[name]) for name in columns})


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type of a DuckDB type.

    Raises:
        ValueError: no relation of ours has such a column.

    """
    if kind.endswith("[]"):
        return pa.list_(arrow_type(kind.removesuffix("[]")))
    if decimal := _DECIMAL.fullmatch(kind):
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    if kind not in _SIMPLE_TYPES:
        raise ValueError(f"a column of type {kind} cannot be drawn")
    return _SIMPLE_TYPES[kind]


def cells(expect: Drawn, found: pa.Table) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the rows expected and the rows found as texts that are equal when the values are.

    A number with a fraction is compared to as many places as the expected column shows.

    Raises:
        ValueError: an expected cell is not of its column's type.

    """
    wanted, got = [], []
    for place, name in enumerate(expect.columns):
        kind = found.schema.field(name).type
        drawn = [row[place] for row in expect.rows]
        places = max((len(cell.partition(".")[2]) for cell in drawn if cell), default=0)
        wanted.append([_shown(_read(cell, kind, name), places) for cell in drawn])
        got.append([_shown(value, places) for value in found[name].to_pylist()])
    return list(zip(*wanted, strict=True)), list(zip(*got, strict=True))


def _made(name: str, read: Mapping[str, list[Any]], rows: int) -> list[Any]:
    """Return a column that is not drawn."""
    if name == "actions":
        return [[action] if action is not None else [] for action in read.get("action", [None] * rows)]
    if name == "masked":
        return [[] for _ in range(rows)]
    if name in _CLOCK:
        return [None if time is None else _CLOCK[name](time) for time in read.get("occurred_at", [None] * rows)]
    return [None] * rows


_CLOCK: Mapping[str, Callable[[dt.datetime], object]] = {
    "local_date": lambda time: time.date(),
    "local_hour": lambda time: time.hour,
    "iso_weekday": lambda time: time.isoweekday(),
    "occurred_epoch": lambda time: (time - _EPOCH) // dt.timedelta(seconds=1),
}


def _read(cell: str | None, kind: pa.DataType, name: str) -> Any:
    """Return a drawn cell as a value of its column's type."""
    if cell is None:
        return None
    if pa.types.is_list(kind):
        return [_read(item.strip(), kind.value_type, name) for item in cell.split(";")] if cell else []
    try:
        return _reader(kind)(cell)
    except (ValueError, InvalidOperation, KeyError):
        raise ValueError(f'"{cell}" in column "{name}" is no {_WORDS.get(str(kind), "number")}') from None


def _reader(kind: pa.DataType) -> Callable[[str], object]:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return str
    if pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat
    if pa.types.is_date(kind):
        return dt.date.fromisoformat
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}.__getitem__
    if pa.types.is_integer(kind):
        return int
    return Decimal if pa.types.is_decimal(kind) else float


_WORDS = {
    "timestamp[us]": "time such as 2024-03-01 10:00:00",
    "date32[day]": "date such as 2024-03-01",
    "bool": "true or false",
}


def _shown(value: Any, places: int) -> str:
    """Return a value as the text in which it is compared and printed."""
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Decimal):
        return f"{value:.{places}f}"
    if isinstance(value, list):
        return ";".join(_shown(item, places) for item in value)
    return str(value)
