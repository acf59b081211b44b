"""Text into times and dates by declared formats only, as layered SQL: nothing is guessed, nothing is cast by habit.

DuckDB's own cast drops an offset and takes "infinity", "epoch" and bare dates for times; so a pattern decides first
whether the text as a whole is a time, and only then is it read. The padded forms that real logs hold are tested by
their shape alone and read in one step; what is left over goes the slower way by regular expressions.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from audit.sources.cells import cell_name
from audit.sources.formats import ZONE, TimeFormat, read_format
from audit.sql import quote_identifier, quote_literal
from audit.timezones import Zone, sql_for_utc

DAY = r"[0-9]{4}-[01][0-9]-[0-3][0-9]"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECOND = r":[0-5][0-9]"
_DIGIT_OFFSET = r"[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?"
_OFFSET = f"(?:Z|{_DIGIT_OFFSET})"
_LITERAL_ZONE = re.compile(r"\s*(?<!%)(?:Z|UTC|GMT)$")
_NOTHING = "CAST(NULL AS TIMESTAMP)"

_ISO_OFTEN = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f")
_ISO_WALL = rf"{DAY}[ Tt]{_CLOCK}(?:{_SECOND}(?:[.,][0-9]+)?)?"
_ISO_ZONED = rf"{DAY}[ T]{_CLOCK}(?:{_SECOND}(?:\.[0-9]+)?)?{_OFFSET}"
_ISO_ZONED_ANY = rf"{_ISO_WALL}\s*{ZONE}"
# The basic form, 20240601T100000, is turned into the extended one.
_BASIC = r"([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})([0-9]{2})"


def wall_name(column: str) -> str:
    """The time as its clock showed it, where the value names no zone."""
    return quote_identifier(f"{column} wall")


def zoned_name(column: str) -> str:
    """The UTC time, where the value names its zone."""
    return quote_identifier(f"{column} zoned")


def sql_with_times(column: str, formats: tuple[str, ...], day_precision: bool, sql: str) -> str:
    """Return SQL for a relation that adds the wall-clock time and the zoned time of a cell; at most one is not NULL."""
    cell, wall, zoned = cell_name(column), wall_name(column), zoned_name(column)
    often = quote_identifier(f"{column} often")
    known = tuple(read_format(text) for text in formats)
    walls = _iso_walls(cell, day_precision) if not formats else _walls(cell, known)
    zones = _iso_zones(cell) if not formats else _zones(cell, known)
    layers = (
        (often, walls[0]),
        (zoned, f"CASE WHEN {often} IS NULL AND {cell} IS NOT NULL THEN {zones[0]} END"),
        (
            wall,
            f"CASE WHEN {often} IS NOT NULL OR {zoned} IS NOT NULL OR {cell} IS NULL THEN {often} ELSE {walls[1]} END",
        ),
        (
            zoned,
            f"CASE WHEN {wall} IS NOT NULL OR {zoned} IS NOT NULL OR {cell} IS NULL THEN {zoned} ELSE {zones[1]} END",
        ),
    )
    for number, (name, value) in enumerate(layers):
        replaced = f" EXCLUDE ({zoned})" if number == len(layers) - 1 else ""
        sql = f"SELECT *{replaced}, {value} AS {name} FROM ({sql})"
    return sql


def sql_for_time(column: str, zone: Zone, until: datetime | None) -> str:
    """Return SQL for the UTC TIMESTAMP; NULL for a local time that does not exist. `until`: none later is looked for."""
    wall = sql_for_utc(wall_name(column), zone, until)
    return f"COALESCE({zoned_name(column)}, {wall})"


def sql_for_date(column: str, formats: tuple[str, ...]) -> str:
    """Return SQL for the DATE of a cell: a bare date, or a time whose clock is left off."""
    cell = cell_name(column)
    if formats:
        known = tuple(map(read_format, formats))
        return f"CAST({_coalesce((*_walls(cell, known), *_zones(cell, known)))} AS DATE)"
    fits = rf"{DAY}(?:[ Tt]{_CLOCK}(?:{_SECOND}(?:[.,][0-9]+)?)?\s*{ZONE}?)?"
    return f"CASE WHEN regexp_full_match({cell}, {quote_literal(fits)}) THEN TRY_CAST(left({cell}, 10) AS DATE) END"


def _iso_walls(cell: str, day_precision: bool) -> tuple[str, str]:
    often = _coalesce(_if_shaped(cell, form) for form in map(read_format, _ISO_OFTEN))
    extended = rf"regexp_replace(replace({cell}, ',', '.'), '^{_BASIC}', '\1-\2-\3T\4:\5:\6')"
    fits = rf"{_ISO_WALL}|{DAY}" if day_precision else _ISO_WALL
    return often, f"CASE WHEN regexp_full_match({extended}, '{fits}') THEN TRY_CAST(upper({extended}) AS TIMESTAMP) END"


def _iso_zones(cell: str) -> tuple[str, str]:
    often = _if_cast(cell, _ISO_ZONED)
    extended = rf"regexp_replace(replace({cell}, ',', '.'), '^{_BASIC}', '\1-\2-\3T\4:\5:\6')"
    joined = rf"regexp_replace(regexp_replace(upper({extended}), '\s*(UTC|GMT|Z)$', 'Z'), '\s+([+-])', '\1')"
    fits = f"regexp_full_match({extended}, '{_ISO_ZONED_ANY}')"
    return often, f"CASE WHEN {fits} THEN make_timestamp(epoch_us(TRY_CAST({joined} AS TIMESTAMPTZ))) END"


def _walls(cell: str, formats: tuple[TimeFormat, ...]) -> tuple[str, str]:
    """The formats that need no zone: by shape, then by pattern. Of two that one text could fit the first decides."""
    plain = tuple(form for form in formats if not form.needs_zone)
    if _are_apart(plain):
        return _coalesce(_if_shaped(cell, form) for form in plain), _coalesce(_if_fits(cell, form) for form in plain)
    first = _coalesce(step for form in plain for step in (_if_shaped(cell, form), _if_fits(cell, form)))
    return first, _NOTHING


def _zones(cell: str, formats: tuple[TimeFormat, ...]) -> tuple[str, str]:
    """All formats, the value bearing a zone: those that DuckDB reads in one step, then by pattern."""
    often = _coalesce(_in_one_step(cell, form) for form in formats) if _are_apart(formats) else _NOTHING
    return often, _coalesce(_if_zoned(cell, form) for form in formats)


def _are_apart(formats: tuple[TimeFormat, ...]) -> bool:
    """Say whether a text fits one of the formats at most, so that their order does not matter."""
    bodies = {form.body: form.skeleton for form in formats}
    return len(set(bodies.values())) == len(bodies)


def _in_one_step(cell: str, form: TimeFormat) -> str:
    if form.body in _ISO_OFTEN:
        return _if_cast(cell, _iso_pattern(form))
    literal = _LITERAL_ZONE.search(form.text)
    if literal and form.shape:
        shape, text = quote_literal(form.shape + literal[0]), quote_literal(form.text)
        return f"CASE WHEN {cell} LIKE {shape} THEN try_strptime({cell}, {text}) END"
    if "%z" in form.text:
        space = r"\s+" if " %z" in form.text else ""
        fits = quote_literal(form.before + space + _DIGIT_OFFSET + form.after)
        read = f"try_strptime({cell}, {quote_literal(form.text)})"
        return f"CASE WHEN regexp_full_match({cell}, {fits}) THEN make_timestamp(epoch_us({read})) END"
    return "NULL"


def _iso_pattern(form: TimeFormat) -> str:
    separator = "T" if "T" in form.body else " "
    fraction = r"\.[0-9]{1,9}" if form.body.endswith("%f") else ""
    return rf"{DAY}{separator}{_CLOCK}{_SECOND}{fraction}{_OFFSET}"


def _if_cast(cell: str, pattern: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({cell}, {quote_literal(pattern)}) "
        f"THEN make_timestamp(epoch_us(TRY_CAST({cell} AS TIMESTAMPTZ))) END"
    )


def _if_shaped(cell: str, form: TimeFormat) -> str:
    if form.shape is None:
        return "NULL"
    return (
        f"CASE WHEN {cell} LIKE {quote_literal(form.shape)} THEN try_strptime({cell}, {quote_literal(form.body)}) END"
    )


def _if_fits(cell: str, form: TimeFormat) -> str:
    return f"CASE WHEN regexp_full_match({cell}, {quote_literal(form.wall)}) THEN {_read(cell, form)} END"


def _if_zoned(cell: str, form: TimeFormat) -> str:
    pattern = quote_literal(form.zoned)
    body = rf"regexp_replace({cell}, {quote_literal(f'^{form.zoned}$')}, '\1\3')"
    zone = f"regexp_extract({cell}, {quote_literal(f'^{form.zoned}$')}, 2)"
    digits = f"replace({zone}, ':', '')"
    minutes = f"CAST({digits}[2:3] AS INTEGER) * 60 + COALESCE(TRY_CAST({digits}[4:5] AS INTEGER), 0)"
    offset = f"CASE left({zone}, 1) WHEN '+' THEN {minutes} WHEN '-' THEN -({minutes}) ELSE 0 END"
    return f"CASE WHEN regexp_full_match({cell}, {pattern}) THEN {_read(body, form)} - to_minutes({offset}) END"


def _read(text: str, form: TimeFormat) -> str:
    if "%f" in form.body:
        # Seven and nine digits are common, and are cut: an instant is kept to the microsecond.
        text = rf"regexp_replace({text}, '([0-9]{{6}})[0-9]{{1,3}}([^0-9]*)$', '\1\2')"
    return f"try_strptime({text}, {quote_literal(form.body)})"


def _coalesce(steps: Iterable[str]) -> str:
    useful = [step for step in steps if step != "NULL"]
    if not useful:
        return _NOTHING
    return useful[0] if len(useful) == 1 else f"COALESCE({', '.join(useful)})"
