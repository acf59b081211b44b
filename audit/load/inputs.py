"""Which files an input has, and which of them are new. Reads no record."""

import glob
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from audit.errors import InputOutputError
from audit.load.fingerprint import Fingerprint
from audit.schema import Table
from audit.workspace import Input, Workspace


@dataclass(frozen=True)
class Found:
    """The files of an input in path order, and what to say about it."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def find_files(workspace: Workspace, item: Input) -> Found:
    """Return the files that an input's glob matches now.

    Raises:
        InputOutputError: the path has no wildcard and there is no such file; or a link leads out of what audit.toml names.

    """
    pattern = item.path if Path(item.path).is_absolute() else f"{glob.escape(str(workspace.folder))}/{item.path}"
    files = sorted(Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207
    _check_within(workspace, item, files)
    if not files and not item.wild:
        raise InputOutputError(f"{item.path}: no such file, though [[input]] {item.source} names it")
    if not files:
        return Found((), (f"{item.path}: no file matches (input of {item.source})",))
    return Found(tuple(files))


def _check_within(workspace: Workspace, item: Input, files: list[Path]) -> None:
    """Refuse what lies elsewhere than audit.toml says: whoever may put a link into a folder of exports chooses no input.

    What stands before the first wildcard was written by whoever owns audit.toml and may lead anywhere, a mounted export
    too; what a wildcard matches must lie beneath that, links followed.
    """
    named = workspace.folder / item.fixed
    if not item.wild:
        return
    root = named.resolve()
    outside = [path for path in files if not path.resolve().is_relative_to(root)]
    if outside:
        raise InputOutputError(
            f"{path}: is a link that leads out of {named}; nothing of [[input]] {item.path} was loaded. Put the file itself "
            "there, or name the folder where it lies in audit.toml"
            for path in outside
        )


def is_known(
    connection: duckdb.DuckDBPyConnection,
    item: Input,
    table: Table,
    size: int,
    hashed: Callable[[], Fingerprint],
) -> bool:
    """Say whether a file's content need not be loaded.

    Of a log: it was loaded from that source before, under whatever name. Of reference data: it is the content that
    stands now. The hash is awaited only where a file of that size was loaded before.
    """
    sizes = connection.execute(
        "SELECT count(*) FROM load_log WHERE source = ? AND bytes = ?", [item.source, size]
    ).fetchone()
    if sizes == (0,):
        return False
    if table.arrival == "append":
        return _was_loaded(connection, item.source, hashed().sha256)
    return _stands(connection, item) == hashed().sha256


def may_be_known(
    connection: duckdb.DuckDBPyConnection, item: Input, table: Table, files: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Return the files of an input whose hash decides whether they are loaded: of a log those of a size that was loaded before."""
    if table.arrival != "append":
        return files
    rows = connection.execute("SELECT DISTINCT bytes FROM load_log WHERE source = ?", [item.source]).fetchall()
    sizes = {row[0] for row in rows}
    return tuple(path for path in files if _size(path) in sizes)


def files_to_load(
    connection: duckdb.DuckDBPyConnection,
    item: Input,
    table: Table,
    files: tuple[Path, ...],
    hashes: Mapping[Path, Callable[[], Fingerprint]],
    name_of: Callable[[Path], str],
) -> tuple[Path, ...]:
    """Return the files of an input that are to be loaded, in path order.

    `hashes`: of those that `may_be_known` names; `name_of`: a file's path as the load log has it. Of a log those whose
    content was not loaded from that source before; of a file that came since, loading tells by itself. Of reference data
    those whose content the input has not had, or not last under their name. Where there is none, the last by path: if what
    stands is no longer among the files (an older one was put back), or if it is a file that came with content of old.
    """
    if not files:
        return files
    if table.arrival == "append":
        rows = connection.execute("SELECT sha256 FROM load_log WHERE source = ?", [item.source]).fetchall()
        loaded = {row[0] for row in rows}
        return tuple(path for path in files if path not in hashes or _readable(hashes[path]) not in loaded)
    contents = {path: hashes[path]().sha256 for path in files}
    rows = connection.execute(
        "SELECT path, sha256 FROM load_log INNER JOIN load_input USING (load_id) WHERE input = ? ORDER BY load_id",
        [item.name],
    ).fetchall()
    had, under = {sha256 for _, sha256 in rows}, dict(rows)
    new = tuple(
        path
        for path in files
        if contents[path] not in had or contents[path] != under.get(name_of(path), contents[path])
    )
    if new:
        return new
    last, stands = files[-1], _stands(connection, item)
    if stands in contents.values() and (contents[last] == stands or name_of(last) in under):
        return ()
    return (last,)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _readable(hashed: Callable[[], Fingerprint]) -> str | None:
    """Return the hash; None of what cannot be read, of which loading says why, and stops with it alone."""
    try:
        return hashed().sha256
    except InputOutputError:
        return None


def _was_loaded(connection: duckdb.DuckDBPyConnection, source: str, sha256: str) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM load_log WHERE source = ? AND sha256 = ?", [source, sha256]
    ).fetchone()
    return row is not None and row[0] > 0


def _stands(connection: duckdb.DuckDBPyConnection, item: Input) -> str | None:
    """Return the hash of the file of an input that was loaded last."""
    row = connection.execute(
        "SELECT sha256 FROM load_log INNER JOIN load_input USING (load_id) WHERE input = ? ORDER BY load_id DESC LIMIT 1",
        [item.name],
    ).fetchone()
    return str(row[0]) if row else None
