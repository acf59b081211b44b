"""Read a JSON document: the records of the array at a path, or the one object there; their fields as in NDJSON.

The document is held in memory, which takes up to six times its size. A document that is cut off is trusted in nothing.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from audit.errors import InputOutputError, SourceError
from audit.load.files import read_lines
from audit.load.json_spans import PlaceError, compact, find_records, read_path
from audit.load.lines import read_objects
from audit.load.raw import RawFile
from audit.sources.definition import ReadOptions


def read_json(
    connection: duckdb.DuckDBPyConnection, path: Path, read: ReadOptions, wanted: Iterable[str]
) -> RawFile:  # fmt: skip
    """Read the wanted fields of all records as text into a temporary table. A field that no record has is absent.

    Raises:
        SourceError: nothing is at the path that the definition names. InputOutputError: the file cannot be read, is no JSON
        or is cut off.

    """
    steps = read_path(read.records)
    if steps is None:
        raise SourceError(f'[read] records = "{read.records}" is not a path such as "$.result.records"')
    text = "".join(read_lines(path, read.encoding, newline="\n"))
    if not text.strip():
        return read_objects(connection, (), read.encoding, wanted)
    try:
        spans = find_records(text, steps)
    except PlaceError as fault:
        raise SourceError(_where(read.records)) from fault
    except (ValueError, RecursionError) as fault:
        raise InputOutputError(
            f"{path}: is not one whole JSON document; nothing of it was loaded: export it anew, or, where each line is a "
            'record, say [read] format = "ndjson"'
        ) from fault
    return read_objects(connection, (compact(text[begin:end]) for begin, end in spans), read.encoding, wanted)


def _where(records: str | None) -> str:
    if records is None:
        return 'the document is neither an array nor an object: [read] records = "$.a.b" says where its records are'
    return f'[read] records = "{records}" leads to no array or object in the file'
