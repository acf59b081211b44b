"""What every reader hands on: one file's records as text in a temporary table, and those that are no records."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.sources.mapping import RawColumns

RAW_TABLE = "raw_record"


@dataclass(frozen=True)
class Reject:
    """A piece of a file that cannot be read as a record: its number among the records, why, and its text."""

    record_no: int
    reason: str
    record: str


@dataclass(frozen=True)
class RawFile:
    """One file as read.

    `relation` is SQL for a relation of `record_no` (from 1, rejects counted) and the text columns; `record` is SQL over
    it for the record's text as quarantine keeps it.
    """

    relation: str
    record: str
    columns: RawColumns
    records: int
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = ()


def name_columns(header: Sequence[str]) -> dict[str, str]:
    """Return header name (trimmed, made unique) -> engine column, in order of the header."""
    names: dict[str, str] = {}
    for position, label in enumerate(header):
        name = label.strip().lstrip("\ufeff") or f"column_{position + 1}"
        unique, copy = name, 2
        while unique in names:
            unique, copy = f"{name}_{copy}", copy + 1
        names[unique] = f"c{position}"
    return names
