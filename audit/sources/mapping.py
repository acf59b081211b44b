"""A definition and the columns of one file become SQL: raw text in, canonical columns and the rules they break out."""

from dataclasses import dataclass
from datetime import datetime

from audit.errors import SourceError
from audit.schema import Column
from audit.sources import times
from audit.sources.cells import cell_name, evaluated_columns, is_text, sql_for_cells, used_columns
from audit.sources.definition import ColumnRule, SourceDefinition, did_you_mean
from audit.sources.raw import RawColumns
from audit.sources.rules import HEADER_RULE, Fault, faults_of
from audit.sql import quote_identifier, quote_list
from audit.timezones import Zone, read_zone, sql_for_local

__all__ = ["Fault", "MappedRelation", "RawColumns", "derives_event_id", "map_columns", "used_columns"]

TRUE_WORDS = ("true", "t", "yes", "y", "1")
# How a typed cell is written down where it stands among texts.
_TYPED_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
_TYPED_DAYS = ("%Y-%m-%d",)
FALSE_WORDS = ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class MappedRelation:
    """SQL for a relation of `record_no` and the canonical columns (typed), and the rules that its rows may break."""

    sql: str
    columns: tuple[str, ...]
    faults: tuple[Fault, ...]


def map_columns(
    definition: SourceDefinition, raw: RawColumns, relation: str, zone: Zone, latest: datetime
) -> MappedRelation:
    """Return the canonical form of a raw relation, which has `record_no` and text columns.

    `zone` is the workspace's: local day and hour are reckoned in it. A log's time after `latest` (UTC) is misdated.

    Raises:
        SourceError: a mapped column that is not optional is absent from the file.

    """
    _check_present(definition, raw)
    columns = tuple(definition.table.columns.values())
    sql = sql_for_cells(definition, raw, relation)
    for column in columns:
        rule = definition.rules.get(column.name)
        if column.type == "timestamp" and rule is not None:
            sql = times.sql_with_times(column.name, _formats(rule, raw, column), column.day_precision, sql)
    sql = _typed(definition, columns, raw, latest, sql)
    if definition.table.name == "event":
        sql = _with_clock(sql, zone, latest)
    faults = faults_of(definition, evaluated_columns(definition, raw), derives_event_id(definition, raw), latest)
    if raw.headers:
        faults = (*faults, Fault(HEADER_RULE, f"record_no IN (SELECT record_no FROM {raw.headers})"))
    return MappedRelation(sql, tuple(column.name for column in columns), faults)


def derives_event_id(definition: SourceDefinition, raw: RawColumns) -> bool:
    """Say whether the source has no event ids of its own, so that they are made from content."""
    rule = definition.rules.get("event_id")
    if definition.table.name != "event":
        return False
    return rule is None or (rule.optional and not any(raw.find(name) for name in used_columns(rule)) and not rule.value)


def _check_present(definition: SourceDefinition, raw: RawColumns) -> None:
    missing = []
    # Of a file without a header the first record passes for one, and no cell of it may stand in a message.
    known = (
        raw.names if any(raw.find(name) for rule in definition.rules.values() for name in used_columns(rule)) else ()
    )
    for rule in definition.rules.values():
        used = used_columns(rule)
        absent = [name for name in used if raw.find(name) is None]
        enough = len(absent) < len(used) if len(rule.columns) > 1 else not absent
        if used and not enough and not rule.optional:
            missing += [f'column "{name}" is absent{did_you_mean(name, known)}' for name in absent]
    missing = list(dict.fromkeys(missing))
    if missing and not known:
        missing[-1] += ", as are all: see [read] header, skip, delimiter and encoding"
    if missing:
        raise SourceError(missing)


def _formats(rule: ColumnRule, raw: RawColumns, column: Column) -> tuple[str, ...]:
    found = {name for label in rule.columns if (name := raw.find(label)) is not None}
    if not rule.formats or (found and found <= raw.typed_times):
        return ()
    if found & (raw.mixed_times | raw.typed_times):
        days = _TYPED_DAYS if column.type == "date" or column.day_precision else ()
        return tuple(dict.fromkeys((*rule.formats, *_TYPED_TIMES, *days)))
    return rule.formats


def _typed(
    definition: SourceDefinition, columns: tuple[Column, ...], raw: RawColumns, latest: datetime, sql: str
) -> str:
    parts = []
    zone = read_zone(definition.read.timezone)
    for column in columns:
        if is_text(column):
            continue
        rule = definition.rules.get(column.name)
        made = (
            _typed_value(column, _formats(rule, raw, column), zone, latest)
            if rule
            else f"CAST(NULL AS {column.duckdb_type})"
        )
        parts.append(f"{made} AS {quote_identifier(column.name)}")
    return f"SELECT *, {', '.join(parts)} FROM ({sql})" if parts else sql


def _typed_value(column: Column, formats: tuple[str, ...], zone: Zone, latest: datetime) -> str:
    cell = cell_name(column.name)
    if column.type == "timestamp":
        # What is logged after the latest time is quarantined, so its zone does not matter; reference data looks ahead.
        return times.sql_for_time(column.name, zone, None if column.day_precision else latest)
    if column.type == "date":
        return times.sql_for_date(column.name, formats)
    if column.type == "integer":
        # A plain cast would round 1.5 and take 1e3 and 1_000; 12.0 is what a spreadsheet makes of 12.
        plain = f"TRY_CAST({cell} AS BIGINT)"
        whole = f"TRY_CAST(regexp_replace({cell}, '\\.0*$', '') AS BIGINT)"
        return (
            f"CASE WHEN CAST({plain} AS VARCHAR) = {cell} THEN {plain} "
            f"WHEN regexp_full_match({cell}, '[+-]?[0-9]+(\\.0*)?') THEN {whole} END"
        )
    truths = f"WHEN lower({cell}) IN {quote_list(TRUE_WORDS)} THEN TRUE"
    return f"CASE {truths} WHEN lower({cell}) IN {quote_list(FALSE_WORDS)} THEN FALSE END"


def _with_clock(sql: str, zone: Zone, latest: datetime) -> str:
    local = f"SELECT *, {sql_for_local('occurred_at', zone, latest)} AS local_at FROM ({sql})"
    return (
        "SELECT *, CAST(local_at AS DATE) AS local_date, CAST(hour(local_at) AS INTEGER) AS local_hour, "
        "CAST(isodow(local_at) AS INTEGER) AS iso_weekday, epoch_us(occurred_at) // 1000000 AS occurred_epoch "
        f"FROM ({local})"
    )
