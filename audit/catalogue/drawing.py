"""Tables drawn as text, as a query's cases have them.

A drawn table is a header and rows, cells between `|`, trimmed. An empty cell is NULL; a cell between single quotes is the text
between them, so that `''` is an empty text and `'  '` a blank one.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """A drawn table: texts, not yet of any type. None is NULL."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def draw(text: str) -> Drawn:
    """Read one drawn table.

    Raises:
        ValueError: a row has more or fewer cells than the header, or a column is named twice.

    """
    lines = [line for line in text.splitlines() if line.strip()]
    columns = tuple(cell.strip() for cell in lines[0].split("|"))
    if len(set(columns)) < len(columns) or not all(columns):
        raise ValueError("every column of a drawn table needs a name of its own")
    rows = []
    for number, line in enumerate(lines[1:], start=1):
        cells = tuple(_cell(cell.strip()) for cell in line.split("|"))
        if len(cells) != len(columns):
            raise ValueError(f"row {number} has {len(cells)} cells under {len(columns)} columns")
        rows.append(cells)
    return Drawn(columns, tuple(rows))


def draw_all(tables: Mapping[str, str]) -> dict[str, Drawn]:
    """Read drawn tables by name. Raises ValueError."""
    drawn = {}
    for name, text in tables.items():
        try:
            drawn[name] = draw(text)
        except ValueError as fault:
            raise ValueError(f'table "{name}": {fault}') from None
    return drawn


def add_rows(above: Drawn, below: Drawn) -> Drawn:
    """Return the rows of two drawn tables. A column that one of them lacks is NULL in its rows."""
    columns = tuple(dict.fromkeys([*above.columns, *below.columns]))
    rows = (
        tuple(dict(zip(drawn.columns, row, strict=True)).get(name) for name in columns)
        for drawn in (above, below)
        for row in drawn.rows
    )
    return Drawn(columns, tuple(rows))


def _cell(text: str) -> str | None:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text or None
