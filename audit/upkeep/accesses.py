"""Accesses, kept in the warehouse: all made anew, or only those of the part of the log in which something changed."""

from collections.abc import Sequence

from audit.explain import make_accesses
from audit.upkeep.desk import Desk
from audit.upkeep.tiles import TILE, find_tiles, lay_events_of_tiles, longest_chain, span_of_tiles

# Nothing else of what collapsing makes is read afterwards.
KEPT = ("access", "access_event", "shared_id")


def remake_accesses(desk: Desk) -> None:
    """Collapse the whole log."""
    make_accesses(desk.engine, desk.catalogue)
    for name in KEPT:
        desk.keep(name, f"SELECT * FROM {name}")
    desk.clear()


def update_accesses(desk: Desk) -> bool:
    """Collapse what changed; what went and came is left in `upkeep gone access` and `upkeep made access`.

    False: it cannot be told which part of the log that is, and nothing was done.
    """
    chain = longest_chain(desk)
    if chain is None:
        return False
    new, gone = _loads_that_changed(desk)
    find_tiles(desk, new, gone, chain)
    lay_events_of_tiles(desk)
    desk.lay(
        "upkeep event link",
        f"SELECT * FROM {desk.standing('subject_link')} WHERE subject_id IN (SELECT subject_id FROM event) "
        "OR linked_id IN (SELECT subject_id FROM event)",
    )
    desk.engine.create_view("subject_link", 'SELECT * FROM "upkeep event link"')
    make_accesses(desk.engine, desk.catalogue, given=["shared_id"])
    for name, key in (("access", ("source", "access_id")), ("access_event", ("source", "event_id"))):
        desk.replace_rows(name, key, _of_tiles(desk, name), f"SELECT * FROM {name}")
    desk.clear()
    return True


def _of_tiles(desk: Desk, name: str) -> str:
    """SELECT for what stands of the tiles: no act leaves them, so that the day of its first event tells where it lies."""
    first, last = span_of_tiles(desk)
    return desk.placed(
        name,
        f"occurred_at >= {first} AND occurred_at < {last} AND EXISTS (SELECT 1 FROM {TILE} AS tile "
        "WHERE tile.user_id IS NOT DISTINCT FROM standing.user_id AND tile.day = CAST(standing.occurred_at AS DATE))",
    )


def _loads_that_changed(desk: Desk) -> tuple[Sequence[int], Sequence[int]]:
    """Return the loads of which events came, and those of which events went; a load that lost some is both."""
    found = desk.rows(
        f"""
        SELECT COALESCE(now.load_id, before.load_id), now.load_id IS NOT NULL, before.load_id IS NOT NULL
        FROM (SELECT load_id, count(*) AS events FROM {desk.standing("event")} GROUP BY load_id) AS now
        FULL JOIN {desk.standing("upkeep_load")} AS before ON now.load_id = before.load_id
        WHERE now.events IS DISTINCT FROM before.events
        ORDER BY 1
        """
    )
    loads = [(int(str(load)), there, was_there) for load, there, was_there in found]
    return [load for load, there, _ in loads if there], [load for load, _, was_there in loads if was_there]
