"""Take a query file apart and check its header: TOML in the leading comment, then prose, then the SQL."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.catalogue.faults import listed, suggestion
from audit.catalogue.query import FAMILIES, LEVELS, STATUSES, STRENGTHS, TESTS, Chance, ParameterValue, Query
from audit.errors import QueryError

ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_STEP = re.compile(r"^\d+-")
_MOST_POINTS = 60


@dataclass(frozen=True)
class Parts:
    """A query file taken apart. `first_line`: where the SQL begins in the file, from 1."""

    header: str
    prose: str
    sql: str
    first_line: int


@dataclass(frozen=True)
class _Field:
    """A header key. `read` returns the value as the query keeps it, or raises ValueError with what it must be."""

    read: Callable[[Any], object]
    required: bool = True


def split(text: str) -> Parts:
    """Take a file apart: header lines up to the first bare `--`, prose up to the first line without `--`, then SQL."""
    lines = text.splitlines()
    comment_end = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    comment = [line.removeprefix("--").removeprefix(" ").rstrip() for line in lines[:comment_end]]
    header_end = comment.index("") if "" in comment else comment_end
    sql_start = next((n for n in range(comment_end, len(lines)) if lines[n].strip()), comment_end)
    return Parts(
        header="\n".join(comment[:header_end]),
        prose="\n".join(comment[header_end:]).strip(),
        sql="\n".join(lines[sql_start:]).strip(),
        first_line=sql_start + 1,
    )


def read_query(path: Path, kind: type[Query]) -> tuple[Query, Parts]:
    """Read one file and check its header; nothing is said yet about its SQL.

    Raises:
        QueryError: with every fault of the header.

    """
    content = path.read_bytes()
    try:
        parts = split(content.decode("utf-8-sig"))
        header = tomllib.loads(parts.header)
    except UnicodeDecodeError as fault:
        raise QueryError(f"{path}: is not UTF-8 text; save it as UTF-8") from fault
    except tomllib.TOMLDecodeError as fault:
        raise QueryError(
            f"{path}: the header, the comment lines up to the first bare `--`, is not TOML: {fault}; "
            "prose begins after a bare `--` line"
        ) from fault
    faults: list[str] = []
    values = _values(header, _FIELDS[kind.kind], faults)
    faults.extend(_faults_of_id(values.get("id"), path))
    if faults:
        raise QueryError(f"{path}: {fault}" for fault in faults)
    query = kind(**values, sql=parts.sql, prose=parts.prose, path=path, sha256=hashlib.sha256(content).hexdigest())
    return query, parts


def id_in_name(path: Path) -> str:
    """Return the id that a file's name says: without the ending, and without the number that steps are ordered by."""
    return _STEP.sub("", path.stem)


def _values(header: Mapping[str, object], fields: Mapping[str, _Field], faults: list[str]) -> dict[str, Any]:
    faults.extend(
        f'header: "{key}" is no key of such a query{suggestion(key, fields)}' for key in header if key not in fields
    )
    missing = [key for key, field in fields.items() if field.required and key not in header]
    if missing:
        faults.append(f"header: {listed(missing)} missing; queries/README.md says what each key holds")
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in header:
            try:
                values[key] = field.read(header[key])
            except ValueError as fault:
                faults.append(f'header: "{key}" {fault}')
    return values


def _faults_of_id(query_id: str | None, path: Path) -> Iterator[str]:
    if query_id is None:
        return
    if query_id != id_in_name(path):
        yield f'header: id is "{query_id}" but the file is {path.name}; name the file {query_id}.sql, or change the id'
    if not ID.fullmatch(query_id):
        yield f'header: id "{query_id}" must be small letters and digits with single - or _ between'


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text, and not empty")
    return value.strip()


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError("must be a list of texts")
    return tuple(value)


def _some_texts(value: object) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts:
        raise ValueError("must hold at least one entry")
    return texts


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number")
    return value


def _points(value: object) -> int:
    points = _integer(value)
    if not 0 <= points <= _MOST_POINTS:
        raise ValueError(f"must be from 0 to {_MOST_POINTS}")
    return points


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"must be one of {', '.join(words)}{suggestion(str(value), words)}")
        return value

    return read


def parameter_value(value: object) -> ParameterValue:
    """Return a TOML value as a parameter keeps it.

    Raises:
        ValueError: it is none of the kinds that a parameter may have.

    """
    if isinstance(value, list):
        return _texts(value)
    if isinstance(value, str | bool | int | float):
        return value
    raise ValueError("must be a number, a text, true or false, or a list of texts")


def _parameters(value: object) -> dict[str, ParameterValue]:
    if not isinstance(value, dict):
        raise ValueError("must be written as parameters.name = value")
    read: dict[str, ParameterValue] = {}
    for name, entry in value.items():
        try:
            read[name] = parameter_value(entry)
        except ValueError as fault:
            raise ValueError(f"{name} {fault}") from None
    return read


def _chance(value: object) -> Chance:
    if not isinstance(value, dict) or (unknown := value.keys() - {"test", "counts", "tests", "among"}):
        hint = f', not "{min(unknown)}"' if isinstance(value, dict) else ""
        raise ValueError(f"must be a table of test, counts, tests and, where it chooses, among{hint}")
    parts: dict[str, Any] = {}
    for name, read in (("test", _one_of(*TESTS)), ("counts", _texts), ("tests", _text)):
        try:
            parts[name] = read(value.get(name))
        except ValueError as fault:
            raise ValueError(f"{name} {fault}") from None
    named = TESTS[parts["test"]]
    if len(parts["counts"]) != len(named):
        raise ValueError(f"counts must name four columns: {', '.join(named)}")
    return Chance(**parts, among=_text(value["among"]) if "among" in value else None)


_COMMON = {
    "id": _Field(_text),
    "title": _Field(_text),
    "description": _Field(_text),
    "reads": _Field(_texts),
    "parameters": _Field(_parameters, required=False),
}
_LOCAL = {"local": _Field(_flag, required=False)}
_FIELDS: Mapping[str, Mapping[str, _Field]] = {
    "access": _COMMON | _LOCAL,
    "report": _COMMON | _LOCAL,
    "view": _COMMON
    | _LOCAL
    | {"materialise": _Field(_flag, required=False), "partition": _Field(_some_texts, required=False)},
    "explanation": _COMMON | _LOCAL | {"strength": _Field(_one_of(*STRENGTHS)), "order": _Field(_integer)},
    "detector": _COMMON
    | {
        "level": _Field(_one_of(*LEVELS)),
        "status": _Field(_one_of(*STATUSES)),
        "family": _Field(_one_of(*FAMILIES)),
        "key": _Field(_some_texts),
        "points": _Field(_points),
        "summary": _Field(_text),
        "requires": _Field(_texts, required=False),
        "references": _Field(_texts, required=False),
        "falsepositives": _Field(_some_texts),
        "tags": _Field(_texts, required=False),
        "blind_spots": _Field(_some_texts),
        "triage": _Field(_some_texts),
        "chance": _Field(_chance, required=False),
    },
}
