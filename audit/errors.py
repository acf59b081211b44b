"""What can go wrong that the reader of the message can mend, each with its exit code. Imports nothing of the package."""

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of `audit`, for schedulers. Findings are not a failure."""

    DONE = 0
    BUG = 1
    USAGE = 2
    NOT_ALL_LOADED = 3
    LOCKED = 4
    CONFIGURATION = 5
    INPUT_OUTPUT = 6
    FAIL_ON = 7
    DIFFERENCE = 8
    STALE = 9


# Of several things that went wrong in one run, the first of these decides.
PRECEDENCE = (
    ExitCode.INPUT_OUTPUT,
    ExitCode.CONFIGURATION,
    ExitCode.STALE,
    ExitCode.FAIL_ON,
    ExitCode.NOT_ALL_LOADED,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that decides when several things went wrong; DONE when nothing did."""
    seen = set(codes)
    return next((code for code in PRECEDENCE if code in seen), ExitCode.DONE)


class AuditError(Exception):
    """Something that the reader can mend. The message says where, what, and what to do; never a record's content."""

    exit_code = ExitCode.BUG

    def __init__(self, faults: str | Iterable[str]) -> None:
        """Take one message, or all the faults of one file at once."""
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class UsageError(AuditError):
    """The command was called with words that do not fit."""

    exit_code = ExitCode.USAGE


class LockedError(AuditError):
    """Another run holds the workspace."""

    exit_code = ExitCode.LOCKED


class ConfigError(AuditError):
    """audit.toml is wrong."""

    exit_code = ExitCode.CONFIGURATION


class SourceError(AuditError):
    """A source definition is wrong, or does not fit the file that it is for."""

    exit_code = ExitCode.CONFIGURATION


class QueryError(AuditError):
    """A query, its header, parameters or cases are wrong."""

    exit_code = ExitCode.CONFIGURATION


class QueryStopped(QueryError):  # noqa: N818 - what happened, as click.Abort
    """A query ran longer than it may, and was interrupted."""


class DifferenceError(AuditError):
    """A file of a report is not what its run wrote."""

    exit_code = ExitCode.DIFFERENCE


class InputOutputError(AuditError):
    """An input, the database or a report could not be read or written."""

    exit_code = ExitCode.INPUT_OUTPUT


class QueryOutOfMemory(InputOutputError):  # noqa: N818
    """A query needs more memory, or room to spill to, than it may use."""
