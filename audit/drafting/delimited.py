"""Read the first records of a delimited text: preamble, header or none, repeated headers, records of another width."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from audit.drafting.content import content_of, read_head
from audit.drafting.dialect import Dialect, find_dialect
from audit.drafting.encoding import Encoding, find_encoding
from audit.drafting.fixed import draw_fixed, find_widths
from audit.drafting.found import SAMPLE_RECORDS, Option, RawTable, Remark, Row, unique_names
from audit.drafting.header import Header, find_header
from audit.errors import SourceError

_TRIED_LINES = 500
# A cell may hold control characters, even a NUL; a program or a picture holds them all.
_FEW_CONTROLS = 16
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_TRIED_CHARACTERS = 1 << 20


def draw_delimited(path: Path, packed: str | None) -> RawTable:
    """Return the first records of a text file.

    Raises:
        SourceError: it has none, or is no text.

    """
    head, whole = read_head(path, packed)
    encoding = find_encoding(head, whole)
    text = _decoded(head, encoding)
    if not text.strip():
        raise SourceError(f"{path}: the file is empty; draft from one that has records")
    if len(set(_CONTROLS.findall(text[:4096]))) > _FEW_CONTROLS or text[:4096].count("\x00") > 400:
        raise SourceError(f"{path}: is not text, nor a format that a definition reads")
    # A NUL or a form feed is part of a cell, not the end of a line: split as files are, not as str.splitlines does.
    lines = list(islice(io.StringIO(text[:_TRIED_CHARACTERS], newline=""), _TRIED_LINES))
    if len(lines) > 1 and len(text) > _TRIED_CHARACTERS:
        lines.pop()
    dialect = find_dialect(lines)
    if dialect.width == 1 and (widths := find_widths(lines)):
        return draw_fixed(text, widths, encoding, whole)
    header = find_header(lines, dialect)
    return _draw(path, packed, encoding, dialect, header, whole)


def _decoded(head: bytes, encoding: Encoding) -> str:
    return io.TextIOWrapper(io.BytesIO(head), encoding=encoding.name, errors="replace", newline="").read()


def _draw(
    path: Path, packed: str | None, encoding: Encoding, dialect: Dialect, header: Header, head_is_whole: bool
) -> RawTable:
    counts = _Counts()
    rows = _rows(path, packed, encoding.name, dialect, header, counts)
    sample = list(islice(rows, SAMPLE_RECORDS))
    first = next(rows, None)
    whole = head_is_whole and first is None
    names = (
        unique_names(list(header.labels)) if header.labels else tuple(f"column_{n + 1}" for n in range(dialect.width))
    )
    remarks = [*header.remarks, *counts.remarks(dialect.width, whole), *_label_remarks(header.labels)]
    if not sample:
        remarks.append(Remark("no record stands behind the header: nothing was seen of the contents", unsure=True))
    return RawTable(
        _options(encoding, dialect, header), names, sample, _with_first(first, rows), whole, remarks=remarks
    )


def _with_first(first: Row | None, rows: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
    yield from rows


class _Counts:
    """What was passed over while reading."""

    def __init__(self) -> None:
        self.read = 0
        self.other_widths: dict[int, int] = {}
        self.headers = 0
        self.stopped = False
        self.last_is_other = False

    def remarks(self, width: int, whole: bool) -> list[Remark]:
        made = []
        if self.headers:
            times = "once" if self.headers == 1 else f"{self.headers:,} times"
            made.append(Remark(f"the header is repeated {times} among the records"))
        if self.other_widths:
            widths = ", ".join(f"{count:,} with {fields}" for fields, count in sorted(self.other_widths.items())[:6])
            many = f"not all of the {self.read:,} records seen have {width} fields ({widths}): those are rejected"
            what = many if self.read > 1 else f"the one record seen has not {width} fields ({widths}), and is rejected"
            behind = "; the last one is such, perhaps a footer" if self.last_is_other and whole else ""
            made.append(Remark(what + behind, unsure=True))
        if self.stopped:
            made.append(Remark("reading stopped at a field of more than 16 MB: a quote may be open there", unsure=True))
        return made


def _rows(
    path: Path, packed: str | None, encoding: str, dialect: Dialect, header: Header, counts: _Counts
) -> Iterator[Row]:
    with content_of(path, packed) as stream:
        lines = islice(_lines(stream, encoding), header.lines_before, None)
        reader = dialect.reader(lines)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                counts.stopped = True
                return
            if not cells or cells == [""]:
                continue
            counts.read += 1
            counts.last_is_other = len(cells) != dialect.width
            if counts.last_is_other:
                counts.other_widths[len(cells)] = counts.other_widths.get(len(cells), 0) + 1
            elif tuple(cells) == header.labels:
                counts.headers += 1
            else:
                yield tuple(cells)


def _lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def _label_remarks(labels: tuple[str, ...]) -> list[Remark]:
    made = []
    trimmed = [label.strip() for label in labels]
    if spaced := sum(label != label.strip() for label in labels):
        made.append(Remark(f"{spaced} labels carry stray spaces: a definition names them without"))
    if blank := trimmed.count(""):
        made.append(Remark(f"{blank} columns have no label: they are called column_ and their place"))
    if twice := len(trimmed) - len(set(trimmed)) - max(blank - 1, 0):
        made.append(Remark(f"{twice} labels stand twice: the second is called by its name and _2", unsure=True))
    return made


def _options(encoding: Encoding, dialect: Dialect, header: Header) -> list[Option]:
    made = [Option("format", "csv", f"records of {dialect.width} fields")]
    made.append(Option("encoding", encoding.name, encoding.evidence, encoding.unsure))
    made.append(Option("delimiter", dialect.delimiter, dialect.evidence, unsure=dialect.share < 0.8))
    made.append(Option("quote", dialect.quote, dialect.quote_evidence, dialect.quote_unsure))
    if dialect.backslash:
        made.append(Option("escape", "\\", "a backslash stands before quotes inside fields", unsure=True))
    if header.skip:
        made.append(Option("skip", header.skip, f"{header.skip} lines stand before the table"))
    made.append(Option("header", bool(header.labels), header.evidence, header.unsure))
    return made
