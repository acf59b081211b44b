"""Whether an id of a user or subject stands anywhere in what is loaded: "nothing found" of a misspelt id would clear nobody."""

from collections.abc import Iterator

from audit.engine import Engine
from audit.run import reading
from audit.schema import TABLES
from audit.sql import quote_identifier
from audit.workspace import Workspace

# Columns that name a user or a subject, and in which tables. The log comes last: it is the largest.
_USERS = ("user_id", "supervisor_id", "operator_id")
_SUBJECTS = ("subject_id", "linked_id")


def why_unknown(engine: Engine, user_id: str | None, subject_id: str | None) -> list[str]:
    """Return a sentence for each of the two that is named and stands nowhere; an engine over the warehouse."""
    return [
        sentence
        for word, asked, columns, where in (
            ("user", user_id, _USERS, "the log, staff, postings, duty or warnings"),
            ("subject", subject_id, _SUBJECTS, "the log, incidents, subjects, links or warnings"),
        )
        if asked is not None and (sentence := _why_unknown(engine, word, asked, columns, where))
    ]


def _why_unknown(engine: Engine, word: str, asked: str, columns: tuple[str, ...], where: str) -> str | None:
    near: str | None = None
    for table, column in _places(columns):
        # Of the spellings that differ in their letters' case alone, the one asked for comes first.
        row = engine.query(
            f"SELECT max({column}) FILTER (WHERE {column} = $asked) AS same, min({column}) AS near "
            f"FROM {table} WHERE lower({column}) = lower($asked)",
            {"asked": asked.strip()},
        ).to_pylist()[0]
        if row["same"] == asked:
            return None
        near = near or row["near"]
    hint = f'did you mean "{near}"?' if near else "ids are compared letter for letter"
    return f'{word} "{asked}": there is no such {word} in {where}; {hint}'


def _places(columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in sorted(TABLES, key=lambda name: (name == "event", name)):
        for column in columns:
            if column in TABLES[name].columns:
                yield quote_identifier(name), quote_identifier(column)
    if "subject_id" in columns:
        # An incident is a subject on itself.
        yield "incident", "reference"


def why_unknown_in(workspace: Workspace, user_id: str | None, subject_id: str | None) -> list[str]:
    """Ask the same of the workspace's database. Raises LockedError while a batch writes, InputOutputError where there is none."""
    with reading(workspace, lambda _step: None) as engine:
        return why_unknown(engine, user_id, subject_id)


def kind_of(workspace: Workspace, asked: str) -> str | None:
    """Say what has that id: a user, a subject or an event. None: nothing. Raises as `why_unknown_in` does."""
    with reading(workspace, lambda _step: None) as engine:
        if not why_unknown(engine, asked, None):
            return "user"
        if not why_unknown(engine, None, asked):
            return "subject"
        found = engine.query("SELECT event_id FROM event WHERE event_id = $asked LIMIT 1", {"asked": asked})
        return "event" if found.num_rows else None
