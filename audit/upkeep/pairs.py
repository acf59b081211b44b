"""Which accesses must be explained anew. A pair is a user and a subject; its accesses are explained together.

What explains the accesses of a pair depends on these accesses, on those of the same user to subjects linked to this one,
and on reference rows that name the user, the subject, one linked to it, an incident that holds either, or an incident that
they quote. So of everything that changed, the pairs that it can reach are found, rather too many than too few.
"""

from collections.abc import Iterable

from audit.upkeep.context import changed_rows, gone_rows
from audit.upkeep.desk import Desk
from audit.upkeep.parts import PAIR_COLUMNS, partition_columns, select_partitions

PAIR = '"upkeep pair"'
_ABOUT_USERS = ("staff", "posting", "authority")
_ABOUT_INCIDENTS = ("incident", "incident_staff", "incident_subject")


def find_touched(desk: Desk, changed: set[str]) -> None:
    """Make the table of standing accesses whose user, subject or reference the changed reference rows touch."""
    touched = "FALSE"
    if changed:
        _lay_references(desk, changed)
        _lay_subjects(desk, changed)
        _lay_users(desk, changed)
        touched = (
            'user_id IN (SELECT user_id FROM "upkeep user") OR subject_id IN (SELECT subject_id FROM "upkeep subject") '
            'OR reference IN (SELECT reference FROM "upkeep reference")'
        )
    columns = select_partitions(dict.fromkeys((*PAIR_COLUMNS, *partition_columns(desk))))
    desk.lay("upkeep touched access", f"SELECT {columns} FROM {desk.standing('access')} WHERE {touched}")


def find_pairs(desk: Desk, changed: set[str]) -> None:
    """Make the table of pairs: those of accesses that went or came, and those of touched accesses."""
    accesses = 'SELECT * FROM "upkeep gone access" UNION ALL SELECT * FROM "upkeep made access"'
    desk.lay(
        "upkeep changed pair",
        f"SELECT DISTINCT user_id, subject_id FROM ({accesses}) AS changed WHERE user_id IS NOT NULL AND subject_id IS NOT NULL",
    )
    # Of events collapsed anew the links are there.
    links = desk.standing("subject_link") if desk.count('SELECT 1 FROM "upkeep gone access"') else '"upkeep event link"'
    gone_links = "subject_link" in changed
    desk.lay("upkeep neighbour", sql_for_links(links, 'SELECT subject_id FROM "upkeep changed pair"', gone_links))
    desk.lay(
        "upkeep pair",
        """
        SELECT user_id, subject_id FROM "upkeep changed pair"
        UNION
        SELECT pair.user_id, neighbour.linked_id AS subject_id
        FROM "upkeep changed pair" AS pair
        INNER JOIN "upkeep neighbour" AS neighbour ON pair.subject_id = neighbour.subject_id
        UNION
        SELECT user_id, subject_id FROM "upkeep touched access" WHERE user_id IS NOT NULL AND subject_id IS NOT NULL
        """,
    )


def sql_for_links(table: str, subjects: str, gone_links: bool) -> str:
    """SELECT for the links of some subjects, whatever their kind and time: subject_id, linked_id."""
    links = f"SELECT subject_id, linked_id FROM {table}"
    if gone_links:
        links += f" UNION ALL SELECT subject_id, linked_id FROM ({gone_rows('subject_link')}) AS gone"
    return (
        f"WITH subject AS MATERIALIZED ({subjects}), link AS MATERIALIZED (SELECT subject_id, linked_id FROM ({links}) AS link "
        "WHERE subject_id IN (SELECT subject_id FROM subject) OR linked_id IN (SELECT subject_id FROM subject)) "
        "SELECT subject_id, linked_id FROM link SEMI JOIN subject USING (subject_id) UNION "
        "SELECT linked_id AS subject_id, subject_id AS linked_id FROM link WHERE linked_id IN (SELECT subject_id FROM subject)"
    )


def _union(parts: Iterable[str], column: str) -> str:
    return " UNION ".join([*parts, f"SELECT CAST(NULL AS VARCHAR) AS {column} WHERE FALSE"])


def _lay_references(desk: Desk, changed: set[str]) -> None:
    """The incidents of which anything changed."""
    parts = [
        f"SELECT reference FROM ({changed_rows(table)}) AS changed" for table in _ABOUT_INCIDENTS if table in changed
    ]
    desk.lay("upkeep reference", _union(parts, "reference"))


def _lay_subjects(desk: Desk, changed: set[str]) -> None:
    """The subjects of those incidents, subjects that changed and what is linked to either; both ends of a changed link."""
    held = 'SELECT reference AS subject_id FROM "upkeep reference" UNION ' + _union(
        [
            f"SELECT subject_id FROM {desk.standing('incident_subject')} "
            'WHERE reference IN (SELECT reference FROM "upkeep reference")',
            *_columns("incident_subject", "subject_id", changed),
            *_columns("subject", "subject_id", changed),
        ],
        "subject_id",
    )
    desk.lay("upkeep held", held)
    standing, gone_links = desk.standing("subject_link"), "subject_link" in changed
    links = sql_for_links(standing, 'SELECT subject_id FROM "upkeep held"', gone_links)
    parts = [
        'SELECT subject_id FROM "upkeep held"',
        f"SELECT linked_id AS subject_id FROM ({links}) AS link",
        *_columns("subject_link", "subject_id", changed),
        *_columns("subject_link", "linked_id", changed),
    ]
    desk.lay("upkeep subject", " UNION ".join(parts))


def _lay_users(desk: Desk, changed: set[str]) -> None:
    """The users whose record, posting or authority changed; an authority for a unit or role touches all who ever were of it."""
    parts = [part for table in _ABOUT_USERS for part in _columns(table, "user_id", changed)]
    if "authority" in changed:
        for table, column in (("posting", "unit"), ("posting", "role"), ("staff", "role")):
            parts.append(
                f"SELECT user_id FROM {desk.standing(table)} WHERE {column} IN ("
                f"SELECT {column} FROM ({changed_rows('authority')}) AS changed)"
            )
    desk.lay("upkeep user", _union(parts, "user_id"))


def _columns(table: str, column: str, changed: set[str]) -> list[str]:
    if table not in changed:
        return []
    return [f"SELECT {column} FROM ({changed_rows(table)}) AS changed"]
