"""The cited records as they stand in the files that were loaded. Where a file is gone or another one, that is said: never a guess.

A file is read again as it was loaded, by the definition of then, and only if it has the hash of then. `fields` is the record by
the names in its file. `line` is its text, letter for letter, where a record is a line of text: one of NDJSON or fixed width, and
one of CSV where the file's lines and its records are as many and the line holds each of the record's cells.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from audit.engine.duckdb import Limits, connect
from audit.errors import AuditError
from audit.files import sha256_of
from audit.load.files import bare_suffix, encoding_of, read_lines, readable
from audit.load.raw import RawFile
from audit.load.readers import read_raw
from audit.pack.case import Row
from audit.progress import Notify
from audit.sources.definition import SourceDefinition
from audit.sql import quote_identifier, quote_literal
from audit.workspace import Workspace

HERE = "as it stands in the file"
_WANTED = "wanted_record"


def read_records(
    workspace: Workspace,
    wanted: Mapping[tuple[str, str], Sequence[int]],
    definitions: Mapping[tuple[str, str], SourceDefinition | None],
    scratch: Path,
    notify: Notify,
) -> list[Row]:
    """Return a row for each record wanted, by path, hash and number: `wanted` and `definitions` are by path and SHA-256.

    `scratch`: a private folder, for what does not fit into memory.
    """
    rows: list[Row] = []
    for number, (path, sha256) in enumerate(sorted(wanted), start=1):
        notify(f"reading the cited records of file {number} of {len(wanted)}: {Path(path).name}")
        state, found = _read(
            workspace.folder / path, sha256, definitions.get((path, sha256)), wanted[path, sha256], scratch
        )
        for record_no in sorted(wanted[path, sha256]):
            fields, line = found.get(record_no, (None, None))
            lacks = "the file, read by the definition of then, has no such record" if state == HERE else state
            told = HERE if fields is not None else lacks
            rows.append(
                {"path": path, "sha256": sha256, "record_no": record_no, "state": told, "fields": fields, "line": line}
            )
    return rows


def _read(
    path: Path, sha256: str, definition: SourceDefinition | None, numbers: Sequence[int], scratch: Path
) -> tuple[str, Mapping[int, tuple[str, str | None]]]:
    try:
        if not path.is_file():
            return "not had: the file is not there any more", {}
        if sha256_of(path) != sha256:
            return "not had: the file is another one now than the one that was loaded", {}
    except OSError:
        return "not had: the file cannot be read", {}
    if definition is None:
        return "not had: the definition that the file was loaded by is not kept", {}
    with tempfile.TemporaryDirectory(prefix="records.", dir=scratch) as folder:
        bench = connect(Path(folder) / "records.duckdb", Limits())
        try:
            return HERE, _find(bench, definition, path, numbers)
        except (AuditError, duckdb.Error):
            return "not had: the file cannot be read by the definition of then", {}
        finally:
            bench.close()


def _find(
    bench: duckdb.DuckDBPyConnection, definition: SourceDefinition, path: Path, numbers: Sequence[int]
) -> dict[int, tuple[str, str | None]]:
    raw = read_raw(bench, definition, path)
    if not raw.columns.names:
        return {}
    bench.execute(f"CREATE TEMP TABLE {_WANTED} AS SELECT unnest($numbers) AS record_no", {"numbers": list(numbers)})
    cells = ", ".join(
        f"{quote_literal(name)}, CAST({quote_identifier(column)} AS VARCHAR)"
        for name, column in raw.columns.names.items()
    )
    found = bench.execute(
        f"SELECT record_no, CAST(json_object({cells}) AS VARCHAR), CAST({raw.record} AS VARCHAR) FROM {raw.relation} AS raw "
        f"SEMI JOIN {_WANTED} USING (record_no) ORDER BY record_no"
    ).fetchall()
    if raw.record == "line":
        return {number: (_fields(record, fields), record) for number, fields, record in found}
    lines = _lines_of(definition, path, raw, numbers)
    return {number: (record, _certain(lines.get(number), record)) for number, _, record in found}


def _fields(record: str, cells: str) -> str:
    """Return a JSON record's own fields, of which the reader keeps only those that rules read; else the cells."""
    with suppress(ValueError):
        if isinstance(json.loads(record), dict):
            return record
    return cells


def _lines_of(definition: SourceDefinition, path: Path, raw: RawFile, numbers: Sequence[int]) -> dict[int, str]:
    """Return the lines of a CSV file by record number; none where a line need not be a record."""
    if bare_suffix(path) in (".xlsx", ".parquet") or definition.read.format not in ("csv", "xlsx"):
        return {}
    wanted, found, count = set(numbers), dict[int, str](), 0
    with suppress(AuditError):
        for line in _data_lines(definition, path):
            count += 1
            if count in wanted:
                found[count] = readable(line)
    return found if count == raw.records else {}


def _data_lines(definition: SourceDefinition, path: Path) -> Iterator[str]:
    read = definition.read
    above = read.skip + (read.header is True)
    for line in read_lines(path, encoding_of(path, read.encoding), ""):
        text = line.rstrip("\r\n")
        if above and (text.strip() or read.skip):
            above -= 1
        elif text.strip() and not above:
            yield text


def _certain(line: str | None, fields: str) -> str | None:
    """Return the line if it holds each cell of the record: then it is the record's."""
    cells = json.loads(fields).values()
    held = line is not None and all(
        cell is None or cell.strip().replace('"', '""') in line or cell.strip() in line for cell in cells
    )
    return line if held else None
