"""A declared time format as patterns: which texts fit it, known without trying it.

A format that does not fit costs DuckDB's `try_strptime` a microsecond a row, ten times one that does, and the words
"epoch" and "infinity" fit every format. So a pattern says first whether a text fits; only then is it read.
"""

import re
from dataclasses import dataclass

# Directive -> (what fits it, how wide it is when padded; None = of any width).
_DIRECTIVES: dict[str, tuple[str, int | None]] = {
    "%Y": ("[0-9]{4}", 4),
    "%y": ("[0-9]{2}", 2),
    "%m": ("(?:0?[1-9]|1[0-2])", 2),
    "%d": ("(?:0?[1-9]|[12][0-9]|3[01])", 2),
    "%H": ("(?:[01]?[0-9]|2[0-3])", 2),
    "%I": ("(?:0?[1-9]|1[0-2])", 2),
    "%M": ("[0-5]?[0-9]", 2),
    "%S": ("[0-5]?[0-9]", 2),
    "%f": ("[0-9]{1,9}", 3),
    "%j": ("[0-9]{1,3}", 3),
    "%p": ("[AaPp][Mm]", 2),
    "%b": ("[A-Za-z]{3}", 3),
    "%a": ("[A-Za-z]{3}", 3),
    "%B": ("[A-Za-z]{3,9}", None),
    "%A": ("[A-Za-z]{6,9}", None),
    "%%": ("%", None),
}
_WHOLE = {"%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%D": "%m/%d/%y", "%R": "%H:%M"}
_PART = re.compile(r"%-?[A-Za-z%]|\s+|[^%\s]+|%")
# A zone in a format: a directive anywhere, or the letters as the last thing in it.
_ZONE = re.compile(r"\s*%[zZ]|\s*(?<![%A-Za-z])(?:Z|UTC|GMT)$|(?<=%[HMSfpY])Z$")
ZONE = r"(?:[Zz]|UTC|GMT|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"


@dataclass(frozen=True)
class TimeFormat:
    """One format: as declared (`text`), and with the zone taken out of it (`body`).

    `before` and `after` are regular expressions (RE2) of what stands before and behind the place of the zone (`after`
    is empty where the zone ends the value); `shape` is a LIKE pattern of the padded form, None where that has no fixed
    width; `skeleton` tells formats apart: texts of two that differ in it fit at most one of them.
    """

    text: str
    body: str
    needs_zone: bool
    before: str
    after: str
    shape: str | None
    skeleton: str

    @property
    def wall(self) -> str:
        """What a text without a zone must match."""
        return self.before + self.after

    @property
    def zoned(self) -> str:
        """What a text with a zone must match: groups 1 and 3 are the body, 2 is the zone."""
        return rf"({self.before})\s*({ZONE})({self.after})"


def read_format(text: str) -> TimeFormat:
    """Return the patterns of a format.

    Raises:
        ValueError: it has a directive that is not known, or lacks year, month or day.

    """
    text = text.strip()
    for short, long in _WHOLE.items():
        text = text.replace(short, long)
    zone = _ZONE.search(text)
    before, after = (text[: zone.start()], text[zone.end() :]) if zone else (text, "")
    body = before + after
    parts = _PART.findall(body)
    _check(text, [part.replace("-", "") for part in parts if part.startswith("%")])
    return TimeFormat(text, body, zone is not None, _pattern(before), _pattern(after), _shape(parts), _skeleton(parts))


def _check(text: str, directives: list[str]) -> None:
    unknown = [directive for directive in directives if directive not in _DIRECTIVES]
    if unknown:
        raise ValueError(f'"{text}": {unknown[0]} is not known in a time format')
    given = set(directives)
    day = given & {"%j"} or (given & {"%m", "%b", "%B"} and given & {"%d"})
    if not (given & {"%Y", "%y"} and day):
        raise ValueError(f'"{text}": a time format needs year, month and day')


def _pattern(text: str) -> str:
    return "".join(_piece(part) for part in _PART.findall(text))


def _piece(part: str) -> str:
    if part.isspace():
        return r"\s+"
    if part.startswith("%"):
        return _DIRECTIVES[part.replace("-", "")][0]
    return re.escape(part)


def _shape(parts: list[str]) -> str | None:
    """The padded form as a LIKE pattern; it must hold something besides digits, or a word like "epoch" might fit."""
    shape = ""
    for part in parts:
        if not part.startswith("%"):
            shape += part
            continue
        width = None if part.startswith("%-") else _DIRECTIVES[part][1]
        if width is None:
            return None
        shape += "_" * width
    plain = shape.replace("_", "")
    if not plain or "%" in plain or any("_" in part for part in parts) or plain != re.sub(r"\s", " ", plain):
        return None
    return shape


def _skeleton(parts: list[str]) -> str:
    made = "".join(_kind(part) for part in parts)
    return re.sub(r"(\s|9|A)\1+", r"\1", made)


def _kind(part: str) -> str:
    if part.startswith("%"):
        return "A" if part[-1] in "pbaBA" else part[-1] if part == "%%" else "9"
    return re.sub(r"\s+", " ", re.sub(r"[A-Za-z]", "A", re.sub(r"[0-9]", "9", part)))
