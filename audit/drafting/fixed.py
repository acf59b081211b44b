"""Find the columns of a fixed-width text: where, in every line, a field begins behind a gap."""

import io
import re
from collections.abc import Sequence
from itertools import islice

from audit.drafting.encoding import Encoding
from audit.drafting.found import SAMPLE_RECORDS, Option, RawTable, Row, unique_names
from audit.drafting.header import judge_first

_FEWEST_LINES = 5
_DATE = re.compile(r"(?:[0-9]{8}|[0-9]{2,4}[-/.][0-9A-Za-z]{2,3}[-/.][0-9]{2,4})\s*$")
_CLOCK = re.compile(r"[0-2][0-9]:?[0-5][0-9]")


def find_widths(lines: Sequence[str]) -> tuple[int, ...]:
    """Return the widths of the columns, or () where the lines do not stand in columns."""
    texts = [line.rstrip("\r\n") for line in lines if line.strip()]
    longest = max(map(len, texts), default=0)
    if len(texts) < _FEWEST_LINES or longest > 5_000:
        return ()
    gaps = [all(text[at : at + 1] in ("", " ") for text in texts) for at in range(longest)]
    starts = [at for at in range(longest) if not gaps[at] and (at == 0 or gaps[at - 1])]
    if len(starts) < 3 or starts[0] != 0:
        return ()
    starts = _split_by_labels(_join_clocks(starts, texts), texts[0])
    ends = [*starts[1:], longest]
    return tuple(end - start for start, end in zip(starts, ends, strict=True))


def _join_clocks(starts: list[int], texts: Sequence[str]) -> list[int]:
    """Leave out the gap within a date and its time of day, where the first line has no label behind it."""
    kept = starts[:1]
    for at, end in zip(starts[1:], [*starts[2:], len(texts[0])], strict=True):
        labelled = texts[0][kept[-1] : at].strip() and not texts[0][at:end].split("  ")[0].strip()
        joined = all(_DATE.search(text[kept[-1] : at]) and _CLOCK.match(text[at:]) for text in texts[1:])
        if not (labelled and joined):
            kept.append(at)
    return kept


def _split_by_labels(starts: list[int], first: str) -> list[int]:
    """Begin a field without a gap before it where a second label stands well apart from the first of the same field."""
    labels = [found.start() for found in re.finditer(r"(?<!\S)\S", first)]
    if any(char.isdigit() for char in first) or not set(starts) <= set(labels):
        return starts
    return sorted({*starts, *(at for at in labels if first[max(at - 2, 0) : at] == "  ")})


def draw_fixed(text: str, widths: tuple[int, ...], encoding: Encoding, whole: bool) -> RawTable:
    """Return the first records of a text in columns of these widths."""
    lines = (line.rstrip("\r\n") for line in io.StringIO(text, newline=""))
    rows = [_cut(line, widths) for line in islice((line for line in lines if line.strip()), SAMPLE_RECORDS + 1)]
    named, evidence, unsure = judge_first(rows[:60])
    names = (
        unique_names([cell or "" for cell in rows[0]])
        if named
        else tuple(f"column_{n + 1}" for n in range(len(widths)))
    )
    options = [
        Option("format", "fixed", "no delimiter, but in all lines tried the same places are blank"),
        Option("encoding", encoding.name, encoding.evidence, encoding.unsure),
        Option("widths", widths, "by the gaps: two fields without a gap between them are seen as one", unsure=True),
    ]
    if named:
        options.append(Option("skip", 1, "the first line has the names"))
    options.append(Option("header", names, evidence, unsure))
    return RawTable(options, names, rows[1:] if named else rows, whole=whole)


def _cut(line: str, widths: tuple[int, ...]) -> Row:
    cells, start = [], 0
    for width in widths:
        cells.append(line[start : start + width].strip())
        start += width
    return tuple(cells)
