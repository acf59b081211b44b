"""The warehouse at work: what stands in it, and passing relations of the same name that queries see in its place."""

from collections.abc import Iterable

import duckdb

from audit.catalogue import Catalogue
from audit.engine import DuckDBEngine, Parameters
from audit.schema import TABLES
from audit.sql import quote_identifier

# Passing relations of our own; all others are made by queries, or stand before a table of that name.
_OWN = "upkeep "
_NO_PLACE = "* EXCLUDE (_place)"


class Desk:
    """One connection that may write, and an engine on it whose relations are temporary and come before those that stand."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, seconds: float | None = None
    ) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self.engine = DuckDBEngine(connection, seconds=seconds)
        self._database = str(self.rows("SELECT current_database()")[0][0])

    def standing(self, name: str) -> str:
        """Name what stands in the warehouse, whatever passing relation has the same name."""
        return f"{quote_identifier(self._database)}.main.{quote_identifier(name)}"

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self.connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a SELECT: few."""
        return self.connection.execute(sql).fetchall()

    def count(self, sql: str) -> int:
        """Return how many rows a SELECT has."""
        return int(str(self.rows(f"SELECT count(*) FROM ({sql}) AS counted")[0][0]))

    def lay(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a passing table of a SELECT's rows."""
        self.engine.create_table(name, sql, parameters)

    def drop(self, *names: str) -> None:
        """Remove passing relations."""
        for name in names:
            self.engine.drop(name)

    def clear(self, everything: bool = False) -> None:
        """Remove the passing relations that queries made or see, so that names mean what stands; or `everything`."""
        for name in self.engine.made():
            if everything or not name.startswith(_OWN):
                self.engine.drop(name)

    def keep(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table of a SELECT's rows that stays; what stands of it is there to be read until it is made."""
        self.engine.execute(f"CREATE OR REPLACE TABLE {self.standing(name)} AS {sql}", parameters)

    def columns(self, name: str) -> list[str]:
        """Return the columns of what stands."""
        return [str(row[0]) for row in self.rows(f"DESCRIBE {self.standing(name)}")]

    def placed(self, name: str, which: str, columns: Iterable[str] | None = None) -> str:
        """SELECT for the rows of what stands, `standing`, that meet a condition, with the place of each: `_place`."""
        told = ["*"] if columns is None else [*map(quote_identifier, columns)]
        places = f"SELECT rowid AS _place FROM {self.standing(name)} AS standing WHERE {which}"
        # First the few columns of the condition are read, and then the others only where some rows were found.
        found = f"SELECT {', '.join([*told, 'rowid AS _place'])} FROM {self.standing(name)} WHERE rowid IN ({places})"
        return found if told else places

    def replace_rows(self, name: str, key: Iterable[str], old: str, new: str) -> None:
        """Put the rows of `new` where those of `old` stand, touching only what differs; both are SELECTs, `old` as `placed`.

        What goes is left in the passing table `upkeep gone NAME`, what comes in `upkeep made NAME`.
        """
        gone, made = f'"{_OWN}gone {name}"', f'"{_OWN}made {name}"'
        self.lay(f"{_OWN}old", old)
        self.lay(f"{_OWN}new", new)
        before, now = f'SELECT {_NO_PLACE} FROM "{_OWN}old"', f'SELECT * FROM "{_OWN}new"'
        stood = self.rows(f"{before} LIMIT 1")
        self.lay(f"{_OWN}gone {name}", f"{before} EXCEPT {now}")
        self.lay(f"{_OWN}made {name}", f"{now} EXCEPT {before}" if stood else now)
        same = same_values(key, "gone", "old")
        self.delete(name, f'"{_OWN}old" AS old WHERE EXISTS (SELECT 1 FROM {gone} AS gone WHERE {same})')
        self.execute(f"INSERT INTO {self.standing(name)} BY NAME SELECT * FROM {made}")

    def delete(self, name: str, placed: str) -> None:
        """Take away what stands in the places of these rows: the part of a SELECT after FROM."""
        self.execute(f"DELETE FROM {self.standing(name)} WHERE rowid IN (SELECT _place FROM {placed})")


def same_values(columns: Iterable[str], left: str, right: str) -> str:
    """SQL that says whether two relations agree in these columns; NULL agrees with NULL."""
    return " AND ".join(
        f"{left}.{quote_identifier(name)} IS NOT DISTINCT FROM {right}.{quote_identifier(name)}" for name in columns
    )


def content_of(table: str) -> str:
    """Return the columns of a canonical table that say something about the world, not where the row came from."""
    return ", ".join(map(quote_identifier, TABLES[table].columns))
