"""Read a Parquet file: its typed cells become text, times as they are and whole numbers without ".0"."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from audit.errors import InputOutputError
from audit.load.raw import RAW_TABLE, RawFile, count_rows, name_columns, start_rejects
from audit.sources.raw import RawColumns
from audit.sql import quote_identifier, quote_literal

# Past this a double no longer tells every whole number from its neighbour.
_WHOLE_UP_TO = 2**53


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Iterable[str]) -> RawFile:
    """Read all records as text into a temporary table; of nested columns the wanted fields, named a.b.

    Raises:
        InputOutputError: the file is no Parquet file, or is cut off.

    """
    start_rejects(connection)
    source = f"read_parquet({_file_literal(path)})"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        kinds = [str(row[1]) for row in described]
        names = name_columns([str(row[0]) for row in described])
        parts = [f"{_text(f'p{place}', kind)} AS c{place}" for place, kind in enumerate(kinds)]
        for field, pointer, column in _nested(wanted, names):
            names[field] = f"c{len(parts)}"
            parts.append(f"to_json(p{column.removeprefix('c')}) ->> {quote_literal(pointer)} AS c{len(parts)}")
        given = ", ".join(f"p{place}" for place in range(len(kinds)))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT {', '.join(parts)} FROM {source} AS source ({given})"
        )
    except duckdb.Error as fault:
        raise InputOutputError(f"{path}: is not a whole Parquet file; nothing of it was loaded") from fault
    times = frozenset(f"c{place}" for place, kind in enumerate(kinds) if kind.startswith(("TIMESTAMP", "DATE")))
    record = ", ".join(f"{quote_literal(name)}, {column}" for name, column in names.items())
    return RawFile(
        _numbered(connection),
        f"CAST(json_object({record}) AS VARCHAR)",
        RawColumns(names, times),
        count_rows(connection, RAW_TABLE),
    )


def _nested(wanted: Iterable[str], names: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the wanted fields within a column: name, JSON pointer into the column, the column."""
    found = []
    for name in dict.fromkeys(label.strip() for label in wanted):
        head, _, rest = name.partition(".")
        if rest and name not in names and head in names:
            pointer = rest.replace("~", "~0").replace("/", "~1").replace(".", "/")
            found.append((name, f"/{pointer}", names[head]))
    return found


def _text(column: str, kind: str) -> str:
    cell = quote_identifier(column)
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{cell} = floor({cell}) AND abs({cell}) <= {_WHOLE_UP_TO}"
        return f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    if kind.startswith("DECIMAL"):
        return f"regexp_replace(CAST({cell} AS VARCHAR), '\\.0+$', '')"
    # To the microsecond and, as pandas writes them, to the nanosecond.
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):
        return f"CAST({cell} AT TIME ZONE 'UTC' AS VARCHAR) || 'Z'"
    if kind.startswith("TIMESTAMP"):
        return f"CAST(CAST({cell} AS TIMESTAMP) AS VARCHAR)"
    if kind == "BLOB":
        return f"COALESCE(TRY(decode({cell})), CAST({cell} AS VARCHAR))"
    return f"CAST({cell} AS VARCHAR)"


def _numbered(connection: duckdb.DuckDBPyConnection) -> str:
    """Return SQL for the raw table with `record_no`: the place of each row, where the reader left out none."""
    row = connection.execute(f"SELECT min(rowid), max(rowid) - min(rowid) + 1, count(*) FROM {RAW_TABLE}").fetchone()
    first, span, rows = row or (0, 0, 0)
    # They begin at 0, but at 2^55 or so in a transaction of their own; where they do not follow one another they are no use.
    number = f"rowid - {first or 0} + 1" if rows == 0 or span == rows else "row_number() OVER ()"
    return f"(SELECT {number} AS record_no, * FROM {RAW_TABLE})"


def _file_literal(path: Path) -> str:
    """Return a path as a SQL literal that names just this file."""
    # A path is no pattern: * ? [ in a file's name mean themselves.
    escaped = "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
    return quote_literal(escaped)
