"""Which part of the log must be collapsed anew. A tile is one user's events of one day (UTC); nobody is a user too.

An act joins events of one user that follow each other within seconds, or that name each other as parent. So a set of
tiles that no act leaves, neither one that stands nor one that could come, can be collapsed alone. Here the tiles in which
something changed are found, and then those added that acts reach from them, until none is left.
"""

from collections.abc import Collection
from math import ceil

from audit.catalogue import AccessStep
from audit.upkeep.context import changed_rows, rows_before
from audit.upkeep.desk import Desk

TILE = '"upkeep tile"'
_FOUND = "upkeep found"
_A_DAY = 86_400


def longest_chain(desk: Desk) -> int | None:
    """Return how many seconds may lie between an event and the next of its act; None when tiles cannot follow that."""
    seconds = [
        step.parameters["chain_seconds"] for step in desk.catalogue.accesses if "chain_seconds" in step.parameters
    ]
    if len(seconds) != 1 or not isinstance(seconds[0], int | float) or not 0 <= seconds[0] < _A_DAY:
        return None
    return ceil(seconds[0])


def find_tiles(desk: Desk, new: Collection[int], gone: Collection[int], chain: int) -> None:
    """Make the table of tiles: those that the loads new or gone touch, or changed accounts or links, and what acts reach.

    A load that lost rows is both.
    """
    desk.lay(
        "upkeep tile", "SELECT CAST(NULL AS VARCHAR) AS user_id, CAST(NULL AS DATE) AS day, 0 AS round WHERE FALSE"
    )
    _add_events(desk, f"event.load_id IN ({_numbers(new)})")
    _add_gone(desk, gone)
    _add_shared_ids(desk, new, gone)
    _add_accounts(desk)
    _add_links(desk, chain)
    has_parents = bool(desk.rows(f"SELECT 1 FROM {desk.standing('event')} WHERE parent_event_id IS NOT NULL LIMIT 1"))
    turn = 0
    while desk.count(f"SELECT 1 FROM {TILE} WHERE round = {turn}"):
        _add(desk, _acts_that_stand(desk, turn), turn + 1)
        _add_across_midnight(desk, chain, turn)
        if has_parents:
            _add_parents(desk, turn)
        turn += 1


def lay_events_of_tiles(desk: Desk) -> None:
    """Put the events of the tiles in place of the log."""
    first, last = span_of_tiles(desk)
    day = "CAST(event.occurred_at AS DATE)"
    known = f"EXISTS (SELECT 1 FROM {TILE} AS tile WHERE tile.user_id = event.user_id AND tile.day = {day})"
    # Whose those without a user are is known once they are there.
    unknown = f"event.user_id IS NULL AND {day} IN (SELECT day FROM {TILE})"
    desk.lay("event", _events(desk, f"occurred_at >= {first} AND occurred_at < {last} AND ({known} OR ({unknown}))"))
    _lay_step(desk, "account_user")
    ours = (
        "SELECT event.rowid FROM event LEFT JOIN account_user USING (source, event_id) WHERE event.user_id IS NULL "
        f"AND EXISTS (SELECT 1 FROM {TILE} AS tile "
        f"WHERE tile.user_id IS NOT DISTINCT FROM account_user.user_id AND tile.day = {day})"
    )
    desk.execute(f"DELETE FROM temp.main.event WHERE user_id IS NULL AND rowid NOT IN ({ours})")
    desk.drop("account_user")


def _add(desk: Desk, tiles: str, turn: int = 0) -> None:
    desk.execute(
        f"INSERT INTO {TILE} SELECT DISTINCT found.user_id, found.day, {turn} FROM ({tiles}) AS found WHERE NOT EXISTS ("
        f"SELECT 1 FROM {TILE} AS tile WHERE tile.user_id IS NOT DISTINCT FROM found.user_id AND tile.day = found.day)"
    )


def _add_events(desk: Desk, condition: str) -> None:
    _find(desk, condition)
    _add(desk, f'SELECT user_id, day FROM "{_FOUND}"')


def _find(desk: Desk, condition: str, name: str = _FOUND) -> None:
    """Make a table of the events of persons that meet a condition, with their users and days."""
    desk.engine.create_view("event", _events(desk, condition))
    _lay_step(desk, "account_user")
    desk.lay(
        name,
        "SELECT source, event_id, parent_event_id, user_id, subject_id, occurred_at, CAST(occurred_at AS DATE) AS day "
        f"FROM ({_step(desk, 'person_event').sql}) AS person_event",
    )
    desk.drop("event", "account_user")


def _events(desk: Desk, condition: str) -> str:
    """SELECT for the events that meet a condition; finds where they lie.

    First the few columns of the condition are read, and then those asked for where some events were found.
    """
    desk.lay("upkeep place", f"SELECT rowid AS place FROM {desk.standing('event')} AS event WHERE {condition}")
    return f'SELECT * FROM {desk.standing("event")} WHERE rowid IN (SELECT place FROM "upkeep place")'


def _add_gone(desk: Desk, gone: Collection[int]) -> None:
    """Add the tiles of events that are no longer there: what stands still knows them."""
    if not gone:
        return
    for name in ("access", "access_event"):
        _add(
            desk,
            f"SELECT user_id, CAST(occurred_at AS DATE) AS day FROM {desk.standing(name)} WHERE load_id IN ({_numbers(gone)})",
        )


def _add_shared_ids(desk: Desk, new: Collection[int], gone: Collection[int]) -> None:
    """Bring the ids that two sources use up to date, and add the events whose access is told apart by its source, or no more."""
    stands, event = desk.standing("shared_id"), desk.standing("event")
    sources = desk.rows(f"SELECT count(DISTINCT source) FROM {event}")[0][0]
    if sources in (0, 1) and not desk.count(f"SELECT 1 FROM {stands}"):
        return
    among = "TRUE" if gone else f"event_id IN (SELECT event_id FROM {event} WHERE load_id IN ({_numbers(new)}))"
    desk.lay("event", f"SELECT * FROM {event} WHERE {among}")
    old = desk.placed("shared_id", among)
    desk.replace_rows("shared_id", ["event_id"], old, _step(desk, "shared_id").sql)
    desk.drop("event")
    changed = 'SELECT event_id FROM "upkeep gone shared_id" UNION SELECT event_id FROM "upkeep made shared_id"'
    _add_events(desk, f"event.event_id IN ({changed})")


def _add_accounts(desk: Desk) -> None:
    """Add the events without a user whose account changed hands: under the user that it had, and under the one it has."""
    changed = f"SELECT account FROM ({changed_rows('account')}) AS changed"
    if not desk.count(changed):
        return
    condition = f"event.user_id IS NULL AND event.account IN ({changed})"
    _add_events(desk, condition)
    desk.lay("account", rows_before(desk, "account"))
    _add_events(desk, condition)
    desk.drop("account")


def _add_links(desk: Desk, chain: int) -> None:
    """Add the events that a changed link joins, or no longer joins, to one of the same user shortly before or after."""
    changed = f"SELECT subject_id, linked_id FROM ({changed_rows('subject_link')}) AS changed"
    if not desk.count(changed):
        return
    desk.lay(
        "upkeep link",
        f"{changed} UNION SELECT linked_id AS subject_id, subject_id AS linked_id FROM ({changed}) AS turned",
    )
    _find(desk, 'event.subject_id IN (SELECT subject_id FROM "upkeep link")')
    _add(
        desk,
        f'SELECT one.user_id, one.day FROM "{_FOUND}" AS one INNER JOIN "upkeep link" AS link ON one.subject_id = link.subject_id '
        f'INNER JOIN "{_FOUND}" AS other ON link.linked_id = other.subject_id AND one.user_id = other.user_id '
        f"AND other.occurred_at >= one.occurred_at - {chain} * INTERVAL 1 SECOND "
        f"AND other.occurred_at <= one.occurred_at + {chain} * INTERVAL 1 SECOND",
    )


def _acts_that_stand(desk: Desk, turn: int) -> str:
    """SELECT for the tiles of all events of the acts that have one in a tile of the last turn."""
    members = desk.standing("access_event")
    return (
        f"SELECT user_id, CAST(occurred_at AS DATE) AS day FROM {members} WHERE access_id IN ("
        f"SELECT member.access_id FROM {members} AS member INNER JOIN {TILE} AS tile ON member.user_id = tile.user_id "
        f"AND CAST(member.occurred_at AS DATE) = tile.day WHERE tile.round = {turn})"
    )


def _add_across_midnight(desk: Desk, chain: int, turn: int) -> None:
    """Add the day before or after where the user has events within the chain on both sides of midnight."""
    first, last = span_of_tiles(desk, f"round = {turn}")
    midnight = "date_trunc('day', event.occurred_at)"
    _find(
        desk,
        f"event.occurred_at >= {first} - INTERVAL 1 DAY AND event.occurred_at < {last} + INTERVAL 1 DAY AND ("
        f"event.occurred_at < {midnight} + {chain} * INTERVAL 1 SECOND "
        f"OR event.occurred_at >= {midnight} + INTERVAL 1 DAY - {chain} * INTERVAL 1 SECOND)",
    )
    moment = f"CAST(day AS TIMESTAMP) + INTERVAL 1 DAY - {chain} * INTERVAL 1 SECOND"
    bridge = (
        f'SELECT late.user_id, late.day, early.day AS day_after FROM (SELECT DISTINCT user_id, day FROM "{_FOUND}" '
        f'WHERE occurred_at >= {moment}) AS late INNER JOIN (SELECT DISTINCT user_id, day FROM "{_FOUND}" '
        f"WHERE occurred_at < CAST(day AS TIMESTAMP) + {chain} * INTERVAL 1 SECOND) AS early "
        "ON late.user_id = early.user_id AND early.day = CAST(late.day + INTERVAL 1 DAY AS DATE)"
    )
    for here, there in (("day", "day_after"), ("day_after", "day")):
        _add(
            desk,
            f"SELECT bridge.user_id, bridge.{there} AS day FROM ({bridge}) AS bridge "
            f"INNER JOIN {TILE} AS tile ON bridge.user_id = tile.user_id AND bridge.{here} = tile.day "
            f"WHERE tile.round = {turn}",
            turn + 1,
        )


def _add_parents(desk: Desk, turn: int) -> None:
    """Add the parents and children of the events of the last turn's tiles."""
    first, last = span_of_tiles(desk, f"round = {turn}")
    _find(
        desk,
        f"event.occurred_at >= {first} AND event.occurred_at < {last} "
        f"AND CAST(event.occurred_at AS DATE) IN (SELECT day FROM {TILE} WHERE round = {turn})",
        "upkeep near",
    )
    desk.lay(
        "upkeep here",
        f'SELECT near.* FROM "upkeep near" AS near INNER JOIN {TILE} AS tile ON near.user_id = tile.user_id '
        f"AND near.day = tile.day WHERE tile.round = {turn}",
    )
    # An event has one parent. Most are of the same days, and all events are read for the others.
    _add(desk, _relatives("upkeep near", "parent_event_id", "event_id"), turn + 1)
    others = (
        'SELECT here.parent_event_id FROM "upkeep here" AS here ANTI JOIN "upkeep near" AS near '
        "ON here.source = near.source AND here.parent_event_id = near.event_id WHERE here.parent_event_id IS NOT NULL"
    )
    if desk.count(others):
        # By the id alone, which the engine looks for while it reads; the source is compared with the few that are found.
        _find(desk, f"event.event_id IN ({others})")
        _add(desk, _relatives(_FOUND, "parent_event_id", "event_id"), turn + 1)
    _find(desk, 'event.parent_event_id IN (SELECT event_id FROM "upkeep here")')
    _add(desk, _relatives(_FOUND, "event_id", "parent_event_id"), turn + 1)


def _relatives(among: str, own: str, theirs: str) -> str:
    """SELECT for the tiles of those events that an id of the last turn's events names, or that name one of these."""
    return (
        f'SELECT found.user_id, found.day FROM "{among}" AS found INNER JOIN "upkeep here" AS here '
        f"ON found.source = here.source AND found.{theirs} = here.{own} AND found.user_id = here.user_id"
    )


def span_of_tiles(desk: Desk, which: str = "TRUE") -> tuple[str, str]:
    """Return the times between which the tiles lie, as SQL: the engine passes over what lies outside."""
    first, last = desk.rows(f"SELECT min(day), max(day) FROM {TILE} WHERE {which}")[0]
    if first is None:
        return "TIMESTAMP '1970-01-01'", "TIMESTAMP '1970-01-01'"
    return f"TIMESTAMP '{first}'", f"(TIMESTAMP '{last}' + INTERVAL 1 DAY)"


def _lay_step(desk: Desk, name: str) -> None:
    step = _step(desk, name)
    desk.lay(name, step.sql, step.bound())


def _step(desk: Desk, name: str) -> AccessStep:
    return next(step for step in desk.catalogue.accesses if step.id == name)


def _numbers(loads: Collection[int]) -> str:
    return ", ".join(map(str, sorted(loads))) or "NULL"
