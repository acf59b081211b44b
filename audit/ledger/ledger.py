"""Append to the ledger and read it. The file is only ever appended to: nothing in it is changed, cut off or removed.

An append holds a lock of its own, never that of the workspace, for as long as a write and a sync take; so auditors who read
and a batch that runs write one chain. It is on the disk before the caller goes on to show what it records.

A crash may cut the last line off. The next append does not remove it: it writes a `repair` entry right behind the torn
bytes, in the same line, which names them by their hash. So every newline ends a whole entry, and a line that ends in none
was changed by somebody.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from audit.errors import InputOutputError
from audit.files import Audience, audience_of, sync_folder
from audit.ledger.actor import who_acts
from audit.ledger.chain import REPAIR, Chain, find_entry, read_chain
from audit.ledger.entry import NOTHING_BEFORE, Entry, make_line, parse_line
from audit.workspace import Workspace

LEDGER_NAME = "ledger.jsonl"
LOCK_NAME = ".ledger.lock"
# An append takes milliseconds: who waits this long waits for a process that hangs.
_PATIENCE_SECONDS = 30.0
_TAIL_BYTES = 1 << 16

Deed = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Ledger:
    """The ledger at a path, and who may read it besides its owner."""

    path: Path
    audience: Audience = field(default_factory=Audience)

    def append(self, kind: str, about: Mapping[str, Any]) -> Entry:
        """Record one deed; it is on the disk when this returns. Raises InputOutputError."""
        return self.append_all([(kind, about)])[-1]

    def append_all(self, deeds: Sequence[Deed]) -> list[Entry]:
        """Record deeds, in one write. Raises InputOutputError: then none of them may be taken for recorded."""
        if not deeds:
            return []
        with self._naming_faults(), self._lock():
            descriptor = self._open()
            try:
                last, torn = _read_end(descriptor)
                text, made = _lines(last, torn, deeds)
                _write(descriptor, text)
            finally:
                os.close(descriptor)
        return made

    def read(self) -> Chain:
        """Read all of it; a ledger that is not there is empty. Raises InputOutputError."""
        try:
            return read_chain(self.path.read_bytes())
        except FileNotFoundError:
            return Chain()
        except OSError as fault:
            raise InputOutputError(
                f"{self.path}: cannot be read ({os.strerror(fault.errno or 0)}); give the right to read it"
            ) from fault

    def _open(self) -> int:
        """Open the file for appending; made with its modes, whatever the umask, where there is none."""
        # Not through a link, and nothing but a file: what is written to a device is recorded nowhere.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        made = not self.path.exists()
        descriptor = os.open(self.path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputOutputError(f"{self.path}: is no file; move it away, and verify with: audit verify")
            if made:
                self.audience.admit(descriptor)
                os.fsync(descriptor)
                sync_folder(self.path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    @contextmanager
    def _lock(self) -> Iterator[None]:
        path = self.path.with_name(LOCK_NAME)
        made = not path.exists()
        lock = FileLock(path, timeout=_PATIENCE_SECONDS, mode=self.audience.file_mode)
        with lock:
            if made:
                self.audience.admit(path)
            yield

    @contextmanager
    def _naming_faults(self) -> Iterator[None]:
        why = "what is done or shown is recorded first, so nothing is done or shown"
        try:
            yield
        except Timeout as fault:
            raise InputOutputError(
                f"{self.path}: another process has held it for {_PATIENCE_SECONDS:.0f} seconds; {why}; see which one hangs"
            ) from fault
        except OSError as fault:
            raise InputOutputError(
                f"{fault.filename or self.path}: cannot be written ({os.strerror(fault.errno or 0)}): {why}; give the "
                "right to append to it, or free some space"
            ) from fault


def ledger_of(workspace: Workspace) -> Ledger:
    """Return the workspace's ledger. Raises ConfigError when its group is not there."""
    return Ledger(workspace.folder / LEDGER_NAME, audience_of(workspace.group))


def _read_end(descriptor: int) -> tuple[Entry | None, bytes]:
    """Return the last entry, and the bytes after it that no newline ends: none, or what a crash left.

    Lines after it that are no entries stay as they are: `audit verify` names them.
    """
    size = os.fstat(descriptor).st_size
    span = _TAIL_BYTES
    while True:
        start = max(size - span, 0)
        # The first line of the block may begin before it.
        *lines, tail = _read_at(descriptor, start, size).split(b"\n")
        if start:
            lines = lines[1:]
        for line in reversed(lines):
            entry, _ = find_entry(line)
            if entry is not None:
                return entry, tail
        if start == 0:
            return None, tail
        span *= 4


def _read_at(descriptor: int, start: int, end: int) -> bytes:
    pieces = []
    while start < end and (piece := os.pread(descriptor, end - start, start)):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


def _lines(last: Entry | None, torn: bytes, deeds: Sequence[Deed]) -> tuple[bytes, list[Entry]]:
    """Return what to append, and the entries of the deeds in it."""
    lines: list[bytes] = []
    start = b""
    whole = parse_line(torn) if torn else None
    if whole is not None:
        # Only its newline is missing.
        start, last, torn = b"\n", whole, b""
    wanted = list(deeds)
    if torn:
        wanted.insert(0, (REPAIR, {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()}))
    made: list[Entry] = []
    actor, now = who_acts(), datetime.now(UTC)
    for kind, about in wanted:
        no, prev = (last.no + 1, last.hash) if last else (1, NOTHING_BEFORE)
        line = make_line(no, now, kind, actor, about, prev)
        last = parse_line(line)
        assert last is not None, "a line that was just made can be read"
        made.append(last)
        lines.append(line + b"\n")
    return start + b"".join(lines), made[len(wanted) - len(deeds) :]


def _write(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
    os.fsync(descriptor)
