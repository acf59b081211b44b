"""Check that an expression of a definition is one scalar SQL expression over its own record, by parsing it."""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from audit.sources.patterns import fault_of
from audit.sql import quote_literal

# What an expression may hold besides columns, literals and operators. Anything that reads a table, a file, a setting,
# the clock or chance is not here, so it is refused by its absence.
_FUNCTIONS = frozenset(
    [
        "CONCAT",
        "CONCAT_WS",
        "LOWER",
        "UPPER",
        "TRIM",
        "LTRIM",
        "RTRIM",
        "REPLACE",
        "TRANSLATE",
        "SUBSTR",
        "SUBSTRING",
        "LEFT",
        "RIGHT",
        "LENGTH",
        "REVERSE",
        "REPEAT",
        "LPAD",
        "RPAD",
        "STRPOS",
        "INSTR",
        "POSITION",
        "SPLIT_PART",
        "STARTS_WITH",
        "ENDS_WITH",
        "CONTAINS",
        "PREFIX",
        "SUFFIX",
        "COALESCE",
        "NULLIF",
        "IFNULL",
        "IF",
        "GREATEST",
        "LEAST",
        "ABS",
        "ROUND",
        "FLOOR",
        "CEIL",
        "CEILING",
        "REGEXP_EXTRACT",
        "REGEXP_REPLACE",
        "REGEXP_MATCHES",
        "REGEXP_FULL_MATCH",
        "REGEXP_LIKE",
        "STRFTIME",
        "STRPTIME",
        "TRY_STRPTIME",
        "DATE_TRUNC",
        "MAKE_TIMESTAMP",
        "MAKE_DATE",
        "TO_DATE",
        "TO_TIMESTAMP",
        "EPOCH_MS",
        "TO_SECONDS",
        "TO_MINUTES",
        "TO_HOURS",
        "TO_DAYS",
        "MD5",
        "SHA256",
        "CHR",
        "ASCII",
        "ORD",
        "UNICODE",
        "HEX",
        "UNHEX",
        "JSON_EXTRACT_STRING",
        "STRING_SPLIT",
        "LIST_EXTRACT",
        "ARRAY_EXTRACT",
        "INITCAP",
        "STRIP_ACCENTS",
        "NFC_NORMALIZE",
    ]
)

_SELECT = "SELECT "
_FORBIDDEN = (exp.Query, exp.Table, exp.Window, exp.AggFunc, exp.Parameter, exp.Placeholder, exp.Star, exp.Lambda)


def check_expression(text: str) -> list[str]:
    """Return what is wrong with the expression; nothing when it may run."""
    try:
        parsed = parse_expression(text)
    except SqlglotError:
        return ["expression: is not one SQL expression"]
    if any(isinstance(node, _FORBIDDEN) for node in parsed.walk()):
        return [
            "expression: must be one scalar expression over its own record: no subquery, table, window or aggregate"
        ]
    unknown = sorted(
        {name for node in parsed.find_all(exp.Func) if (name := _name(node)) not in _FUNCTIONS} - _OPERATORS
    )
    if unknown:
        return [f"expression: {', '.join(unknown)} may not be used there"]
    return [
        f"expression: {quote_literal(pattern)} is no pattern of RE2 ({fault})"
        for pattern in _patterns(parsed)
        if (fault := fault_of(pattern)) is not None
    ]


def raw_columns(text: str) -> tuple[str, ...]:
    """Return the names of the raw columns that a checked expression reads, in order of appearance."""
    found = [_full_name(column) for column in parse_expression(text).find_all(exp.Column)]
    return tuple(dict.fromkeys(found))


def with_columns(text: str, cells: Mapping[str, str]) -> str:
    """Return the expression with SQL in the place of each raw column; all else stays as it was written."""
    places = []
    for column in parse_expression(text).find_all(exp.Column):
        parts = [part.meta for part in column.parts]
        places.append((parts[0]["start"] - len(_SELECT), parts[-1]["end"] + 1 - len(_SELECT), _full_name(column)))
    for start, end, name in sorted(places, reverse=True):
        text = text[:start] + cells[name] + text[end:]
    return text


def _patterns(parsed: exp.Expression) -> list[str]:
    """Return the regular expressions that stand as literals: the engine would take a broken one for one that never matches."""
    calls = [node for node in parsed.walk() if isinstance(node, exp.SimilarTo) or _is_pattern_function(node)]
    found = [node.args.get("expression") or next(iter(node.expressions[1:]), None) for node in calls]
    return [node.name for node in found if isinstance(node, exp.Literal) and node.is_string]


def _is_pattern_function(node: object) -> bool:
    return isinstance(node, exp.Func) and _name(node).startswith("REGEXP_")


def _full_name(column: exp.Column) -> str:
    # Nested fields of JSON are named a.b, which reads as a column of a table.
    return ".".join(part.name for part in column.parts)


def parse_expression(text: str) -> exp.Expression:
    """Parse one expression in DuckDB's dialect."""
    statements = sqlglot.parse(f"{_SELECT}{text}", dialect="duckdb")
    select = statements[0] if len(statements) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        raise SqlglotError("not one expression")
    extra = {key for key, value in select.args.items() if value and key not in ("expressions", "kind", "hint")}
    if extra or isinstance(select.expressions[0], exp.Alias):
        raise SqlglotError("not one expression")
    parsed: exp.Expression = select.expressions[0]
    return parsed


def _name(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.name).upper()
    return str(node.sql_name()).upper()


# sqlglot gives these operators and synonyms the shape of functions.
_OPERATORS = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "CASE",
        "CAST",
        "TRY_CAST",
        "LIKE",
        "EXTRACT",
        "DPIPE",
        "SAFE_DPIPE",
        "REGEXP_I_LIKE",
        "STR_POSITION",
        "STR_TO_TIME",
        "TIME_TO_STR",
        "SUBSTRING_INDEX",
        "TIMESTAMP_TRUNC",
        "ARRAY_CONTAINS",
        "SPLIT",
        "SPLIT_PART_STRICT",
        "JSON_EXTRACT_SCALAR",
        "XOR",
        "PAD",
        "CHAR",
        "BRACKET",
        "TIMESTAMP_FROM_PARTS",
        "DATE_FROM_PARTS",
        "UNIX_TO_TIME",
        "STRING_TO_ARRAY",
        "LENGTH",
        "CHAR_LENGTH",
        "ANONYMOUS",
    ]
)
