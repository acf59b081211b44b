"""Nottingham 2023: 381 accesses by 179 staff in four days to the record of one suspect; eleven had no reason.

The other 168 are explained: by assignment, by the owning unit, by standing authority, or weakly by the reference that
they quote. Nobody looks at the suspect before or after, so the numbers are those of the whole log.
"""

from datetime import datetime, timedelta
from random import Random

import cast
from clock import roll_utc
from expected import Case, Table
from honest import Honest
from planting import open_case
from reasons import ENQUIRIES
from staffing import RESPONSE
from world import World, story

REFERENCE = "INC-2310-9004"
OPENED = datetime(2023, 10, 17, 4, 10)
LAST = roll_utc(datetime(2023, 10, 20, 23, 0))
OVERTIME = roll_utc(datetime(2023, 10, 18, 10)), roll_utc(datetime(2023, 10, 18, 20))
USERS, UNEXPLAINED, ACCESSES = 179, 11, 381
ASSIGNED_UNITS = ("major-crime", "cid-city", "cid-county", "response-city")
AUTHORITY_UNITS = ("control-room", "intelligence")
REASONS = ("briefing", "news, aware of incident", "saw it on the log", "awareness before shift", "was asked about it")


def plant_case(world: World) -> None:
    rng = story("nottingham")
    suspect = world.register.take(1, "M")[0].person.subject_id
    world.register.mark(suspect, "")
    free = [user for user in eligible(world) if user not in cast.LOOKALIKE_USERS or user == cast.CONTROL_ROOM]
    curious = choose_curious(rng, world, free)
    explained = choose_explained(rng, world, [user for user in free if user not in curious])
    assigned = [user for user in explained if world.force.unit(user, OPENED) in ASSIGNED_UNITS]
    open_case(world, REFERENCE, "major", "major-crime", OPENED, datetime(2024, 6, 28), [(suspect, "suspect")], assigned)
    for user in [*explained, *curious]:
        if not world.force.rota.pick(Random(0), user, OPENED + timedelta(hours=5), LAST):
            world.force.rota.add_overtime(user, *OVERTIME)
    busy = [user for user in explained for _ in range(3 if user in assigned else 1)]
    extra = [rng.choice(busy) for _ in range(ACCESSES - USERS)]
    honest = Honest(world, rng)
    for user in [*explained, *extra]:
        open_record(honest, user, suspect, user not in assigned)
    for user in curious:
        when = world.force.rota.pick(rng, user, OPENED + timedelta(hours=5), LAST)
        assert when is not None
        world.look(user, when, rng.choice(("NDB", "RMS")), "search", suspect, rng.choice(REASONS))
    findings: list[Table] = [
        {"detector": "unexplained-access", "user_id": user, "subject_id": suspect, "event_count": 1}
        for user in sorted(curious)
    ]
    facts: Table = {
        "subject_id": suspect,
        "accesses": ACCESSES,
        "users": USERS,
        "unexplained_users": sorted(curious),
    }
    surge: Table = {"users": 179, "unexplained_users": 11, "accesses_in_all": 381}
    findings.append({"detector": "subject-surge", "subject_id": suspect, "event_count": 11, "details": surge})
    note = "A surge on one suspect: 168 users are explained fully or weakly, the eleven listed are not."
    world.cases.append(Case("nottingham", "", "Nottingham 2023", note, facts, findings))


def eligible(world: World) -> list[str]:
    """Who served in those days, has no other part, and was neither on leave nor sick."""
    away = {
        row.user_id
        for row in world.force.rota.rows
        if row.status in ("leave", "sick", "suspended") and row.starts_at < LAST and row.ends_at > OPENED
    }
    staff = world.force.staff.values()
    serving = [
        row.user_id
        for row in staff
        if row.joined_on < OPENED.date() and (row.left_on is None or row.left_on > datetime(2023, 10, 22).date())
    ]
    return [user for user in serving if user not in away and user not in cast.CASE_USERS]


def choose_curious(rng: Random, world: World, free: list[str]) -> list[str]:
    """Eleven whom nothing ties to the incident: patrol and rural staff."""
    pool = [user for user in free if world.force.unit(user, OPENED) in (*RESPONSE[1:], "rural-post", "safeguarding")]
    return sorted(rng.sample(pool, UNEXPLAINED))


def choose_explained(rng: Random, world: World, free: list[str]) -> list[str]:
    """All of the units that were on it, and as many others as make up the number."""
    first = [user for user in free if world.force.unit(user, OPENED) in (*ASSIGNED_UNITS, *AUTHORITY_UNITS)]
    rest = [user for user in free if user not in first]
    return sorted(first + rng.sample(rest, USERS - UNEXPLAINED - len(first)))


def open_record(honest: Honest, user: str, suspect: str, quote: bool) -> None:
    """One access; who has neither assignment nor authority quotes the reference."""
    world, rng = honest.world, honest.rng
    when = world.force.rota.pick(rng, user, OPENED + timedelta(minutes=25), LAST)
    assert when is not None
    system = "NDB" if rng.random() < 0.3 else "RMS"
    unit = world.force.unit(user, when)
    reference = REFERENCE if (quote and unit not in AUTHORITY_UNITS) or rng.random() < 0.4 else ""
    action = "search" if system == "NDB" else "view"
    operator = honest.pick_operator(user, system, when)
    world.look(user, when, system, action, suspect, rng.choice(ENQUIRIES["major"]), reference, operator_id=operator)
