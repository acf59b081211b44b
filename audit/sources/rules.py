"""The rules of a canonical table, each with the name that quarantine shows and SQL that is true where it is broken."""

from dataclasses import dataclass
from datetime import datetime

from audit.schema import Column
from audit.sources import times
from audit.sources.cells import cell_name, failed_name, is_text
from audit.sources.definition import SourceDefinition
from audit.sql import quote_identifier, quote_list

HEADER_RULE = "record: a header row"
EARLIEST = "1970-01-01"
_WORDS = {"date": "not a date", "integer": "not a whole number", "boolean": "not true or false"}


@dataclass(frozen=True)
class Fault:
    """A rule of the canonical table: its name as quarantine shows it, and SQL that is true where it is broken."""

    rule: str
    broken: str


def faults_of(
    definition: SourceDefinition, evaluated: tuple[str, ...], derives_id: bool, latest: datetime
) -> tuple[Fault, ...]:
    """Return all rules that a record may break. `evaluated`: made by expressions or patterns; `derives_id`: no event_id comes."""
    faults = []
    for column in definition.table.columns.values():
        if column.name == "event_id" and derives_id:
            continue
        if column.name in evaluated:
            word = "the pattern does not match" if definition.rules[column.name].pattern else "the expression fails"
            faults.append(Fault(f"{column.name}: {word}", failed_name(column.name)))
        if column.name in definition.rules:
            faults += _column_faults(column, latest)
        elif column.required:
            faults.append(Fault(f"{column.name}: missing", "TRUE"))
    return (*faults, *_table_faults(definition))


def _column_faults(column: Column, latest: datetime) -> list[Fault]:
    name = quote_identifier(column.name)
    cell = name if is_text(column) else cell_name(column.name)
    faults = []
    if column.required:
        faults.append(Fault(f"{column.name}: missing", f"{cell} IS NULL"))
    if column.vocabulary:
        faults.append(Fault(f"{column.name}: not a known word", f"{name} NOT IN {quote_list(column.vocabulary)}"))
    if column.type in _WORDS:
        faults.append(Fault(f"{column.name}: {_WORDS[column.type]}", f"{cell} IS NOT NULL AND {name} IS NULL"))
    if column.type == "timestamp":
        faults += _time_faults(column, name, cell, latest)
    return faults


def _time_faults(column: Column, name: str, cell: str, latest: datetime) -> list[Fault]:
    wall, zoned = times.wall_name(column.name), times.zoned_name(column.name)
    unread = f"{cell} IS NOT NULL AND {wall} IS NULL AND {zoned} IS NULL"
    only_day = f"regexp_full_match({cell}, '{times.DAY}')"
    faults = [
        *(
            [Fault(f"{column.name}: not a time", unread)]
            if column.day_precision
            else [
                Fault(f"{column.name}: not a time", f"{unread} AND NOT {only_day}"),
                # Midnight would be a guess, and at the wrong hour of duty; a definition that declares "%Y-%m-%d" says so itself.
                Fault(f"{column.name}: not a time, only a day", f"{unread} AND {only_day}"),
            ]
        ),
        Fault(f"{column.name}: no such local time", f"{wall} IS NOT NULL AND {name} IS NULL"),
    ]
    if not column.day_precision:
        faults.append(Fault(f"{column.name}: before {EARLIEST}", f"{name} < TIMESTAMP '{EARLIEST}'"))
        faults.append(Fault(f"{column.name}: in the future", f"{name} > TIMESTAMP '{latest.isoformat(sep=' ')}'"))
    return faults


def _table_faults(definition: SourceDefinition) -> list[Fault]:
    names = definition.table.one_of
    if not names:
        return []
    given = " + ".join(f"CAST({quote_identifier(name)} IS NOT NULL AS INTEGER)" for name in names)
    words = " or ".join(names)
    if definition.table.exactly_one:
        return [Fault(f"{words}: not exactly one", f"{given} <> 1")]
    return [Fault(f"{words}: none given", f"{given} = 0")]
