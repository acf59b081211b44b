"""Numbers in JSON that the engine would write otherwise than the file has them: 12.1 for 12.10, 1000.0 for 1e3."""

import re

import duckdb
import pyarrow as pa

from audit.load.raw import REJECT_TABLE, insert_rows
from audit.sql import quote_identifier, quote_literal

EXACT = "raw_exact"
_FRACTION = r"-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)"
# Such a number may also stand inside a string: the pattern only screens.
_SCREEN = rf"[:,\[]\s*{_FRACTION}\s*[,}}\]]"
# What is before the next one: strings, whole numbers and the rest. Possessive, so that no text makes it go back.
_BEFORE = r'(?:[^"0-9-]++|"(?:[^"\\]|\\.)*+"|-?[0-9]++(?![.eE]))*+'
_NEXT = re.compile(rf"({_BEFORE})({_FRACTION}|\Z)", re.DOTALL)


def quote_fractions(text: str) -> str:
    """Return valid JSON with its numbers that are not plain integers as strings, so that their text stays."""
    return _NEXT.sub(lambda found: f'{found[1]}"{found[2]}"' if found[2] else found[0], text)


def keep_exact_texts(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make the table of those lines of a table that are no rejects and hold such numbers: record_no, the line with them quoted."""
    found = connection.execute(
        f"SELECT record_no, line FROM {quote_identifier(table)} WHERE regexp_matches(line, {quote_literal(_SCREEN)}) "
        f"AND record_no NOT IN (SELECT record_no FROM {REJECT_TABLE})"
    ).fetchall()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {EXACT} (record_no BIGINT, exact VARCHAR)")
    if found:
        numbers = pa.array([number for number, _ in found], pa.int64())
        texts = pa.array([quote_fractions(line) for _, line in found], pa.string())
        insert_rows(connection, EXACT, pa.table({"record_no": numbers, "exact": texts}))
