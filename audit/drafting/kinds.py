"""What single cells look like: identifiers, numbers, masks, words for nothing. Patterns only; nothing is cast."""

import re

from audit.drafting.timeshapes import read_shape

UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
ADDRESS = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
CODE = re.compile(r"(?=[^\s]*[0-9])[A-Za-z0-9][A-Za-z0-9/_.:-]*")
# A rank or a letter before a number: "PC 118", "Sgt 4021".
RANKED = re.compile(r"[A-Za-z]{1,6}\.? [0-9]{1,6}")
PLATE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9*?]{1,4}[ -]?[A-Za-z0-9*?]{2,4}")
CASE = re.compile(r"[A-Za-z]{0,6}[-/ ]?[0-9]{2,8}[-/][A-Za-z0-9-/]*[0-9]|[A-Za-z]{2,6}[-/][0-9]{3,}")
CLOCK = re.compile(r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?")

# A sign alone may be a wildcard or a dash; two and more of it hide something. Exemption citations stand for what they hide.
_SIGNS = re.compile(r"(?:[*#•·█▇■▒░✱] ?){2,}|[xX]{4,}")
_WORDS = re.compile(r"[\[(<]?\s*(?:redacted|masked|withheld|anonymi[sz]ed|removed|hidden)\s*[\])>]?\.?", re.IGNORECASE)
_STATUTE = re.compile(
    r"(?:(?:Gov|Civ|Pen|Veh)\w*\.? ?Code )?(?:[A-Z]{2,3})?\s?§{0,2} ?[0-9]{3,5}\.[0-9]+(?:\([a-z0-9]+\))* ?(?:[A-Z]{2,3})?"
)
_STATUTE_WORD = re.compile(r"GC|PC|CC|VC|Code|§")
_PARTLY = re.compile(r"[\[(]?(?:redacted|masked)[\])]?\W+\S.*", re.IGNORECASE | re.DOTALL)
_NOTHING = frozenset(
    [
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "nan",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "\\n",
        "(null)",
        "(blank)",
        "#n/a",
        "undefined",
    ]
)


def is_mask(cell: str) -> bool:
    """Say whether a trimmed cell as a whole hides what was there."""
    if len(cell) > 60:
        return False
    if _SIGNS.fullmatch(cell) or _WORDS.fullmatch(cell):
        return True
    return bool(_STATUTE.fullmatch(cell) and _STATUTE_WORD.search(cell))


def is_partly_masked(cell: str) -> bool:
    """Say whether a mask stands before other text."""
    return bool(_PARTLY.match(cell))


def is_word_for_nothing(cell: str) -> bool:
    """Say whether a trimmed cell is a word that exporters and people write for nothing."""
    return cell.lower() in _NOTHING


def is_value(cell: str) -> bool:
    """Say whether a trimmed cell is such as stands in records and hardly in a header."""
    if not cell or len(cell) > 200:
        return False
    patterns = (UUID, NUMBER, ADDRESS, EMAIL, CASE, CLOCK)
    return any(pattern.fullmatch(cell) for pattern in patterns) or is_mask(cell) or read_shape(cell) is not None
