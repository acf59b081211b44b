"""Make text from logs safe to show to a person. Every cell of a log is hostile; what is stored stays as it was.

HTML is escaped by the template engine and JSON by its writer; here are the two things that those do not do. And a number with
its noun, for sentences.
"""

import unicodedata

# Controls, formats (bidi overrides, zero widths, tags), surrogates, private use, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# A tab, CR or LF before a formula is eaten by spreadsheets, so that the formula behind it would run.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def visible(text: str) -> str:
    """Return the text with whatever could hide, reorder or command written as its code: ESC as <U+001B>.

    In ASCII, as `less` does it, so that no font and no terminal lacks the sign.
    """
    if text.isprintable():
        return text
    return "".join(
        f"<U+{ord(character):04X}>" if unicodedata.category(character) in _HIDDEN else character for character in text
    )


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters of the text, and say how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (+{len(text) - limit:,} characters)"


def spreadsheet_safe(text: str) -> str:
    """Return the text so that a spreadsheet takes it as text: a leading = + - @, tab, CR or LF gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun: 1 finding, 2 findings."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
