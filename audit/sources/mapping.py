"""A definition and the columns of one file become SQL: raw text in, canonical columns and the rules they break out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.errors import SourceError
from audit.schema import Column
from audit.sources import times
from audit.sources.definition import ColumnRule, SourceDefinition, did_you_mean
from audit.sources.expression import raw_columns
from audit.sql import quote_identifier, quote_list, quote_literal
from audit.timezones import Zone, read_zone, sql_for_local

TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")
EARLIEST = "1970-01-01"


@dataclass(frozen=True)
class RawColumns:
    """The text columns of one file as they stand in the engine: header name -> column name there.

    `typed_times` are the engine's columns whose cells were times already (Parquet), so that no declared format applies.
    """

    names: Mapping[str, str]
    typed_times: frozenset[str] = frozenset()

    def find(self, name: str) -> str | None:
        """Return the engine's column for a header name: exact after trimming, else the only one that differs in case."""
        wanted = name.strip()
        if wanted in self.names:
            return self.names[wanted]
        near = [column for header, column in self.names.items() if header.lower() == wanted.lower()]
        return near[0] if len(near) == 1 else None


@dataclass(frozen=True)
class Fault:
    """A rule of the canonical table: its name as quarantine shows it, and SQL that is true where it is broken."""

    rule: str
    broken: str


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
    sql = _cells(definition, raw, relation)
    sql = _times(definition, columns, raw, sql)
    sql = _typed(definition, columns, sql)
    if definition.table.name == "event":
        sql = _with_clock(sql, zone)
    return MappedRelation(sql, tuple(column.name for column in columns), tuple(_faults(definition, columns, latest)))


def used_columns(rule: ColumnRule) -> tuple[str, ...]:
    """Return the raw columns that a rule reads."""
    return raw_columns(rule.expression) if rule.expression else rule.columns


def derives_event_id(definition: SourceDefinition, raw: RawColumns) -> bool:
    """Say whether the source has no event ids of its own, so that they are made from content."""
    rule = definition.rules.get("event_id")
    if definition.table.name != "event":
        return False
    return rule is None or (rule.optional and not any(raw.find(name) for name in used_columns(rule)) and not rule.value)


def _check_present(definition: SourceDefinition, raw: RawColumns) -> None:
    missing = []
    for rule in definition.rules.values():
        used = used_columns(rule)
        absent = [name for name in used if raw.find(name) is None]
        enough = len(absent) < len(used) if len(rule.columns) > 1 else not absent
        if used and not enough and not rule.optional:
            missing += [f'column "{name}" is absent{did_you_mean(name, raw.names)}' for name in absent]
    if missing:
        raise SourceError(list(dict.fromkeys(missing)))


def _cells(definition: SourceDefinition, raw: RawColumns, relation: str) -> str:
    """The text of each canonical column, after null values, masks and maps."""
    parts = ["record_no"]
    masked = []
    for column in definition.table.columns.values():
        rule = definition.rules.get(column.name)
        name = quote_identifier(column.name) if _is_text(column) else times.cell_name(column.name)
        cell = _cell(rule, column, definition, raw) if rule else "CAST(NULL AS VARCHAR)"
        if rule and rule.masked:
            test = f"trim({cell}) IN {quote_list(rule.masked)}"
            masked.append(f"CASE WHEN {test} THEN {quote_literal(column.name)} END")
            cell = f"CASE WHEN {test} THEN NULL ELSE {cell} END"
        if rule:
            cell = _translated(cell, rule)
        parts.append(f"{cell} AS {name}")
    if definition.table.name == "event":
        parts.append(f"{_mask_list(masked)} AS masked")
    source = _named_for_expressions(definition, raw, relation)
    return f"SELECT {', '.join(parts)} FROM {source}"


def _mask_list(masked: list[str]) -> str:
    if not masked:
        return "CAST([] AS VARCHAR[])"
    return f"list_filter([{', '.join(masked)}], lambda name: name IS NOT NULL)"


def _cell(rule: ColumnRule, column: Column, definition: SourceDefinition, raw: RawColumns) -> str:
    if rule.value is not None:
        return quote_literal(rule.value)
    if rule.expression is not None:
        if any(raw.find(name) is None for name in used_columns(rule)):
            return "CAST(NULL AS VARCHAR)"
        text = f"CAST(({rule.expression}) AS VARCHAR)"
        return f"NULLIF(trim({text}), '')" if column.type != "text" else text
    found = [engine_name for name in rule.columns if (engine_name := raw.find(name)) is not None]
    cells = [_not_null_value(quote_identifier(name), column, definition.read.null_values) for name in found]
    if not cells:
        return "CAST(NULL AS VARCHAR)"
    return cells[0] if len(cells) == 1 else f"COALESCE({', '.join(cells)})"


def _not_null_value(cell: str, column: Column, null_values: tuple[str, ...]) -> str:
    text = cell if column.type == "text" else f"trim({cell})"
    nothing = tuple(value.strip() if column.type != "text" else value for value in null_values)
    if len(nothing) == 1:
        return f"NULLIF({text}, {quote_literal(nothing[0])})"
    return f"CASE WHEN {text} IN {quote_list(nothing)} THEN NULL ELSE {text} END" if nothing else text


def _translated(cell: str, rule: ColumnRule) -> str:
    if not rule.map:
        return cell if rule.default is None else f"COALESCE({cell}, {quote_literal(rule.default)})"
    whens = " ".join(
        f"WHEN {quote_literal(word.strip())} THEN {quote_literal(meaning)}" for word, meaning in rule.map.items()
    )
    otherwise = quote_literal(rule.default) if rule.default is not None else cell
    return f"CASE trim({cell}) {whens} ELSE {otherwise} END"


def _named_for_expressions(definition: SourceDefinition, raw: RawColumns, relation: str) -> str:
    """Give the raw columns that expressions read the names that they have there, null values applied."""
    named = {
        name: column
        for rule in definition.rules.values()
        if rule.expression
        for name in raw_columns(rule.expression)
        if (column := raw.find(name)) is not None
    }
    if not named:
        return relation
    nothing = definition.read.null_values
    extra = [
        f"CASE WHEN {quote_identifier(column)} IN {quote_list(nothing)} THEN NULL ELSE {quote_identifier(column)} END "
        f"AS {quote_identifier(name)}"
        if nothing
        else f"{quote_identifier(column)} AS {quote_identifier(name)}"
        for name, column in named.items()
    ]
    return f"(SELECT *, {', '.join(extra)} FROM {relation})"


def _times(definition: SourceDefinition, columns: tuple[Column, ...], raw: RawColumns, sql: str) -> str:
    wanted = [column for column in columns if column.type == "timestamp" and column.name in definition.rules]
    if not wanted:
        return sql
    walls, zoned = [], []
    for column in wanted:
        formats = _formats(definition.rules[column.name], raw)
        wall = times.sql_for_wall(column.name, formats, column.day_precision)
        walls.append(f"{wall} AS {times.wall_name(column.name)}")
        zoned.append(f"{times.sql_for_zoned(column.name, formats)} AS {times.zoned_name(column.name)}")
    sql = f"SELECT *, {', '.join(walls)} FROM ({sql})"
    return f"SELECT *, {', '.join(zoned)} FROM ({sql})"


def _formats(rule: ColumnRule, raw: RawColumns) -> tuple[str, ...]:
    found = {raw.find(name) for name in rule.columns}
    return () if found and found <= raw.typed_times else rule.formats


def _typed(definition: SourceDefinition, columns: tuple[Column, ...], sql: str) -> str:
    parts = []
    zone = read_zone(definition.read.timezone)
    for column in columns:
        if _is_text(column):
            continue
        rule = definition.rules.get(column.name)
        made = _typed_value(column, rule, zone) if rule else f"CAST(NULL AS {column.duckdb_type})"
        parts.append(f"{made} AS {quote_identifier(column.name)}")
    return f"SELECT *, {', '.join(parts)} FROM ({sql})" if parts else sql


def _typed_value(column: Column, rule: ColumnRule, zone: Zone) -> str:
    cell = times.cell_name(column.name)
    if column.type == "timestamp":
        return times.sql_for_time(column.name, zone)
    if column.type == "date":
        return times.sql_for_date(column.name, rule.formats)
    if column.type == "integer":
        # A plain cast would round 1.5 and take 1e3; 12.0 is what a spreadsheet makes of 12.
        whole = f"regexp_replace({cell}, '\\.0+$', '')"
        return f"CASE WHEN regexp_full_match({cell}, '[+-]?[0-9]+(\\.0+)?') THEN TRY_CAST({whole} AS BIGINT) END"
    truths = f"WHEN lower({cell}) IN {quote_list(TRUE_WORDS)} THEN TRUE"
    return f"CASE {truths} WHEN lower({cell}) IN {quote_list(FALSE_WORDS)} THEN FALSE END"


def _with_clock(sql: str, zone: Zone) -> str:
    local = f"SELECT *, {sql_for_local('occurred_at', zone)} AS local_at FROM ({sql})"
    return (
        "SELECT *, CAST(local_at AS DATE) AS local_date, CAST(hour(local_at) AS INTEGER) AS local_hour, "
        "CAST(isodow(local_at) AS INTEGER) AS iso_weekday, epoch_us(occurred_at) // 1000000 AS occurred_epoch "
        f"FROM ({local})"
    )


def _faults(definition: SourceDefinition, columns: tuple[Column, ...], latest: datetime) -> list[Fault]:
    faults = []
    for column in columns:
        rule = definition.rules.get(column.name)
        if rule is None:
            if column.required and column.name != "event_id":
                faults.append(Fault(f"{column.name}: missing", "TRUE"))
            continue
        faults += _column_faults(column, latest)
    faults += _table_faults(definition)
    return faults


def _column_faults(column: Column, latest: datetime) -> list[Fault]:
    name = quote_identifier(column.name)
    cell = name if _is_text(column) else times.cell_name(column.name)
    faults = []
    if column.required:
        faults.append(Fault(f"{column.name}: missing", f"{cell} IS NULL"))
    if column.vocabulary:
        known = quote_list(column.vocabulary)
        faults.append(Fault(f"{column.name}: not a known word", f"{name} NOT IN {known}"))
    if column.type == "timestamp":
        wall, zoned = times.wall_name(column.name), times.zoned_name(column.name)
        faults.append(
            Fault(f"{column.name}: not a time", f"{cell} IS NOT NULL AND {wall} IS NULL AND {zoned} IS NULL"),
        )
        faults.append(Fault(f"{column.name}: no such local time", f"{wall} IS NOT NULL AND {name} IS NULL"))
    words = {"date": "not a date", "integer": "not a whole number", "boolean": "not true or false"}
    if column.type in words:
        faults.append(Fault(f"{column.name}: {words[column.type]}", f"{cell} IS NOT NULL AND {name} IS NULL"))
    if column.type == "timestamp" and not column.day_precision:
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


def _is_text(column: Column) -> bool:
    return column.type in ("text", "identifier")
