"""Find where a table begins and whether its first line names the columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from audit.drafting.aliases import is_known_label
from audit.drafting.dialect import Dialect
from audit.drafting.found import Remark
from audit.drafting.kinds import is_value


@dataclass(frozen=True)
class Header:
    """`skip`: lines before the table; `labels`: the header as it stands, () for none; `lines_before`: before the records."""

    skip: int
    labels: tuple[str, ...]
    lines_before: int
    evidence: str
    unsure: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class _Placed:
    """A record of the head and the physical lines before and behind it."""

    cells: tuple[str, ...]
    start: int
    end: int


def find_header(lines: Sequence[str], dialect: Dialect) -> Header:
    """Return where the table begins, by the first record of its width whose cells are mostly filled."""
    records = [record for record in _placed(lines, dialect) if len(record.cells) == dialect.width]
    if not records:
        return Header(0, (), 0, "no record was seen", unsure=True)
    first = next((at for at, record in enumerate(records[:20]) if _is_filled(record.cells)), 0)
    table = records[first:]
    skip = table[0].start
    named, evidence, unsure = judge_first([record.cells for record in table])
    if not named:
        return Header(skip, (), skip, evidence, unsure)
    return Header(skip, table[0].cells, table[0].end, evidence, unsure)


def _placed(lines: Sequence[str], dialect: Dialect) -> list[_Placed]:
    reader = dialect.reader(iter(lines))
    found: list[_Placed] = []
    before = 0
    while True:
        try:
            cells = next(reader)
        except (csv.Error, StopIteration):
            return found
        if any(cell.strip() for cell in cells):
            found.append(_Placed(tuple(cells), before, reader.line_num))
        before = reader.line_num


def _is_filled(cells: tuple[str, ...]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) > len(cells) / 2


def judge_first(rows: Sequence[Sequence[str | None]]) -> tuple[bool, str, bool]:
    """Say whether the first of the rows names columns, by what, and whether that is unsure."""
    first = [(cell or "").strip() for cell in rows[0]]
    known = [label for label in first if is_known_label(label)]
    values = sum(is_value(cell) for cell in first)
    if len(known) >= 2 and values <= len(first) / 4:
        return True, f"{len(known)} of the {len(first)} labels are known names of columns", False
    if values:
        return (
            False,
            f"none: {values} of the {len(first)} cells of the first line are times, numbers or identifiers",
            False,
        )
    below = [sum(is_value((row[place] or "").strip()) for row in rows[1:51]) for place in range(len(first))]
    seen = len(rows[1:51])
    contrasts = sum(count > seen * 0.6 for count in below) if seen else 0
    if contrasts:
        return (
            True,
            f"in {contrasts} columns the first line has words where times, numbers or identifiers follow",
            False,
        )
    if known:
        return True, "one label is a known name of a column, and nothing in the first line looks like a value", True
    return True, "nothing tells the first line from the others: taken for the header", True
