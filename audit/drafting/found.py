"""What drafting finds in a file, as values: options of [read] with their evidence, columns, records, remarks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from audit.load.raw import name_columns

Cell = str | None
Row = tuple[Cell, ...]
OptionValue = str | int | bool | tuple[str, ...] | tuple[int, ...]

# Enough to know a column by; what these do not decide is looked for in the records behind them.
SAMPLE_RECORDS = 20_000


@dataclass(frozen=True)
class Remark:
    """Something to tell the reader; `unsure` where a person must decide. Holds no record's content."""

    text: str
    unsure: bool = False


@dataclass(frozen=True)
class Option:
    """One key of [read]: its value and why."""

    key: str
    value: OptionValue
    evidence: str
    unsure: bool = False


@dataclass
class RawTable:
    """A file's columns and first records as text.

    `names` are as a definition says them: trimmed, made unique. `rest` yields the records behind `rows`, once.
    `typed_times` are the columns whose cells were times already; `whole`: `rows` are all that there are.
    """

    options: list[Option]
    names: tuple[str, ...]
    rows: list[Row]
    rest: Iterator[Row] = field(default_factory=lambda: iter(()))
    whole: bool = True
    typed_times: frozenset[str] = frozenset()
    remarks: list[Remark] = field(default_factory=list)

    def column(self, place: int) -> list[Cell]:
        """Return the cells of one column."""
        return [row[place] for row in self.rows]


def unique_names(labels: list[str]) -> tuple[str, ...]:
    """Return header labels as the loader calls them: trimmed, the blank ones numbered, the second of a name as name_2."""
    return tuple(name_columns(labels))
