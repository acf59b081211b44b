"""Of the large reference tables only what may bear on some accesses, laid before the tables for the queries to see."""

from collections.abc import Iterable

from audit.upkeep.desk import Desk
from audit.upkeep.pairs import sql_for_links

_BY_REFERENCE = ("incident", "incident_staff", "incident_subject")


def lay_what_bears(desk: Desk, subjects: str, references: str, tables: Iterable[str]) -> None:
    """Lay those of `tables` that are large: rows about these subjects, what is linked to them, and incidents of either.

    `subjects`, `references`: SELECTs of the accesses' subjects and quoted references. Leaves `upkeep subject`: the subjects and
    what is linked to them, if links are among the tables.
    """
    wanted = set(tables)
    desk.lay(
        "upkeep own subject", f"SELECT DISTINCT subject_id FROM ({subjects}) AS asked WHERE subject_id IS NOT NULL"
    )
    own = 'SELECT subject_id FROM "upkeep own subject"'
    if "subject_link" in wanted:
        near = f"SELECT linked_id AS subject_id FROM ({sql_for_links(desk, own)}) AS near"
        desk.lay("upkeep subject", f"{own} UNION {near}")
        link = f"SELECT * FROM {desk.standing('subject_link')} WHERE subject_id IN ({own}) OR linked_id IN ({own})"
        desk.lay("subject_link", link)
    else:
        desk.lay("upkeep subject", own)
    bearing = 'SELECT subject_id FROM "upkeep subject"'
    if "subject" in wanted:
        desk.lay("subject", f"SELECT * FROM {desk.standing('subject')} WHERE subject_id IN ({bearing})")
    if by_reference := [table for table in _BY_REFERENCE if table in wanted]:
        desk.lay(
            "upkeep reference",
            f"SELECT reference FROM {desk.standing('incident_subject')} WHERE subject_id IN ({bearing}) "
            f'UNION SELECT subject_id AS reference FROM "upkeep subject" UNION {references}',
        )
        for table in by_reference:
            which = 'reference IN (SELECT reference FROM "upkeep reference")'
            desk.lay(table, f"SELECT * FROM {desk.standing(table)} WHERE {which}")
