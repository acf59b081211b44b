"""One run at a time holds a workspace. The lock dies with its process; who holds it stands in a file beside it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from audit.errors import InputOutputError, LockedError
from audit.files import Audience, audience_of, is_running, make_folder, naming_faults
from audit.ledger.actor import who_acts
from audit.workspace import Workspace

LOCK_NAME = ".audit.lock"
HOLDER_NAME = ".audit.holder.json"
# What does not fit into memory goes into a folder of this name and the process's number.
_SCRATCH = ".audit.scratch"


@contextmanager
def hold(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for as long as the block runs.

    Raises:
        LockedError: another process holds it; the message says who, and since when.
        InputOutputError: the lock cannot be made. ConfigError: the group of audit.toml is not there.
    """
    path, holder = workspace.folder / LOCK_NAME, workspace.folder / HOLDER_NAME
    audience = audience_of(workspace.group)
    lock = FileLock(path, timeout=0, mode=audience.file_mode)
    try:
        lock.acquire()
    except Timeout as fault:
        raise LockedError(
            f"{workspace.folder}: another run holds the workspace{_who(holder)}; try again later"
        ) from fault
    except OSError as fault:
        raise InputOutputError(
            f"{workspace.folder}: cannot be written ({fault.strerror}); check its permissions"
        ) from fault
    try:
        _let_in(path, audience)
        with naming_faults(holder, "written", "free some space or check the permissions, then run again"):
            _note_holder(holder, audience)
            _clear_scratch(workspace)
            make_folder(scratch_of(workspace), Audience())
        yield
    finally:
        shutil.rmtree(scratch_of(workspace), ignore_errors=True)
        _let_in(workspace.database, audience)
        holder.unlink(missing_ok=True)
        lock.release()


def _note_holder(holder: Path, audience: Audience) -> None:
    """Write who holds the lock, in place of whom a killed run left there; whole, for others read it meanwhile."""
    actor = who_acts()
    since = datetime.now(UTC).isoformat(timespec="seconds")
    aside = holder.with_name(f"{holder.name}.new")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
            audience.admit(file.fileno())
            json.dump({"process": actor.process, "user": actor.user, "since": since}, file)
        aside.replace(holder)
    finally:
        aside.unlink(missing_ok=True)


def scratch_of(workspace: Workspace) -> Path:
    """Return where this process puts what does not fit into memory: parts of the log, for nobody else to read."""
    return workspace.folder / f"{_SCRATCH}.{os.getpid()}"


def _clear_scratch(workspace: Workspace) -> None:
    """Remove what killed processes left there."""
    for leftover in sorted(workspace.folder.glob(f"{_SCRATCH}.*")):
        process = leftover.name.rpartition(".")[2]
        if process.isdecimal() and (int(process) == os.getpid() or not is_running(int(process))):
            shutil.rmtree(leftover, ignore_errors=True)


def _let_in(path: Path, audience: Audience) -> None:
    """Give what this user owns its group and mode, whoever made it and with whatever umask: the database too."""
    if path.exists() and path.stat().st_uid == getattr(os, "geteuid", lambda: None)():
        audience.admit(path)


def _who(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
        return f" (user {known['user']}, process {known['process']}, since {known['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
