"""Of the large reference tables only what may bear on some accesses, laid before the tables for the queries to see.

What bears on the accesses near what changed is found once. Who asks about accesses of the same subjects and quoted incidents
sees that again: too much is harmless, and most accesses that are asked about are near.
"""

from collections.abc import Iterable

from audit.upkeep.desk import Desk

_LARGE = ("incident", "incident_staff", "incident_subject", "subject", "subject_link")
_BY_REFERENCE = ("incident", "incident_staff", "incident_subject")
_NEAR, _OTHERS = "near", "of others"


def find_what_bears(desk: Desk, subjects: str, references: str, links: str) -> None:
    """Find what bears on near accesses: SELECTs of their subjects and quoted references, and all links of these subjects."""
    desk.lay(_name("asked subject", _NEAR), subjects)
    desk.lay(_name("asked reference", _NEAR), references)
    _find(desk, _NEAR, links, _LARGE)


def lay_what_bears(desk: Desk, tables: Iterable[str] = _LARGE, whose: str = _NEAR) -> None:
    """Lay, of those of `tables` that are large, rows about the subjects, what is linked to them, and incidents of either."""
    for table in _large_of(tables):
        desk.engine.create_view(table, f"SELECT * FROM {_found(table, whose)}")


def lay_what_bears_on_access(desk: Desk, tables: Iterable[str]) -> None:
    """Lay, of those of `tables` that are large, what bears on the accesses laid as `access`."""
    wanted = _large_of(tables)
    if not wanted:
        return
    near = _asks_for_near(desk, "subject", "subject_id")
    if set(wanted).intersection(_BY_REFERENCE):
        near = _asks_for_near(desk, "reference", "reference") and near
    if not near:
        _find(desk, _OTHERS, desk.standing("subject_link"), wanted)
    lay_what_bears(desk, wanted, _NEAR if near else _OTHERS)


def _asks_for_near(desk: Desk, what: str, column: str) -> bool:
    """Find the subjects or references of the accesses laid, and say whether near accesses have them all."""
    name = f"asked {what}"
    desk.lay(_name(name, _OTHERS), f"SELECT DISTINCT {column} FROM access WHERE {column} IS NOT NULL")
    near = f"SELECT {column} FROM {_found(name, _NEAR)}"
    return not desk.count(f"SELECT {column} FROM {_found(name, _OTHERS)} EXCEPT {near}")


def _find(desk: Desk, whose: str, links: str, tables: Iterable[str]) -> None:
    """Make tables of the rows about the subjects asked about and, through `links`, about what is linked to them.

    Then of the incidents of any of these, and of those whose references are asked about.
    """
    own = f"SELECT subject_id FROM {_found('asked subject', whose)}"
    reached = own
    if "subject_link" in tables:
        at_subjects = f"SELECT * FROM {links} WHERE subject_id IN ({own}) OR linked_id IN ({own})"
        desk.lay(_name("subject_link", whose), at_subjects)
        found = _found("subject_link", whose)
        reached += f" UNION SELECT subject_id FROM {found} UNION SELECT linked_id FROM {found}"
    desk.lay(_name("subject reached", whose), reached)
    subjects = f"SELECT subject_id FROM {_found('subject reached', whose)}"
    if "subject" in tables:
        about = f"SELECT * FROM {desk.standing('subject')} WHERE subject_id IN ({subjects})"
        desk.lay(_name("subject", whose), about)
    if by_reference := [table for table in _BY_REFERENCE if table in tables]:
        desk.lay(
            _name("reference reached", whose),
            f"SELECT reference FROM {desk.standing('incident_subject')} WHERE subject_id IN ({subjects}) "
            f"UNION {subjects} UNION SELECT reference FROM {_found('asked reference', whose)}",
        )
        for table in by_reference:
            which = f"reference IN (SELECT reference FROM {_found('reference reached', whose)})"
            desk.lay(_name(table, whose), f"SELECT * FROM {desk.standing(table)} WHERE {which}")


def _large_of(tables: Iterable[str]) -> list[str]:
    return [table for table in _LARGE if table in set(tables)]


def _name(what: str, whose: str) -> str:
    return f"upkeep {what} {whose}"


def _found(what: str, whose: str) -> str:
    return f'"{_name(what, whose)}"'
