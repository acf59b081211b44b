"""What an id that a command does not take may be: a user typed where a finding is asked for, a finding for an event."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from audit.cli.session import Session
from audit.errors import AuditError, UsageError

_FINDING = re.compile(r"F[0-9a-f]{3,20}")


@contextmanager
def saying_what_it_is(session: Session, asked: str, word: str) -> Iterator[None]:
    """Where the block does not find what is asked for, a `word`, say what else has that id, and which command takes it.

    Raises:
        UsageError: as the block does, or in its place.

    """
    try:
        yield
    except UsageError as fault:
        known = None
        # Whatever cannot be asked, such as a database that a batch holds, is no reason to hide the fault.
        with suppress(AuditError):
            known = _what_it_is(session, asked, word)
        if known is None:
            raise
        raise UsageError(known) from fault


def _what_it_is(session: Session, asked: str, word: str) -> str | None:
    if _FINDING.fullmatch(asked):
        return _withdrawn(session, asked) if word == "finding" else _finding(session, asked, word)
    return _in_database(session, asked, word)


def _finding(session: Session, asked: str, word: str) -> str | None:
    session.find_finding(asked)
    return f'"{asked}" is a finding, not an {word}: audit show {asked}'


def _withdrawn(session: Session, asked: str) -> str | None:
    from audit.report.read import Wanted, read_withdrawn

    gone = read_withdrawn(session.latest_run("withdrawn"), Wanted()).to_pylist()
    found = [row for row in gone if row["finding_id"].startswith(asked)]
    if len(found) != 1:
        return None
    return f'finding "{asked}": was withdrawn by the last run: {found[0]["why"]}; see: audit findings --withdrawn'


def _in_database(session: Session, asked: str, word: str) -> str | None:
    from audit.known import kind_of

    kind = kind_of(session.workspace(), asked)
    if kind is None or kind == word:
        return None
    article = "an" if word == "event" else "a"
    takes = f"audit explain {asked}"
    if kind != "event":
        takes = f"audit findings --{kind} {asked}, or audit timeline --{kind} {asked}"
    return f'"{asked}" is {"an" if kind == "event" else "a"} {kind}, not {article} {word}: {takes}'
