"""Which reader a file needs: by what its definition says, or by its ending where the source is a canonical table's."""

from dataclasses import replace
from pathlib import Path

import duckdb

from audit.errors import SourceError
from audit.load.csv_head import read_head
from audit.load.csv_reader import read_csv
from audit.load.csv_stream import CsvStream, open_stream
from audit.load.files import bare_suffix, check_text, compression_of, encoding_of
from audit.load.fixed_reader import read_fixed
from audit.load.json_reader import read_json
from audit.load.lines import read_ndjson
from audit.load.parquet_reader import read_parquet
from audit.load.raw import RawFile
from audit.load.sheet_reader import read_sheet
from audit.load.stacked import read_by_headers
from audit.sources.definition import SourceDefinition
from audit.sources.mapping import used_columns

_SUFFIXES = {".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet", ".csv": "csv", ".xlsx": "xlsx"}


def read_raw(connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, path: Path) -> RawFile:
    """Read a file's records as text, in the format that the definition or the file's ending says."""
    form = _form_of(definition, path)
    if form in ("csv", "ndjson", "json", "fixed"):
        check_text(path)
        encoding = encoding_of(path, definition.read.encoding)
        definition = replace(definition, read=replace(definition.read, encoding=encoding))
    if form in ("csv", "xlsx"):
        raw = (read_csv if form == "csv" else read_sheet)(connection, path, definition.read)
        return read_by_headers(connection, raw, definition) if definition.read.header is True else raw
    if form == "fixed":
        return read_fixed(connection, path, definition.read)
    wanted = [name for rule in definition.rules.values() for name in used_columns(rule)]
    if form == "ndjson":
        return read_ndjson(connection, path, definition.read.encoding, wanted)
    if form == "json":
        return read_json(connection, path, definition.read, wanted)
    if form == "parquet" and not compression_of(path):
        return read_parquet(connection, path, wanted)
    raise SourceError(f'files of format "{form}" cannot be read')


def open_csv(definition: SourceDefinition, path: Path) -> CsvStream | None:
    """Return a file as a stream; None where it is no CSV file, or none that the fast reader reads.

    Raises:
        SourceError: the header cannot be read. InputOutputError: the file cannot be read, or is no text.

    """
    if _form_of(definition, path) != "csv":
        return None
    check_text(path)
    read = replace(definition.read, encoding=encoding_of(path, definition.read.encoding))
    head = read_head(path, read)
    return None if head is None else open_stream(path, read, head)


def _form_of(definition: SourceDefinition, path: Path) -> str:
    by_ending = _SUFFIXES.get(bare_suffix(path), "csv")
    if definition.built_in:
        return by_ending
    # One export comes now as CSV and now as a workbook, and is one source: its records must be known again.
    told = definition.read.format
    return by_ending if {told, by_ending} == {"csv", "xlsx"} and bare_suffix(path) in (".csv", ".xlsx") else told
