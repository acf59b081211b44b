"""Gloucestershire 2020: a complainant used as an unofficial informant; evidence was changed after she complained."""

from datetime import datetime

import cast
from expected import Case, Table
from planting import open_case, pick_moments, plant, repeated, unexplained
from tables import Complaint
from world import World, story

OPENED, CLOSED = datetime(2023, 2, 13, 10), datetime(2023, 5, 26, 16)
COMPLAINED = datetime(2023, 10, 2, 9)
LAST = datetime(2024, 1, 15)
REFERENCE = "INC-2302-9005"


def plant_case(world: World) -> None:
    rng = story("gloucestershire")
    user = cast.GLOUCESTERSHIRE
    woman = world.register.take(1, "F")[0].person.subject_id
    open_case(world, REFERENCE, "drugs", "cid-city", OPENED, CLOSED, [(woman, "witness")], [user])
    lawful = pick_moments(world, rng, user, 6, OPENED, CLOSED)
    plant(world, rng, user, lawful, [woman] * 6, ["drugs: witness statement"], systems="RMS")
    moments = pick_moments(world, rng, user, 8, COMPLAINED, LAST)
    looks = plant(world, rng, user, moments[:6], [woman] * 6, ["file review", "statement check"], systems="RMS")
    looks.append(world.look(user, moments[6], "RMS", "view", REFERENCE, "file review"))
    looks.append(world.look(user, moments[7], "RMS", "amend", REFERENCE, "file review"))
    world.complaints.append(Complaint("CO-23-031", user, woman, COMPLAINED))
    findings: list[Table] = [*repeated(looks), *unexplained(looks)]
    findings += [
        {"detector": "own-case", "user_id": user, "event_count": 6},
        {"detector": "after-closure", "user_id": user, "subject_id": woman, "event_count": 6},
        {"detector": "disclosure", "user_id": user, "subject_id": REFERENCE},
    ]
    note = "8 unexplained accesses after the complaint: 6 to the complainant, 2 to her closed incident, one of them to amend it."
    world.cases.append(Case("gloucestershire", user, "Gloucestershire 2020", note, {"unexplained": 8}, findings))
