"""Write files that survive a power cut and that nobody else may read. Knows nothing of what is in them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from audit.errors import ConfigError, InputOutputError


@dataclass(frozen=True)
class Audience:
    """Who may read: the owner alone, or a group besides. Holds whatever the umask."""

    group_id: int | None = None

    @property
    def file_mode(self) -> int:
        """0600, or 0640 with a group."""
        return 0o600 if self.group_id is None else 0o640

    @property
    def folder_mode(self) -> int:
        """0700, or 0750 with a group."""
        return 0o700 if self.group_id is None else 0o750

    def admit(self, file: int | Path) -> None:
        """Give a file that this process has made, by its descriptor or path, its group and mode."""
        if self.group_id is not None:
            os.chown(file, -1, self.group_id)
        # After the owner, and not when the file is opened, which the umask would narrow.
        os.chmod(file, self.file_mode)  # noqa: PTH101 - a descriptor will do too


def audience_of(group: str | None) -> Audience:
    """Return who may read. Raises ConfigError when this machine knows no such group."""
    if group is None:
        return Audience()
    import grp  # not on Windows, where there are no such groups

    try:
        return Audience(grp.getgrnam(group).gr_gid)
    except KeyError:
        raise ConfigError(
            f'audit.toml: [workspace] group "{group}" is not a group of this machine; create it or take the key out'
        ) from None


def make_folder(folder: Path, audience: Audience) -> None:
    """Make the folder, whose parent must be there. Raises FileExistsError."""
    folder.mkdir(mode=0o700)
    if audience.group_id is not None:
        os.chown(folder, -1, audience.group_id)
    folder.chmod(audience.folder_mode)


def write_file(path: Path, audience: Audience, write: Callable[[IO[bytes]], object]) -> None:
    """Make the file with what `write` writes, and wait until it is on the disk. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        audience.admit(descriptor)
        write(file)
        file.flush()
        os.fsync(descriptor)


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove the folders of that pattern, such as `.name.<process>.tmp`, that no process is at work on any more."""
    for leftover in sorted(folder.glob(pattern)):
        if not _is_at_work(leftover.name.split(".")[-2]):
            shutil.rmtree(leftover)


def _is_at_work(process: str) -> bool:
    """Say whether a process of that number, but not this one, may still be there."""
    return process.isdecimal() and int(process) != os.getpid() and is_running(int(process))


def is_running(process: int) -> bool:
    """Say whether a process of that number is there, whoever owns it. One that ended and that nobody waited for is not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return not _has_ended(process)
    return not _has_ended(process)


def _has_ended(process: int) -> bool:
    """Say whether only its entry is left: until its parent asks, and in a container without an init for good. Linux tells."""
    try:
        told = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    # The state follows the name, which stands in brackets and may hold some.
    return told.rpartition(b")")[2].split()[:1] in ([b"Z"], [b"X"])


def sync_folder(folder: Path) -> None:
    """Wait until the names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def naming_faults(path: Path, deed: str, remedy: str) -> Iterator[None]:
    """Turn what the disk refuses into an InputOutputError: where, what, what to do."""
    try:
        yield
    except OSError as fault:
        where = fault.filename if isinstance(fault.filename, str) else path
        # Not `strerror`: pyarrow puts the path and a repetition of the fault into it.
        what = os.strerror(fault.errno) if fault.errno else "input/output error"
        raise InputOutputError(f"{where}: cannot be {deed}: {what}; {remedy}") from fault
    except pa.ArrowException as fault:
        raise InputOutputError(f"{path}: cannot be {deed}: not a readable Parquet file; {remedy}") from fault
