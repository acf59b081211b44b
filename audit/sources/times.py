"""Text into times and dates by declared formats only, as layered SQL: nothing is guessed, nothing is cast by habit.

DuckDB's own cast drops an offset and takes "infinity", "epoch" and bare dates for times; so formats are tried one by
one, in order, and only the text as a whole may match.
"""

import re

from audit.sql import quote_identifier, quote_literal
from audit.timezones import Zone, sql_for_utc

# A zone at the end of a value: it decides, whatever zone the source has.
_ZONE_IN_VALUE = r"\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
_ZONE_IN_FORMAT = re.compile(r"\s*(?:%z|%Z|Z|UTC|GMT)$")

_UTC_IN_FORMAT = re.compile(r"(?<!%)(?:Z|UTC|GMT)$")

_ISO_MOST_OFTEN = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_ISO_OTHERS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y%m%dT%H%M%S",
)
_ISO_UTC = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%SZ")
_ISO_DAY = "%Y-%m-%d"
DATE_FORMATS = (_ISO_DAY, *_ISO_MOST_OFTEN)


def cell_name(column: str) -> str:
    """The text that a typed column is made from."""
    return quote_identifier(f"{column} cell")


def wall_name(column: str) -> str:
    """The time as its clock showed it, where the value names no zone."""
    return quote_identifier(f"{column} wall")


def zoned_name(column: str) -> str:
    """The UTC time, where the value names its zone."""
    return quote_identifier(f"{column} zoned")


def sql_for_wall(column: str, formats: tuple[str, ...], day_precision: bool) -> str:
    """Return SQL for the wall-clock TIMESTAMP of a cell without a zone; NULL where no format fits."""
    cell = cell_name(column)
    if formats:
        plain = tuple(form for form in formats if not _ZONE_IN_FORMAT.search(form))
        return _first_that_fits(cell, plain)
    others = (*_ISO_OTHERS, _ISO_DAY) if day_precision else _ISO_OTHERS
    return (
        f"CASE WHEN length({cell}) = 19 THEN {_first_that_fits(cell, _ISO_MOST_OFTEN)} "
        f"WHEN NOT regexp_matches({cell}, '[Zz]$') THEN {_first_that_fits(cell, others)} END"
    )


def sql_for_zoned(column: str, formats: tuple[str, ...]) -> str:
    """Return SQL for the UTC TIMESTAMP of a cell that names its zone and was not read as a wall-clock time."""
    cell, wall = cell_name(column), wall_name(column)
    bodies = tuple(dict.fromkeys(_ZONE_IN_FORMAT.sub("", form) for form in formats)) or (*_ISO_MOST_OFTEN, *_ISO_OTHERS)
    body = f"regexp_replace({cell}, {quote_literal(_ZONE_IN_VALUE)}, '')"
    zone = f"regexp_extract({cell}, {quote_literal(_ZONE_IN_VALUE)}, 1)"
    minutes = (
        f"CASE WHEN {zone} IN ('Z', 'z', 'UTC', 'GMT') THEN 0 WHEN {zone} <> '' THEN "
        f"(CASE WHEN left({zone}, 1) = '-' THEN -1 ELSE 1 END) * "
        f"(CAST({zone}[2:3] AS INTEGER) * 60 + COALESCE(TRY_CAST(right(replace({zone}[4:], ':', ''), 2) AS INTEGER), 0)) END"
    )
    slow = f"{_first_that_fits(body, bodies)} - to_minutes({minutes})"
    literal = tuple(form for form in formats if _UTC_IN_FORMAT.search(form))
    if literal:
        slow = f"COALESCE({_first_that_fits(cell, literal)}, {slow})"
    fast = (
        ""
        if formats
        else f"WHEN length({cell}) = 20 AND right({cell}, 1) = 'Z' THEN {_first_that_fits(cell, _ISO_UTC)}"
    )
    return f"CASE WHEN {wall} IS NOT NULL OR {cell} IS NULL THEN NULL {fast} ELSE {slow} END"


def sql_for_time(column: str, zone: Zone) -> str:
    """Return SQL for the UTC TIMESTAMP; NULL for a local time that does not exist."""
    wall = sql_for_utc(wall_name(column), zone)
    return f"COALESCE({zoned_name(column)}, {wall})"


def sql_for_date(column: str, formats: tuple[str, ...]) -> str:
    """Return SQL for the DATE of a cell."""
    return f"CAST({_first_that_fits(cell_name(column), formats or DATE_FORMATS)} AS DATE)"


def _first_that_fits(text: str, formats: tuple[str, ...]) -> str:
    if not formats:
        return "CAST(NULL AS TIMESTAMP)"
    tries = ", ".join(f"try_strptime({text}, {quote_literal(form)})" for form in formats)
    # strptime takes the word "infinity" for a time whatever the format.
    return f"CASE WHEN isfinite(COALESCE({tries})) THEN COALESCE({tries}) END"
