"""Who acts, as the operating system knows it. What somebody claims to be stands beside it, never in its place."""

import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A user of the operating system, on a machine, in a process."""

    user: str
    host: str
    process: int


def who_acts() -> Actor:
    """Return who runs this process: by its user id, for the environment ($USER, $LOGNAME) says what one likes."""
    return Actor(_user(), socket.gethostname(), os.getpid())


def _user() -> str:
    try:
        import pwd
    except ImportError:  # Windows, where there are no such ids
        import getpass

        return getpass.getuser()
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
