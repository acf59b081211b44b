"""Find how a delimited text is written: delimiter, quote, escape. By parsing it every way and comparing the widths.

Python's csv.Sniffer guesses by the frequency of characters and is easily led astray by a reason with commas; DuckDB's
sniffer decides types and dates on the way without a word. The loader falls back on Python's csv, so that decides here.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audit.text import counted

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "^": "caret", "~": "tilde", "\x1f": "unit separator",
    "\x01": "U+0001", "¦": "broken bar", "§": "section sign",
}  # fmt: skip
_TRIED = 400


@dataclass(frozen=True)
class Dialect:
    """How fields are divided. `width` is the number of fields of most records, `share` of how many of those tried."""

    delimiter: str
    quote: str
    width: int
    share: float
    evidence: str
    quote_evidence: str
    quote_unsure: bool = False
    backslash: bool = False

    def reader(self, lines: Iterator[str]) -> "Reader":
        """Return a forgiving reader, as the sample must be read to its end."""
        return _reader(lines, self.delimiter, self.quote, strict=False)


def find_dialect(lines: Sequence[str]) -> Dialect:
    """Return the dialect of a text's first lines; `width` is 1 where nothing divides them."""
    tried = [
        (_Widths(lines, delimiter, quote), delimiter, quote) for delimiter in _DELIMITERS for quote in ('"', "'", "")
        if any(delimiter in line for line in lines)
    ]  # fmt: skip
    tried = [one for one in tried if one[0].width > 1]
    if not tried:
        return Dialect(",", '"', 1, 1.0, "no delimiter was found: one column", "no field is quoted")
    # The share of records of one width decides; a tie goes to more fields, then to the usual delimiter and quote.
    _, delimiter, _ = max(tried, key=lambda one: (round(one[0].share, 2), min(one[0].width, 3)))
    of_delimiter = {quote: widths for widths, found, quote in tried if found == delimiter}
    return _with_quote(lines, delimiter, of_delimiter)


class _Widths:
    """How many fields the records have when read in one way."""

    def __init__(self, lines: Sequence[str], delimiter: str, quote: str) -> None:
        counts: Counter[int] = Counter()
        for cells in _rows(lines, delimiter, quote):
            if any(cells):
                counts[len(cells)] += 1
        self.width, self.records = counts.most_common(1)[0] if counts else (0, 0)
        self.share = self.records / max(counts.total(), 1)


def _rows(lines: Sequence[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    reader = _reader(iter(lines), delimiter, quote, strict=False)
    for _ in range(_TRIED):
        try:
            yield next(reader)
        except (csv.Error, StopIteration):
            return


def _reader(lines: Iterator[str], delimiter: str, quote: str, strict: bool) -> "Reader":
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return csv.reader(lines, delimiter=delimiter, quotechar=quote or None, quoting=quoting, strict=strict)


def _with_quote(lines: Sequence[str], delimiter: str, widths: dict[str, _Widths]) -> Dialect:
    evidence = f"{_DELIMITERS[delimiter]}: "
    bare = widths.get("")
    for quote in ('"', "'"):
        found = widths.get(quote)
        begun, faulty = _quoted(lines, delimiter, quote)
        enough = begun if quote == '"' else begun > len(lines) / 2
        if found is None or not enough or (bare is not None and found.share < bare.share):
            continue
        how = f"{counted(begun, 'of the fields tried begins', 'of the fields tried begin')} with it"
        if faulty:
            how += f"; in {counted(faulty, 'place')} quotes do not pair, and such records are rejected"
        evidence += _of_width(found)
        backslash = _has_backslash(lines, quote)
        return Dialect(delimiter, quote, found.width, found.share, evidence, how, faulty > 0, backslash)
    if bare is not None and (inside := sum('"' in line for line in lines)):
        begun, _ = _quoted(lines, delimiter, '"')
        how = f"none: in {counted(inside, 'line')} a quotation mark is only a character, since no field is enclosed in them"
        return Dialect(delimiter, "", bare.width, bare.share, evidence + _of_width(bare), how, begun > 0)
    quote, plain = ('"', bare) if bare is not None else next(iter(widths.items()))
    how = "none was seen; this is the usual one" if bare is not None else "without it the records have no equal width"
    return Dialect(delimiter, quote, plain.width, plain.share, evidence + _of_width(plain), how, bare is None)


def _of_width(widths: _Widths) -> str:
    return f"{widths.share:.0%} of the records tried have {widths.width} fields"


def _quoted(lines: Sequence[str], delimiter: str, quote: str) -> tuple[int, int]:
    """Count the fields that begin with the quote, and the places where a strict reader stumbles."""
    begun = sum(
        line.startswith(quote) + line.count(delimiter + quote) + line.count(f"{delimiter} {quote}") for line in lines
    )
    reader = _reader(iter(lines), delimiter, quote, strict=True)
    faulty = 0
    for _ in range(_TRIED):
        try:
            next(reader)
        except StopIteration:
            break
        except csv.Error as fault:
            # A field that is open at the end of the lines tried is only cut off by the trial.
            faulty += "unexpected end" not in str(fault)
    return begun, faulty


def _has_backslash(lines: Sequence[str], quote: str) -> bool:
    escaped = sum(line.count(f"\\{quote}") for line in lines)
    return escaped > 0 and escaped > sum(line.count(f"\\{quote}{quote}") for line in lines)
