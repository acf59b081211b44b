"""The cells of a spreadsheet as text, column by column; knows which columns hold nothing but times."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
# Past this a double no longer tells every whole number from its neighbour.
_WHOLE_UP_TO = 2**53
_TIMES = frozenset({datetime, date})


def is_blank(row: Sequence[Cell]) -> bool:
    """Say whether no cell of a row holds anything."""
    return row.count("") == len(row)


def text_of(cell: Cell) -> str | None:
    """Return a cell's text: times as ISO 8601 gives them, whole numbers without a point, NULL for an empty one."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) <= _WHOLE_UP_TO else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(cell)


class ColumnKinds:
    """What kinds of cell each column was seen to hold."""

    def __init__(self, width: int) -> None:
        self._kinds: list[set[type]] = [set() for _ in range(width)]

    def texts(self, position: int, cells: Sequence[Cell]) -> list[str | None]:
        """Return the texts of some cells of a column, and remember their kinds."""
        kinds = {type(cell) for cell in cells if cell != ""}
        self._kinds[position] |= kinds
        return [text_of(cell) for cell in cells] if kinds - {str} else [str(cell) or None for cell in cells]

    def times(self) -> list[int]:
        """Return the places of the columns whose cells are all times or days."""
        return [place for place, kinds in enumerate(self._kinds) if kinds and kinds <= _TIMES]

    def mixed_times(self) -> list[int]:
        """Return the places of the columns in which times stand among texts: Excel reads 03/01 as a day, and not 13/01."""
        return [place for place, kinds in enumerate(self._kinds) if kinds & _TIMES and not kinds <= _TIMES]

    def with_midnights(self) -> list[int]:
        """Return those of them that hold both: there a day is a time whose clock stands at midnight."""
        return [place for place, kinds in enumerate(self._kinds) if kinds == _TIMES]
