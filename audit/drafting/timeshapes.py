"""Read the shape of one cell that may be a time: its format, and where day and month cannot be told apart, both parts."""

import re
from dataclasses import dataclass

_NUMERIC = r"(?P<a>[0-9]{1,4})(?P<s>[-/.])(?P<b>[0-9]{1,2})(?P=s)(?P<c>[0-9]{4}|[0-9]{1,2})"
_DAY_NAMED = r"(?P<d>[0-9]{1,2})(?P<s1>[ /-])(?P<mon>[A-Za-z]{3,9})(?P<s2>,? |[/-])(?P<y>[0-9]{4}|[0-9]{2})"
_NAME_FIRST = r"(?P<mon2>[A-Za-z]{3,9}) (?P<d2>[0-9]{1,2})(?P<s3>,? )(?P<y2>[0-9]{4})"
_COMPACT = r"(?P<compact>(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
_CLOCK = (
    r"(?P<h>[0-9]{1,2})(?P<cs>[:.])(?P<mi>[0-9]{2})(?:(?P=cs)(?P<sec>[0-9]{2})(?:(?P<fs>[.,:])(?P<frac>[0-9]{1,9}))?)?"
    r"(?:(?P<ps>\s?)(?P<p>[AaPp][Mm]))?"
)
_COMPACT_CLOCK = r"(?P<hms>(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])"
_ZONE = r"(?:\s*(?P<zone>Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)|\s(?P<letters>[A-Z]{3,5}))?"
_WEEKDAY = r"(?:(?P<wd>[A-Za-z]{3,9})(?P<ws>,? ))?"
_SHAPE = re.compile(
    rf"{_WEEKDAY}(?:(?:{_NUMERIC}|{_DAY_NAMED}|{_NAME_FIRST})(?:(?P<sep>[Tt]|,? +| - |-|:){_CLOCK}{_ZONE})?"
    rf"|{_COMPACT}(?:(?P<sep2>[Tt ]?){_COMPACT_CLOCK}{_ZONE.replace('zone', 'zone2').replace('letters', 'letters2')})?)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Shape:
    """A cell's time format. `form` holds {1} and {2} where two parts are day and month in an order not known.

    `parts`: their numbers. `zone`: "" none, "named" one that the loader knows, else the letters of one that it does not.
    `iso`: ISO 8601, read without a declared format. `hour`: as written, of the 24-hour clock only.
    """

    form: str
    parts: tuple[int, int] | None
    clock: bool
    zone: str
    iso: bool
    hour: int | None = None

    def format(self, day_first: bool) -> str:
        """Return the strptime format."""
        one, two = ("%d", "%m") if day_first else ("%m", "%d")
        return self.form.replace("{1}", one).replace("{2}", two)


def read_shape(cell: str) -> Shape | None:
    """Return the shape of a trimmed cell, or None where it is no date and no time."""
    if len(cell) > 50 or not cell[:1].isalnum():
        return None
    match = _SHAPE.fullmatch(cell)
    if not match:
        return None
    part = match.groupdict()
    weekday = _weekday(part)
    date = ("%Y%m%d", None) if part["compact"] else _numeric(part) if part["a"] else _named(part)
    if weekday is None or date is None:
        return None
    clock = _clock(part)
    if clock is None:
        return None
    zone = part["zone"] or part["zone2"]
    letters = part["letters"] or part["letters2"]
    form, parts = date
    return Shape(
        weekday + form + clock,
        parts,
        bool(clock),
        "named" if zone else letters or "",
        not weekday and _is_iso(part, form, clock),
        None if part["p"] else int(part["h"] or (part["hms"] or "")[:2] or -1) if clock else None,
    )


def _weekday(part: dict[str, str | None]) -> str | None:
    word = part["wd"]
    if not word:
        return ""
    if word[:3].lower() not in _WEEKDAYS:
        return None
    return ("%a" if len(word) == 3 else "%A") + (part["ws"] or "")


def _numeric(part: dict[str, str | None]) -> tuple[str, tuple[int, int] | None] | None:
    first, second, last = (part[name] or "" for name in "abc")
    sign = part["s"] or ""
    if len(first) == 4:
        fits = 1 <= int(second) <= 12 and 1 <= int(last) <= 31
        return (f"%Y{sign}%m{sign}%d", None) if fits else None
    if len(first) == 3 or len(last) not in (2, 4):
        return None
    parts = int(first), int(second)
    if not (min(parts) >= 1 and min(parts) <= 12 and max(parts) <= 31):
        return None
    return f"{{1}}{sign}{{2}}{sign}{'%Y' if len(last) == 4 else '%y'}", parts


def _named(part: dict[str, str | None]) -> tuple[str, None] | None:
    month = (part["mon"] or part["mon2"] or "").lower()
    if month in _MONTHS:
        directive = "%b"
    elif month in _FULL_MONTHS:
        directive = "%B"
    else:
        return None
    if part["mon2"]:
        return f"{directive} %d{part['s3']}%Y", None
    year = "%Y" if len(part["y"] or "") == 4 else "%y"
    return f"%d{part['s1']}{directive}{part['s2']}{year}", None


def _clock(part: dict[str, str | None]) -> str | None:
    """Return the format of the clock, "" where there is none, None where it is no time of day."""
    if part["hms"]:
        return f"{part['sep2']}%H%M%S"
    if not part["h"]:
        return ""
    hour, minute, second = int(part["h"]), int(part["mi"] or 0), int(part["sec"] or 0)
    if hour > (12 if part["p"] else 23) or minute > 59 or second > 60:
        return None
    sign = part["cs"]
    form = f"{part['sep']}{'%I' if part['p'] else '%H'}{sign}%M"
    form += f"{sign}%S" if part["sec"] else ""
    form += f"{part['fs']}%f" if part["frac"] else ""
    return form + (f"{part['ps']}%p" if part["p"] else "")


def _is_iso(part: dict[str, str | None], form: str, clock: str) -> bool:
    if part["compact"]:
        return clock == "T%H%M%S"
    padded = len(part["b"] or "") == 2 and len(part["c"] or "") == 2
    dated = form == "%Y-%m-%d" and padded
    if not clock:
        return dated
    usual = part["sep"] in ("T", "t", " ") and part["cs"] == ":" and not part["p"] and len(part["h"] or "") == 2
    return dated and usual and part["fs"] != ":"
