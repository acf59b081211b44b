"""The text of each canonical column, as SQL over one file's raw columns: null values, masks, maps and defaults applied."""

from audit.schema import Column
from audit.sources.definition import ColumnRule, SourceDefinition
from audit.sources.patterns import sql_for_fit, sql_for_group
from audit.sources.raw import RawColumns
from audit.sql import quote_identifier, quote_list, quote_literal

# What str.strip() takes for white space: an identifier must not differ by how its exporter padded it.
_WHITE = "".join(map(chr, [*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287]))
WHITE_SPACE = _WHITE + chr(12288)
# An expression that fails gives NULL, so one that gives NULL must give something else: a text not met in a file.
_NULL = "\x01\x02\x01"


def is_text(column: Column) -> bool:
    """Say whether a column's text is its value."""
    return column.type in ("text", "identifier")


def cell_name(column: str) -> str:
    """The text that a typed column is made from."""
    return quote_identifier(f"{column} cell")


def failed_name(column: str) -> str:
    """Whether a column's expression failed on the record, or its pattern does not match."""
    return quote_identifier(f"{column} failed")


def used_columns(rule: ColumnRule) -> tuple[str, ...]:
    """Return the raw columns that a rule reads."""
    if not rule.expression:
        return rule.columns
    from audit.sources.expression import raw_columns  # what parses it takes long to import, and few need it

    return raw_columns(rule.expression)


def sql_for_cells(definition: SourceDefinition, raw: RawColumns, relation: str) -> str:
    """Return SQL for record_no, the text of each canonical column, and of an event which of them were masked."""
    parts = ["record_no"]
    tried: list[str] = []
    masked: list[tuple[str, str]] = []
    for column in definition.table.columns.values():
        name = quote_identifier(column.name) if is_text(column) else cell_name(column.name)
        rule = definition.rules.get(column.name)
        cell = "CAST(NULL AS VARCHAR)"
        if rule and _is_evaluated(rule, raw):
            tried.append(f"{_tried(rule, definition, raw)} AS {_tried_name(column.name)}")
            parts.append(f"{_tried_name(column.name)} IS NULL AS {failed_name(column.name)}")
        if rule and _is_taken_apart(rule, raw):
            tried.append(f"{_whole(rule, definition, raw)} AS {_tried_name(column.name)}")
            parts.append(f"{_unfit(rule)} AS {failed_name(column.name)}")
        if rule:
            cell = _cell(rule, column, definition, raw)
            shown = _translated(cell, rule, column)
            if rule.masked:
                test = _mask_test(cell, rule, column)
                masked.append((test, quote_literal(column.name)))
                shown = f"CASE WHEN {test} THEN NULL ELSE {shown} END"
            cell = shown
        parts.append(f"{cell} AS {name}")
    if definition.table.name == "event":
        parts.append(f"{_mask_list(masked)} AS masked")
    source = f"(SELECT *, {', '.join(tried)} FROM {relation})" if tried else relation
    return f"SELECT {', '.join(parts)} FROM {source}"


def evaluated_columns(definition: SourceDefinition, raw: RawColumns) -> tuple[str, ...]:
    """Return the canonical columns that an expression or a pattern is evaluated for in this file."""
    return tuple(
        name for name, rule in definition.rules.items() if _is_evaluated(rule, raw) or _is_taken_apart(rule, raw)
    )


def _is_evaluated(rule: ColumnRule, raw: RawColumns) -> bool:
    return rule.expression is not None and all(raw.find(name) is not None for name in used_columns(rule))


def _is_taken_apart(rule: ColumnRule, raw: RawColumns) -> bool:
    return rule.pattern is not None and any(raw.find(name) is not None for name in rule.columns)


def _whole(rule: ColumnRule, definition: SourceDefinition, raw: RawColumns) -> str:
    """The text that a pattern takes apart: the first cell that is not null, trimmed."""
    whole = Column(rule.name, "identifier")
    return _first_cell(rule, whole, definition, raw)


def _unfit(rule: ColumnRule) -> str:
    whole = _tried_name(rule.name)
    masked = f" AND {whole} NOT IN {quote_list(rule.masked)}" if rule.masked else ""
    return f"COALESCE(NOT {sql_for_fit(whole, rule.pattern or '')}{masked}, FALSE)"


def _mask_test(cell: str, rule: ColumnRule, column: Column) -> str:
    test = f"{_bare(cell, column)} IN {quote_list(rule.masked)}"
    # A mask may stand for the whole line, which then fits no pattern.
    return f"({test} OR {_tried_name(column.name)} IN {quote_list(rule.masked)})" if rule.pattern else test


def _tried_name(column: str) -> str:
    return quote_identifier(f"{column} tried")


def _tried(rule: ColumnRule, definition: SourceDefinition, raw: RawColumns) -> str:
    from audit.sources.expression import with_columns

    nothing = definition.read.null_values
    cells = {}
    for name in used_columns(rule):
        cell = quote_identifier(raw.find(name) or "")
        cells[name] = f"(CASE WHEN {cell} IN {quote_list(nothing)} THEN NULL ELSE {cell} END)" if nothing else cell
    made = with_columns(rule.expression or "", cells)
    return f"TRY(COALESCE(CAST(({made}) AS VARCHAR), {quote_literal(_NULL)}))"


def _cell(rule: ColumnRule, column: Column, definition: SourceDefinition, raw: RawColumns) -> str:
    if rule.value is not None:
        return quote_literal(rule.value) if rule.value else "CAST(NULL AS VARCHAR)"
    nothing = definition.read.null_values
    if rule.expression is not None:
        if not _is_evaluated(rule, raw):
            return "CAST(NULL AS VARCHAR)"
        made = f"NULLIF({_tried_name(column.name)}, {quote_literal(_NULL)})"
        return _not_null_value(made, column, nothing)
    if rule.pattern is not None:
        if not _is_taken_apart(rule, raw):
            return "CAST(NULL AS VARCHAR)"
        return _not_null_value(sql_for_group(_tried_name(column.name), rule.pattern, rule.group), column, nothing)
    return _first_cell(rule, column, definition, raw)


def _first_cell(rule: ColumnRule, column: Column, definition: SourceDefinition, raw: RawColumns) -> str:
    nothing = definition.read.null_values
    found = [quote_identifier(name) for label in rule.columns if (name := raw.find(label)) is not None]
    cells = [_not_null_value(name, column, nothing, raw.trimmed) for name in found]
    if not cells:
        return "CAST(NULL AS VARCHAR)"
    return cells[0] if len(cells) == 1 else f"COALESCE({', '.join(cells)})"


def _not_null_value(cell: str, column: Column, null_values: tuple[str, ...], trimmed: bool = False) -> str:
    if trimmed and null_values == ("",):
        return cell
    text = cell if column.type == "text" or trimmed else _trim(cell)
    nothing = tuple(value if column.type == "text" else value.strip() for value in null_values)
    if len(nothing) == 1:
        return f"NULLIF({text}, {quote_literal(nothing[0])})"
    return f"CASE WHEN {text} IN {quote_list(nothing)} THEN NULL ELSE {text} END" if nothing else text


def _trim(cell: str) -> str:
    # Trimming all white space costs a microsecond a row, and nearly no cell begins or ends with any.
    bare = f"ascii({cell}) BETWEEN 33 AND 126 AND {cell}[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {bare} THEN {cell} ELSE trim({cell}, {quote_literal(WHITE_SPACE)}) END"


def _bare(cell: str, column: Column) -> str:
    # An identifier was trimmed when it was taken.
    return _trim(cell) if column.type == "text" else cell


def _translated(cell: str, rule: ColumnRule, column: Column) -> str:
    if not rule.map:
        return cell if rule.default is None else f"COALESCE({cell}, {_meaning(rule.default)})"
    whens = " ".join(f"WHEN {quote_literal(word.strip())} THEN {_meaning(text)}" for word, text in rule.map.items())
    otherwise = _meaning(rule.default) if rule.default is not None else cell
    return f"CASE {_bare(cell, column)} {whens} ELSE {otherwise} END"


def _meaning(text: str) -> str:
    return quote_literal(text) if text else "NULL"


def _mask_list(masked: list[tuple[str, str]]) -> str:
    if not masked:
        return "CAST([] AS VARCHAR[])"
    if len(masked) == 1:
        test, name = masked[0]
        return f"CASE WHEN {test} THEN [{name}] ELSE CAST([] AS VARCHAR[]) END"
    names = ", ".join(f"CASE WHEN {test} THEN {name} END" for test, name in masked)
    return f"list_filter([{names}], lambda name: name IS NOT NULL)"
