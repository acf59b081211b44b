"""What the program needs of an engine. DuckDB is one; nothing above this package knows which."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import pyarrow as pa

Parameters: TypeAlias = Mapping[str, object]


class Engine(Protocol):
    """Runs one SQL text at a time over named relations. Times are UTC; the texts are in the portable subset."""

    name: str
    version: str

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the rows of a SELECT. Parameters that the text does not use are left out."""

    def create_table(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table of a SELECT's rows, in place of any relation of that name."""

    def create_view(self, name: str, sql: str) -> None:
        """Name a SELECT, in place of any relation of that name."""

    def create_table_from(self, name: str, table: pa.Table) -> None:
        """Make a table of an Arrow table's rows, in place of any relation of that name."""

    def columns(self, name: str) -> dict[str, str]:
        """Return column -> type name in DuckDB's words, in order; empty when there is no such relation."""

    def drop(self, name: str) -> None:
        """Remove the relation of that name, if there is one."""
