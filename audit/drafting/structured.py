"""Read the first records of JSON, NDJSON and Parquet. Nested fields are named a.b, as the loader names them."""

import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from audit.drafting.content import content_of
from audit.drafting.found import SAMPLE_RECORDS, Cell, Option, RawTable, Remark, Row
from audit.errors import InputOutputError, SourceError
from audit.text import counted

_LARGEST_DOCUMENT = 256 << 20
_DEPTH = 8
_HALF = re.compile("[\ud800-\udfff]")


def draw_ndjson(path: Path, packed: str | None, encoding: str) -> RawTable:
    """Return the first records of a file with a JSON object on each line."""
    with content_of(path, packed) as stream:
        objects, faulty = _first_objects(stream, encoding)
    options = [Option("format", "ndjson", "each line is a JSON object"), Option("encoding", encoding, "JSON is UTF-8")]
    table = _table(options, objects, path)
    table.rest = _rest(path, packed, encoding, table.names, len(objects) + faulty)
    table.whole = len(objects) + faulty < SAMPLE_RECORDS
    if faulty:
        table.remarks.append(
            Remark(f"{counted(faulty, 'line is no JSON object', 'lines are no JSON objects')}: rejected", unsure=True)
        )
    return table


def _first_objects(stream: IO[bytes], encoding: str) -> tuple[list[dict[str, Any]], int]:
    objects, faulty = [], 0
    for line in islice(_lines(stream, encoding), SAMPLE_RECORDS):
        try:
            found = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            objects.append(found)
        else:
            faulty += 1
    return objects, faulty


def _lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the lines that are not blank; a line ends at a line feed alone, as the loader has it."""
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="\n")
    return (line for line in text if line.strip())


def _rest(path: Path, packed: str | None, encoding: str, names: tuple[str, ...], seen: int) -> Iterator[Row]:
    with content_of(path, packed) as stream:
        for line in islice(_lines(stream, encoding), seen, None):
            try:
                found = json.loads(line, parse_float=Decimal)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield _row(dict(_flat(found)), names)


def draw_json(path: Path, packed: str | None, encoding: str) -> RawTable:
    """Return the first records of one JSON document, wherever in it the longest list of objects stands."""
    with content_of(path, packed) as stream:
        text = stream.read(_LARGEST_DOCUMENT + 1)
    if len(text) > _LARGEST_DOCUMENT:
        raise SourceError(
            f"{path}: a JSON document of more than 256 MB cannot be drafted from: cut a part out, or use NDJSON"
        )
    try:
        document = json.loads(text.decode(encoding, errors="replace"), parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        raise SourceError(f"{path}: begins like JSON, but is not a whole JSON document") from fault
    lists = sorted(_lists(document, "$"), key=lambda one: (-len(one[1]), one[0]))
    if not lists:
        raise SourceError(f"{path}: is JSON without a list of objects, so it holds no records")
    where, objects = lists[0]
    options = [Option("format", "json", "one JSON document"), Option("encoding", encoding, "JSON is UTF-8")]
    if where != "$":
        options.append(
            Option("records", where, f"a list of {counted(len(objects), 'object')} stands there", unsure=len(lists) > 1)
        )
    table = _table(options, objects[:SAMPLE_RECORDS], path)
    table.whole = len(objects) <= SAMPLE_RECORDS
    table.rest = (_row(dict(_flat(one)), table.names) for one in objects[SAMPLE_RECORDS:])
    others = [f"{other} ({len(found):,})" for other, found in lists[1:4]]
    if others:
        table.remarks.append(Remark(f"there are other lists of objects: {', '.join(others)}", unsure=True))
    return table


def _lists(node: Any, where: str, depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        yield where, node
    elif isinstance(node, dict) and depth < _DEPTH:
        for key, item in node.items():
            yield from _lists(item, f"{where}.{key}", depth + 1)


def draw_parquet(path: Path) -> RawTable:
    """Return the first records of a Parquet file."""
    try:
        file = pq.ParquetFile(path)
        names = tuple(name for field in file.schema_arrow for name, _ in _leaves(field, ""))
        types = dict(leaf for field in file.schema_arrow for leaf in _leaves(field, ""))
        batches = file.iter_batches(batch_size=8192)
        rows = (_row(dict(_flat(record)), names) for batch in batches for record in batch.to_pylist())
        sample = list(islice(rows, SAMPLE_RECORDS))
    except (pa.ArrowException, OSError) as fault:
        raise InputOutputError(f"{path}: is not a whole Parquet file") from fault
    typed = frozenset(name for name, kind in types.items() if pa.types.is_timestamp(kind))
    options = [Option("format", "parquet", f"{len(names)} columns, with types of their own")]
    whole = file.metadata.num_rows <= len(sample)
    return RawTable(options, names, sample, rows, whole, typed)


def _leaves(field: pa.Field, before: str) -> Iterator[tuple[str, pa.DataType]]:
    name = f"{before}{field.name}"
    if pa.types.is_struct(field.type):
        for inner in field.type:
            yield from _leaves(inner, f"{name}.")
    else:
        yield name, field.type


def _table(options: list[Option], objects: list[dict[str, Any]], path: Path) -> RawTable:
    if not objects:
        raise SourceError(f"{path}: no record was found in it")
    flat = [dict(_flat(one)) for one in objects]
    names = tuple(dict.fromkeys(name for record in flat for name in record))
    remarks = []
    absent = sum(any(name not in record for record in flat) for name in names)
    if absent:
        remarks.append(Remark(f"{absent} of the fields are not in every record: they are NULL where they are absent"))
    return RawTable(options, names, [_row(record, names) for record in flat], remarks=remarks)


def _row(record: Mapping[str, Cell], names: tuple[str, ...]) -> Row:
    return tuple(record.get(name) for name in names)


def _flat(record: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Cell]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield _whole(f"{before}{name}"), text_of(value)


def _whole(text: str) -> str:
    """JSON can say half of a surrogate pair, which is no character."""
    return _HALF.sub("\ufffd", text)


def text_of(value: Any) -> Cell:
    """Return a typed cell as the loader's text: true and false small, whole numbers without .0, lists as JSON."""
    if value is None:
        return None
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value) and abs(int(value)) < 10**15:
        return str(int(value))
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
