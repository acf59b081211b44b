"""Draft a source definition from a file's own columns, with the evidence for each line. Decides nothing without a word.

What is unsure is marked `# UNSURE:` and listed at the top. The text always parses and passes the check of definitions,
whatever the file holds: labels and cells get into it through audit/drafting/toml_text.py alone. Loads nothing.
"""

import re
import tomllib
from pathlib import Path

from audit.drafting.choose import choose_columns
from audit.drafting.content import packing, packing_remarks, read_head
from audit.drafting.delimited import draw_delimited
from audit.drafting.encoding import find_encoding
from audit.drafting.found import RawTable
from audit.drafting.profile import profile_columns
from audit.drafting.rules import make_entries
from audit.drafting.sheet import draw_sheet, is_workbook
from audit.drafting.structured import draw_json, draw_ndjson, draw_parquet
from audit.drafting.trial import try_sample
from audit.drafting.write import Draft, write_draft, write_trial
from audit.errors import InputOutputError, SourceError
from audit.load.files import compression_of
from audit.schema import TABLES
from audit.sources.definition import did_you_mean, parse_definition

# Enough to see what a cell is like; a definition is not the place for a megabyte of it.
_LONGEST_CELL = 200


def draft_definition(path: Path, *, name: str | None = None, table: str = "event", with_sample: bool = True) -> str:
    """Return a commented definition (TOML) proposed for files like this one.

    `with_sample`: make a [[sample]] of the file's first record; without it the text holds no whole record.

    Raises:
        InputOutputError: the file cannot be read. SourceError: it holds no records, or is of no format that a definition
        reads; or there is no such table.

    """
    if table not in TABLES:
        raise SourceError(f'there is no table "{table}"{did_you_mean(table, TABLES)}')
    drawn = draw_table(path)
    profiles = profile_columns(drawn)
    chosen = choose_columns(TABLES[table], profiles)
    source = name or name_for(path)
    entries = make_entries(TABLES[table], chosen, profiles, source)
    draft = Draft(source, TABLES[table], path.name, drawn, tuple(profiles), tuple(entries))
    text = write_draft(draft)
    definition = parse_definition(tomllib.loads(text), Path(f"{source}.toml"))
    trial = try_sample(definition, drawn, _LONGEST_CELL)
    text = write_draft(draft, trial)
    if with_sample and drawn.rows:
        text += write_trial(draft, trial, _LONGEST_CELL)
    parse_definition(tomllib.loads(text), Path(f"{source}.toml"))
    return text


def draw_table(path: Path) -> RawTable:
    """Return a file's columns and first records, whatever its format."""
    if not path.is_file():
        what = (
            "is a folder" if path.is_dir() else "is a device or pipe and no file" if path.exists() else "no such file"
        )
        raise InputOutputError(f"{path}: {what}; name a file to draft from")
    packed = packing(path)
    start, whole = read_head(path, packed)
    if not start.strip():
        raise SourceError(f"{path}: the file is empty; draft from one that has records")
    if start.startswith(b"PK\x03\x04"):
        if packed or not is_workbook(path):
            raise SourceError(f"{path}: is a zip archive and no .xlsx workbook: unpack it")
        return draw_sheet(path)
    if start.startswith(b"PAR1"):
        if packed:
            raise SourceError(f"{path}: is a Parquet file inside an archive: unpack it")
        return draw_parquet(path)
    table = _draw_text(path, packed, start, whole)
    table.remarks += packing_remarks(path, packed)
    return table


def _draw_text(path: Path, packed: str | None, start: bytes, whole: bool) -> RawTable:
    encoding = find_encoding(start, whole).name
    text = start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if text.startswith("{") and _is_line_of_json(text):
        return draw_ndjson(path, packed, encoding)
    if text.startswith(("{", "[{", "[ {", "[\n", "[\r")):
        return draw_json(path, packed, encoding)
    return draw_delimited(path, packed)


def _is_line_of_json(text: str) -> bool:
    """A document that is written over several lines is not whole at the end of the first; one list inside is a document."""
    lines = text.splitlines()
    first = lines[0].rstrip()
    if not first.endswith("}"):
        return False
    return (len(lines) > 1 and lines[1].lstrip().startswith("{")) or not re.search(r"\[\s*\{", first)


def name_for(path: Path) -> str:
    """Return a name for the source, made from the file's."""
    stem = path.name
    if compression_of(path):
        stem = Path(stem).stem
    stem = Path(stem).stem
    words = re.sub(r"[0-9]{2,}[a-z]?[0-9]?|[^a-z0-9]+", "-", stem.casefold().encode("ascii", "ignore").decode())
    return re.sub(r"-+", "-", words).strip("-") or "draft"
