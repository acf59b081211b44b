"""Compare a report that was made again with the one that was published: each file by its bytes, the findings one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from audit.errors import InputOutputError
from audit.files import sha256_of
from audit.report.manifest import Manifest
from audit.report.read import Run, read_table


@dataclass(frozen=True)
class FileCompared:
    """A file of the report, and whether it has the bytes that were published."""

    name: str
    same: bool


@dataclass(frozen=True)
class FindingsCompared:
    """How many findings are the same in all columns, otherwise, only in the published report, and only in the one made again."""

    same: int
    otherwise: int
    only_then: int
    only_again: int


def compare_files(manifest: Manifest, again: Path) -> tuple[FileCompared, ...]:
    """Compare by the hashes that the manifest names. A file that only one of the two has differs."""
    published = {file.name: file.sha256 for file in manifest.files}
    made = {path.name: sha256_of(path) for path in again.iterdir() if path.name != "manifest.json"}
    names = sorted(published.keys() | made.keys())
    return tuple(FileCompared(name, published.get(name) == made.get(name)) for name in names)


def compare_findings(published: Run, again: Run, same_bytes: bool) -> FindingsCompared | None:
    """Count what became of the findings; None where those of the published report cannot be read any more.

    `same_bytes`: their files are the same, so that they need not be read one by one.
    """
    if same_bytes:
        return FindingsCompared(read_table(again, "findings", ["finding_id"]).num_rows, 0, 0, 0)
    try:
        then = _by_id(read_table(published, "findings"))
    except InputOutputError:
        return None
    now = _by_id(read_table(again, "findings"))
    both = then.keys() & now.keys()
    same = sum(then[finding_id] == now[finding_id] for finding_id in both)
    return FindingsCompared(same, len(both) - same, len(then) - len(both), len(now) - len(both))


def _by_id(table: pa.Table) -> dict[str, tuple[object, ...]]:
    rows: Sequence[dict[str, object]] = table.to_pylist()
    return {str(row["finding_id"]): tuple(map(repr, row.values())) for row in rows}
