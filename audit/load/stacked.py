"""Find header rows that stand among the records: two exports in one file, or a header on each page.

Such a row is under quarantine, whatever its table. Where it has other labels or another order, the records behind it are
read by it: read by the first header they would load with the user's cell for the reason, and nobody would notice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from audit.load.raw import RAW_TABLE, RawFile, name_columns
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import used_columns
from audit.sources.raw import RawColumns
from audit.sql import quote_identifier, quote_literal

HEADER_TABLE = "raw_header"
_PADDING = " \t\xa0\ufeff"


@dataclass(frozen=True)
class _Layout:
    """From this record on: label -> engine column."""

    first: int
    names: Mapping[str, str]


def is_header(cells: Sequence[str | None], labels: Iterable[str]) -> bool:
    """Say whether a record is a header: at least two of its cells, and half of those that hold anything, are known labels."""
    known = {label.strip(_PADDING) for label in labels} - {""}
    filled = [text for cell in cells if (text := (cell or "").strip(_PADDING))]
    found = sum(text in known for text in filled)
    return found >= min(2, len(known)) and 2 * found >= len(filled) > 0


def read_by_headers(connection: duckdb.DuckDBPyConnection, raw: RawFile, definition: SourceDefinition) -> RawFile:
    """Return the file with each record's cells under the labels of the header before it."""
    rows = _header_rows(connection, raw, definition)
    if not rows:
        return raw
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {HEADER_TABLE} (record_no BIGINT)")
    connection.executemany(f"INSERT INTO {HEADER_TABLE} VALUES (?)", [[number] for number, _ in rows])
    layouts = [_Layout(1, raw.columns.names)]
    for number, cells in rows:
        names = name_columns([cell or "" for cell in cells])
        if not _is_within(layouts[-1].names, names):
            layouts.append(_Layout(number, names))
    if len(layouts) == 1:
        return replace(raw, columns=replace(raw.columns, headers=HEADER_TABLE))
    return _relabelled(raw, layouts)


def _is_within(names: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """Say whether a header row has the labels that stand, in their order."""
    return all(found.get(name) == column for name, column in names.items())


def _header_rows(
    connection: duckdb.DuckDBPyConnection, raw: RawFile, definition: SourceDefinition
) -> list[tuple[int, tuple[str | None, ...]]]:
    labels = raw.columns.names
    if not labels:
        return []
    described = connection.execute(f"SELECT * FROM {RAW_TABLE} LIMIT 0").description or []
    columns = ", ".join(quote_identifier(row[0]) for row in described if row[0] != "record_no")
    sql = (
        # CASE keeps the order: the engine would try the costly test on each record, to find out which is the better first.
        f"SELECT record_no, {columns} FROM {raw.relation} AS raw WHERE CASE WHEN {_screen(raw.columns, definition)} "
        f"THEN len(list_intersect([{_trimmed(labels.values())}], [{', '.join(map(quote_literal, labels))}])) "
        f">= {min(2, len(labels))} ELSE FALSE END ORDER BY record_no"
    )
    rows = ((int(row[0]), tuple(row[1:])) for row in connection.execute(sql).fetchall())
    return [(number, cells) for number, cells in rows if is_header(cells, labels)]


def _screen(columns: RawColumns, definition: SourceDefinition) -> str:
    """SQL that is true for a header row and false for nearly every other: times begin with a digit, labels do not.

    So nobody makes a header of a real event by what they type for a reason. Where a table has no time, the cell of its first
    required column must be a label.
    """
    required = [definition.table.columns[name] for name in definition.table.required if name in definition.rules]
    cells = {
        column.name: [cell for name in used_columns(definition.rules[column.name]) if (cell := columns.find(name))]
        for column in required
    }
    times = [cell for column in required if column.type == "timestamp" for cell in cells[column.name]]
    if times:
        return " AND ".join(f"({cell} >= '0' AND {cell} < ':') IS NOT TRUE" for cell in times)
    first = next((found for found in cells.values() if found), [])
    return f"list_has_any([{_trimmed(first)}], [{', '.join(map(quote_literal, columns.names))}])" if first else "TRUE"


def _trimmed(cells: Iterable[str]) -> str:
    return ", ".join(f"trim({cell}, {quote_literal(_PADDING)})" for cell in cells)


def _relabelled(raw: RawFile, layouts: Sequence[_Layout]) -> RawFile:
    labels = dict.fromkeys(name for layout in layouts for name in layout.names)
    names = {label: f"d{place}" for place, label in enumerate(labels)}
    cells = ", ".join(f"{_cell(label, layouts)} AS {column}" for label, column in names.items())
    typed, either = raw.columns.typed_times, raw.columns.typed_times | raw.columns.mixed_times
    origins = {
        column: {layout.names[label] for layout in layouts if label in layout.names} for label, column in names.items()
    }
    times = frozenset(column for column, cells_of in origins.items() if cells_of <= typed)
    mixed = frozenset(column for column, cells_of in origins.items() if cells_of & either) - times
    record = ", ".join(f"{quote_literal(label)}, COALESCE({column}, '')" for label, column in names.items())
    changes = len(layouts) - 1
    more = f", as at {changes - 1:,} more places" if changes > 1 else ""
    warning = f"record {layouts[1].first} is another header: the records behind it were read by it{more}"
    return replace(
        raw,
        relation=f"(SELECT record_no, {cells} FROM {raw.relation})",
        record=f"CAST(json_object({record}) AS VARCHAR)",
        columns=replace(raw.columns, names=names, typed_times=times, mixed_times=mixed, headers=HEADER_TABLE),
        warnings=(*raw.warnings, warning),
    )


def _cell(label: str, layouts: Sequence[_Layout]) -> str:
    """SQL for what stands under a label: NULL where the header before the record has no such label."""
    steps = " ".join(
        f"WHEN record_no >= {layout.first} THEN {layout.names.get(label, 'NULL')}" for layout in reversed(layouts)
    )
    return f"CASE {steps} END"
