"""Spark behind the engine interface: the same texts, transpiled. Relations are temporary views of one session.

Reads no source file and writes none but the tables of a scratch folder: loading is DuckDB's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from audit.engine.base import Parameters
from audit.engine.shared_parts import cut
from audit.engine.transpile import to_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# No query may name a relation so: it is not one of an identifier's first characters in the catalogue.
_PART = "_part_"


class SparkEngine:
    """Runs queries in one Spark session.

    `scratch`: a folder that driver and workers share, for tables; None = the driver holds them: few rows.
    """

    name = "spark"

    def __init__(self, session: "SparkSession", scratch: Path | None = None) -> None:
        """Take an open session."""
        self.session = session
        self.version = session.version
        self._scratch = scratch
        self._made = 0

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the rows of a SELECT."""
        with self._written_parts(sql, parameters) as rest:
            return _plain(self._frame(rest, parameters).toArrow())

    def create_table(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table of a SELECT's rows."""
        with self._written_parts(sql, parameters) as rest:
            self._write(name, self._frame(rest, parameters))

    def create_view(self, name: str, sql: str) -> None:
        """Name a SELECT; what it reads is looked up by name whenever it is read."""
        self.session.sql(f"CREATE OR REPLACE TEMPORARY VIEW {_quoted(name)} AS {to_spark(sql)}")

    def create_table_from(self, name: str, table: pa.Table) -> None:
        """Make a table of an Arrow table's rows."""
        self._name(name, table)

    def read_parquet(self, name: str, folder: Path, columns: Mapping[str, str] | None) -> None:
        """Name the Parquet files of a folder, which may be partitioned. `columns`: column -> DuckDB type; None: as they say."""
        reader = self.session.read
        if columns is not None:
            reader = reader.schema(", ".join(f"{_quoted(name)} {_spark_type(kind)}" for name, kind in columns.items()))
        reader.parquet(str(folder)).createOrReplaceTempView(_quoted(name))

    def columns(self, name: str) -> dict[str, str]:
        """Return column -> DuckDB type, in order; empty when there is no such relation."""
        if not self.session.catalog.tableExists(_quoted(name)):
            return {}
        return {
            field.name: _duckdb_type(field.dataType.simpleString())
            for field in self.session.table(_quoted(name)).schema
        }

    def drop(self, name: str) -> None:
        """Remove the relation of that name, if there is one."""
        self.session.catalog.dropTempView(_quoted(name))

    @contextmanager
    def _written_parts(self, sql: str, parameters: Parameters | None) -> Iterator[str]:
        """Write what a SELECT reads more than once, and yield what is left of it."""
        pieces, written = cut(sql, _PART), []
        try:
            for name, part in pieces.parts:
                frame = self._frame(part, parameters)
                if any(field.dataType.typeName() == "void" for field in frame.schema):
                    break  # a column of bare NULLs, which Parquet does not take
                self._write(name, frame)
                written.append(name)
            yield pieces.rest if len(written) == len(pieces.parts) else sql
        finally:
            for name in written:
                self.drop(name)

    def _write(self, name: str, frame: "DataFrame") -> None:
        if self._scratch is None:
            self._name(name, frame.toArrow())
            return
        self._made += 1
        folder = str(self._scratch / f"{self._made:04}")
        frame.write.parquet(folder)
        self.session.read.schema(frame.schema).parquet(folder).createOrReplaceTempView(_quoted(name))

    def _name(self, name: str, table: pa.Table) -> None:
        self.session.createDataFrame(table).createOrReplaceTempView(_quoted(name))

    def _frame(self, sql: str, parameters: Parameters | None) -> "DataFrame":
        from pyspark.sql import functions

        text = to_spark(sql)
        args = {
            name: functions.array(*map(functions.lit, value)) if isinstance(value, list) else value
            for name, value in (parameters or {}).items()
            if f":{name}" in text
        }
        return self.session.sql(text, args=args)


_TYPES: Mapping[str, str] = {
    "string": "VARCHAR",
    "timestamp_ntz": "TIMESTAMP",
    "date": "DATE",
    "bigint": "BIGINT",
    "int": "INTEGER",
    "smallint": "SMALLINT",
    "boolean": "BOOLEAN",
    "double": "DOUBLE",
    "void": "INTEGER",
}


def _duckdb_type(kind: str) -> str:
    if kind.startswith("array<"):
        return f"{_duckdb_type(kind[6:-1])}[]"
    return kind.upper() if kind.startswith("decimal") else _TYPES[kind]


def _spark_type(kind: str) -> str:
    if kind.endswith("[]"):
        return f"array<{_spark_type(kind.removesuffix('[]'))}>"
    return next(ours for ours, theirs in _TYPES.items() if theirs == kind)


def _plain(table: pa.Table) -> pa.Table:
    """Return the rows in the types in which the other engine gives them: nothing is marked as never NULL."""
    return table.cast(pa.schema([pa.field(field.name, field.type) for field in table.schema]))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
