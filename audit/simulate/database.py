"""The simulator's own DuckDB: opened in the target's temporary folder, thrown away at the end. Knows no story.

All chance comes from `u(number, purpose)`, a hash of the seed, a row's own number and what the draw is for: so the
force is the same whatever the threads, the memory and the order in which rows are met.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from audit.schema import TABLES, Table
from audit.sql import quote_identifier, quote_literal

# Codes of subjects: eight to a number, so that a vehicle and its keeper need no join to find each other.
PERSON, VEHICLE, ADDRESS, PHONE, ALIAS, INCIDENT = range(6)
KINDS = ("person", "vehicle", "address", "phone", "person", "incident")
PREFIXES = ("P", "V", "A", "T", "P", "INC-")
ALIAS_OFFSET = 50_000_000

# Identifiers are shuffled by x -> (x * factor + shift) mod 10^digits, so that they tell nothing about how a row arose.
SUBJECT_SHUFFLE = (61_803_399, 12_345_671, 8)
EVENT_SHUFFLE = (7_368_787, 123_456_789_013, 12)

# The double hash matters: DuckDB joins the hashes of several columns by XOR, so that two purposes would differ by a
# constant; the outer hash breaks that.
_MACROS = """
CREATE MACRO u(number, purpose) AS
    (hash(hash($seed, CAST(number AS BIGINT), purpose)) >> 11)::DOUBLE / 9007199254740992.0;
CREATE MACRO pick(options, share) AS options[1 + CAST(floor(share * len(options)) AS BIGINT)];
CREATE MACRO moment(epoch) AS make_timestamp(CAST(epoch AS BIGINT) * 1000000);
CREATE MACRO shuffled(number) AS
    lpad(CAST((CAST(number AS BIGINT) * $factor + $shift) % 100000000 AS VARCHAR), 8, '0');
CREATE MACRO event_id(number) AS
    'E' || lpad(CAST((CAST(number AS BIGINT) * $event_factor + $event_shift) % 1000000000000 AS VARCHAR), 12, '0');
CREATE MACRO reference_id(number) AS 'INC-' || shuffled(number);
CREATE MACRO subject_id(code) AS
    CASE code % 8 WHEN 1 THEN 'V' WHEN 2 THEN 'A' WHEN 3 THEN 'T' ELSE 'P' END
    || shuffled(code // 8 + CASE code % 8 WHEN 4 THEN 50000000 ELSE 0 END);
CREATE MACRO vehicle_of(k) AS CASE WHEN k % 9 < 5 THEN k * 8 + 1 END;
CREATE MACRO address_of(k) AS (k // 2) * 8 + 2;
CREATE MACRO phone_of(k) AS CASE WHEN k % 5 <> 3 THEN k * 8 + 3 END;
CREATE MACRO alias_of(k) AS CASE WHEN k % 37 = 5 THEN k * 8 + 4 END;
"""


def open_database(path: Path, seed: int, threads: int | None, memory: str | None) -> duckdb.DuckDBPyConnection:
    """Open a new database with the macros of chance and identity. `memory` is DuckDB's own form, such as 2GB."""
    connection = duckdb.connect(str(path))
    connection.execute(f"SET temp_directory = {quote_literal(str(path.parent / 'spill'))}")
    connection.execute(f"SET memory_limit = {quote_literal(memory or '2GB')}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    if threads is not None:
        connection.execute(f"SET threads = {int(threads)}")
    factor, shift, _ = SUBJECT_SHUFFLE
    event_factor, event_shift, _ = EVENT_SHUFFLE
    values = {"seed": seed, "factor": factor, "shift": shift, "event_factor": event_factor, "event_shift": event_shift}
    script = _MACROS
    for name in sorted(values, key=len, reverse=True):
        script = script.replace(f"${name}", f"{values[name]}::BIGINT")
    connection.execute(script)
    return connection


def fill_table(
    connection: duckdb.DuckDBPyConnection, name: str, types: Mapping[str, str], rows: Sequence[Sequence[object]]
) -> None:
    """Create a table of the given columns and types with the given rows."""
    columns = ", ".join(f"{quote_identifier(column)} {kind}" for column, kind in types.items())
    connection.execute(f"CREATE TABLE {quote_identifier(name)} ({columns})")
    append_rows(connection, name, tuple(types), rows)


def append_rows(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Append Python rows to a table, column by column through Arrow: faster by far than one INSERT a row."""
    if not rows:
        return
    arrays = [pa.array(list(values)) for values in zip(*rows, strict=True)]
    connection.register("incoming", pa.Table.from_arrays(arrays, names=list(columns)))
    names = ", ".join(quote_identifier(column) for column in columns)
    connection.execute(f"INSERT INTO {quote_identifier(name)} ({names}) SELECT {names} FROM incoming")
    connection.unregister("incoming")


def create_canonical_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create an empty `out_<table>` for each canonical table but the log, in the canonical columns and types."""
    for table in TABLES.values():
        if table.name != "event":
            columns = ", ".join(f"{quote_identifier(c.name)} {c.duckdb_type}" for c in table.columns.values())
            connection.execute(f"CREATE TABLE out_{table.name} ({columns})")


def key_order(table: Table) -> str:
    """Return the ORDER BY list that sorts a canonical table by its key, then by every other column."""
    rest = [name for name in table.columns if name not in table.key]
    return ", ".join(f"{quote_identifier(name)} NULLS FIRST" for name in (*table.key, *rest))


def shuffled(number: int, shuffle: tuple[int, int, int] = SUBJECT_SHUFFLE) -> str:
    """Return the digits of an identifier, as the macros make them."""
    factor, shift, digits = shuffle
    return str((number * factor + shift) % 10**digits).zfill(digits)


def event_id(number: int) -> str:
    """Return the event id of an event number, as the macro of the same name does."""
    return "E" + shuffled(number, EVENT_SHUFFLE)


def identifier(kind: int, number: int) -> str:
    """Return the id of a subject or incident by its kind code and number."""
    return PREFIXES[kind] + shuffled(number + (ALIAS_OFFSET if kind == ALIAS else 0))
