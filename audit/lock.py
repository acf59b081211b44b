"""One run at a time holds a workspace. The lock dies with its process; who holds it stands in a file beside it."""

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from audit.errors import InputOutputError, LockedError
from audit.workspace import Workspace


@contextmanager
def hold(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for as long as the block runs.

    Raises:
        LockedError: another process holds it; the message says who, and since when.
        InputOutputError: the lock cannot be made.
    """
    path = workspace.folder / ".audit.lock"
    holder = workspace.folder / ".audit.holder.json"
    lock = FileLock(path, timeout=0, mode=0o600)
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
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(
            json.dumps({"process": os.getpid(), "user": getpass.getuser(), "since": since}), encoding="utf-8"
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: "os.PathLike[str]") -> str:
    try:
        with open(holder, encoding="utf-8") as stream:  # noqa: PTH123 - any path will do
            known = json.load(stream)
        return f" (user {known['user']}, process {known['process']}, since {known['since']})"
    except (OSError, ValueError, KeyError):
        return ""
