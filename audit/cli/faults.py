"""What went wrong becomes a message on stderr and an exit code. No message holds a record's content."""

import errno
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from audit.cli.messages import Messages
from audit.errors import AuditError, ExitCode

_INTERRUPTED = 130
# What DuckDB makes of Ctrl-C while a query runs: a RuntimeError.
_QUERY_INTERRUPTED = "Query interrupted"
# What DuckDB says of a database file that is cut off, or of which a part is not what it wrote.
_DAMAGED = ("Corrupt database file", "Could not read")
_LONGEST = 200
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|«[^»]*»""")


@contextmanager
def while_somebody_reads() -> Iterator[None]:
    """End the block quietly when the reader of stdout has seen enough, as with `audit findings | head`."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes stdout at its end, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report_fault(fault: BaseException, messages: Messages) -> int:
    """Say what went wrong and return the exit code."""
    if _was_interrupted(fault):
        messages.error(["interrupted; files that were loaded whole stay loaded, and the next run goes on from there"])
        return _INTERRUPTED
    if isinstance(fault, AuditError):
        messages.error(fault.faults)
        return int(fault.exit_code)
    if isinstance(fault, click.exceptions.Exit):
        return fault.exit_code
    if isinstance(fault, click.ClickException):
        return _report_usage(fault, messages)
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else int(fault.code is not None)
    advice = _advice(fault)
    if advice:
        messages.error([advice])
        return ExitCode.INPUT_OUTPUT
    return _report_bug(fault, messages)


def _was_interrupted(fault: BaseException | None) -> bool:
    """Say whether Ctrl-C stands behind the fault: what cleans up after it may fail in its turn, and hide it."""
    while fault is not None:
        if isinstance(fault, KeyboardInterrupt | click.Abort) or str(fault) == _QUERY_INTERRUPTED:
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _report_usage(fault: click.ClickException, messages: Messages) -> int:
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        click.echo(fault.format_message(), err=True)
        return ExitCode.USAGE
    context = getattr(fault, "ctx", None)
    if isinstance(fault, click.NoSuchOption) and fault.option_name in ("-w", "--workspace") and context:
        command = context.command_path.removeprefix("audit ")
        messages.error([f"{fault.option_name} goes before the command: audit {fault.option_name} DIR {command}"])
        return ExitCode.USAGE
    # click puts each choice on a line of its own, behind a tab.
    told = " ".join(fault.format_message().split()).rstrip(".")
    hint = f"see: {context.command_path} --help" if context else ""
    messages.error([told + (f" ({hint})" if told.endswith("?") else f"; {hint}") if hint else told])
    return ExitCode.USAGE


def _advice(fault: BaseException) -> str | None:
    """Return what to do where the machine, not the program, is at its end; None for anything else."""
    # By name, so that a message about a wrong word need not import DuckDB.
    kinds = {f"{kind.__module__.split('.')[0].lstrip('_')}.{kind.__name__}" for kind in type(fault).__mro__}
    if isinstance(fault, MemoryError) or "duckdb.OutOfMemoryException" in kinds:
        return (
            "out of memory, or of room to spill to: give the machine more, or set [workspace] memory and threads in "
            "audit.toml lower; nothing was half loaded"
        )
    if any(kind.startswith("duckdb.") for kind in kinds) and any(word in str(fault) for word in _DAMAGED):
        return (
            "the database is damaged; put a backup back, or move it away and let the next run load the files anew; what "
            "was published stays as it is"
        )
    # After a write that failed the engine refuses all else, with the second of these.
    if kinds & {"duckdb.IOException", "duckdb.FatalException"}:
        return (
            "the database or its temporary files cannot be read or written: check free space and permissions, then run "
            "again; nothing was half done"
        )
    if not isinstance(fault, OSError):
        return None
    where = f"{fault.filename}: " if isinstance(fault.filename, str) else ""
    what = os.strerror(fault.errno) if fault.errno else "input/output error"
    full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
    return f"{where}{what}; {'free some space' if full else 'check the path and its permissions'}, then run again"


def _report_bug(fault: BaseException, messages: Messages) -> int:
    messages.error(["a bug in Access Audit; please report the lines below, which hold no record's content"])
    messages.note("\n".join(_chain(fault)))
    return ExitCode.BUG


def _chain(fault: BaseException) -> list[str]:
    """Return the traceback, causes first. Messages of exceptions may quote cells of a log: what is quoted is cut out."""
    lines = _chain(fault.__cause__) if fault.__cause__ else []
    lines += [line.rstrip() for line in traceback.format_tb(fault.__traceback__)]
    return [*lines, f"{type(fault).__name__}: {_bare(str(fault))}"]


def _bare(message: str) -> str:
    first = message.splitlines()[0] if message else ""
    return _QUOTED.sub("'…'", first)[:_LONGEST]
