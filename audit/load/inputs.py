"""Which files an input has, and which of them are new. Reads no record."""

import glob
from dataclasses import dataclass
from pathlib import Path

import duckdb

from audit.errors import InputOutputError
from audit.load.fingerprint import Fingerprint, hash_file
from audit.schema import Table
from audit.workspace import Input, Workspace

_WILD = frozenset("*?[")


@dataclass(frozen=True)
class Found:
    """The files of an input in path order, and what to say about it."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def find_files(workspace: Workspace, item: Input) -> Found:
    """Return the files that an input's glob matches now.

    Raises:
        InputOutputError: the path has no wildcard and there is no such file.

    """
    pattern = item.path if Path(item.path).is_absolute() else f"{glob.escape(str(workspace.folder))}/{item.path}"
    files = sorted(Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not files and not _WILD & set(item.path):
        raise InputOutputError(f"{item.path}: no such file, though [[input]] {item.source} names it")
    if not files:
        return Found((), (f"{item.path}: no file matches (input of {item.source})",))
    return Found(tuple(files))


def fingerprint(path: Path) -> Fingerprint:
    """Hash a file.

    Raises:
        InputOutputError: it cannot be read.

    """
    try:
        return hash_file(path)
    except OSError as fault:
        raise InputOutputError(f"{path}: cannot be read ({fault.strerror})") from fault


def could_be_known(connection: duckdb.DuckDBPyConnection, source: str, size: int) -> bool:
    """Say whether a file of that size was loaded from the source: else its hash need not be awaited."""
    row = connection.execute("SELECT count(*) FROM load_log WHERE source = ? AND bytes = ?", [source, size]).fetchone()
    return row is not None and row[0] > 0


def is_known(connection: duckdb.DuckDBPyConnection, source: str, sha256: str) -> bool:
    """Say whether the same content was loaded from the source before."""
    row = connection.execute(
        "SELECT count(*) FROM load_log WHERE source = ? AND sha256 = ?", [source, sha256]
    ).fetchone()
    return row is not None and row[0] > 0


def files_to_load(
    connection: duckdb.DuckDBPyConnection, item: Input, table: Table, files: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Return the files of an input that are to be loaded, in path order.

    Of a log each file whose content is new. Of a reference table the same; and where none is new and the file that
    stands is no longer among them (an older one was put back), the last by path.
    """
    if table.arrival == "append" or not files:
        return files
    hashes = {path: fingerprint(path).sha256 for path in files}
    new = tuple(path for path in files if not is_known(connection, item.source, hashes[path]))
    standing = connection.execute(
        "SELECT sha256 FROM load_log INNER JOIN load_input USING (load_id) WHERE input = ? ORDER BY load_id DESC LIMIT 1",
        [item.name],
    ).fetchone()
    if new or (standing is not None and standing[0] in hashes.values()):
        return new
    return files[-1:]
