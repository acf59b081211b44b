"""When single officers work, read from the rota as stories ask for it."""

import duckdb

from audit.simulate.staff import Officer

Span = tuple[int, int]


class Hours:
    """Reads one officer's rota once; a story needs few of them, a force has thousands."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take the database with the table `planned`."""
        self._connection = connection
        self._known: dict[int, list[tuple[int, int, str]]] = {}

    def worked(self, officer: Officer) -> list[Span]:
        """Return (start, end) of the shifts worked, without overtime."""
        return [(start, end) for start, end, status in self._rows(officer) if status == "on_duty"]

    def on_shift(self, start: int, end: int) -> set[int]:
        """Return the numbers of all officers who work a whole shift within a span: one look at the rota for a crowd."""
        return {
            number
            for (number,) in self._connection.execute(
                "SELECT DISTINCT user_no FROM planned WHERE status = 'on_duty' AND starts >= ? AND ends <= ?",
                [start, end],
            ).fetchall()
        }

    def planned(self, officer: Officer) -> list[Span]:
        """Return (start, end) of all shifts, worked or not, and with the longest overtime."""
        return [(start, end + 4 * 3600) for start, end, _ in self._rows(officer)]

    def on_leave(self, officer: Officer, start: int, end: int) -> list[Span]:
        """Return the shifts within a span on which the officer was on leave."""
        return [(a, b) for a, b, status in self._rows(officer) if status == "leave" and a >= start and b <= end]

    def _rows(self, officer: Officer) -> list[tuple[int, int, str]]:
        if officer.number not in self._known:
            self._known[officer.number] = self._connection.execute(
                "SELECT starts, ends, status FROM planned WHERE user_no = ? ORDER BY starts", [officer.number]
            ).fetchall()
        return self._known[officer.number]
