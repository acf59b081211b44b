"""Read a Parquet file: its typed cells become text, times as they are and whole numbers without ".0"."""

from pathlib import Path

import duckdb

from audit.errors import InputOutputError
from audit.load.csv_reader import file_literal
from audit.load.raw import RAW_TABLE, RawFile
from audit.sources.mapping import RawColumns
from audit.sql import quote_identifier, quote_literal


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> RawFile:
    """Read all records as text into a temporary table.

    Raises:
        InputOutputError: the file is no Parquet file, or is cut off.

    """
    source = f"read_parquet({file_literal(path)}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        cells = [(str(row[0]), str(row[1])) for row in described if row[0] != "file_row_number"]
        parts = "".join(f", {_text(name, kind)} AS c{position}" for position, (name, kind) in enumerate(cells))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {RAW_TABLE} AS SELECT file_row_number + 1 AS record_no{parts} FROM {source}"
        )
    except duckdb.Error as fault:
        raise InputOutputError(f"{path}: is not a whole Parquet file; nothing of it was loaded") from fault
    names = {name.strip(): f"c{position}" for position, (name, _) in enumerate(cells)}
    times = frozenset(f"c{position}" for position, (_, kind) in enumerate(cells) if kind.startswith("TIMESTAMP"))
    count = connection.execute(f"SELECT count(*) FROM {RAW_TABLE}").fetchone() or (0,)
    record = ", ".join(f"{quote_literal(name)}, {column}" for name, column in names.items())
    return RawFile(
        RAW_TABLE,
        f"CAST(json_object({record}) AS VARCHAR)",
        RawColumns(names, times),
        int(count[0]),
        warnings=() if count[0] else ("the file is empty",),
    )


def _text(name: str, kind: str) -> str:
    cell = quote_identifier(name)
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{cell} = floor({cell}) AND abs({cell}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST({cell} AT TIME ZONE 'UTC' AS VARCHAR) || 'Z'"
    return f"CAST({cell} AS VARCHAR)"
