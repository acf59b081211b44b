"""Case two: kept in touch with a teenager after the incident that brought him there was over; warned months before."""

from datetime import datetime, timedelta

import cast
from expected import Case, Table
from planting import add_contacts, after_warning, open_case, pick_moments, plant, repeated
from tables import WarningGiven
from world import World, story

WARNED = datetime(2023, 1, 23, 15)
OPENED, CLOSED = datetime(2023, 6, 19, 20, 10), datetime(2023, 7, 3, 12)
LAST = datetime(2024, 2, 1)
BOY = ["missing person, returned home", "missing person - family contacted"]
REASONS = ["welfare check", "follow up visit", "mentor scheme", "welfare check"]


def plant_case(world: World) -> None:
    rng = story("case-two")
    user = cast.CASE_TWO
    home = next(home for home in world.register.reserve if is_teenager(home.person.date_of_birth))
    world.register.reserve.remove(home)
    teenager, address = home.person.subject_id, home.address
    world.register.mark(teenager, "minor")
    subjects = [(teenager, "missing"), (address, "location")]
    open_case(world, "INC-2306-9003", "missing", "response-city", OPENED, CLOSED, subjects, [user])
    plant(
        world,
        rng,
        user,
        pick_moments(world, rng, user, 4, OPENED, CLOSED),
        [teenager, address, teenager, teenager],
        BOY,
    )
    chosen = [teenager] * 13 + [address] * 6
    rng.shuffle(chosen)
    over = CLOSED + timedelta(days=16)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 19, over, LAST), chosen, REASONS)
    world.warnings.append(WarningGiven("W-23-004", user, WARNED, "written", about="private contact with young people"))
    add_contacts(world, rng, user, teenager, 26, OPENED + timedelta(days=4), LAST)
    findings: list[Table] = [after_warning(user, "W-23-004", 0, 19), *repeated(looks)]
    findings += [
        {"detector": "after-closure", "user_id": user, "subject_id": teenager, "event_count": 13},
        {"detector": "after-closure", "user_id": user, "subject_id": address, "event_count": 6},
        {"detector": "contact-after-access", "user_id": user, "subject_id": teenager},
    ]
    note = "19 unexplained look-ups of a boy and his home after the incident closed and its grace ended; 26 private contacts."
    world.cases.append(Case("case-two", user, "IPCC/ACPO 2012, case two", note, {"unexplained": 19}, findings))


def is_teenager(born: object) -> bool:
    """Fifteen or sixteen in the summer of 2023."""
    return str(born)[:4] in ("2007", "2008")
