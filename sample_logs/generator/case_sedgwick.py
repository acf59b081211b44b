"""Sedgwick, Kansas: 228 plate searches in four months, 164 on one person's car, 64 on that of a linked one.

The former partner's car, and that of her new partner. Besides the 228, four keeper look-ups of the two on the
national database, which make the chain car - keeper - partner - car whole.
"""

from datetime import datetime

import cast
from expected import Case, Table
from planting import pick_moments, plant, repeated
from tables import Relationship
from world import World, story

FIRST, LAST = datetime(2023, 2, 6), datetime(2023, 6, 5)
REASONS = ["suspicious vehicle"]


def plant_case(world: World) -> None:
    rng = story("sedgwick")
    user = cast.SEDGWICK
    her, him = world.register.take(1, "F", "vehicle")[0], world.register.take(1, "M", "vehicle")[0]
    world.register.link(her.person.subject_id, him.person.subject_id, "partner")
    world.relationships.append(Relationship(user, her.person.subject_id, "ex_partner"))
    plates = [her.vehicle] * 164 + [him.vehicle] * 64
    rng.shuffle(plates)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 228, FIRST, LAST), plates, REASONS, systems="ALPR")
    keepers = [her.person.subject_id, him.person.subject_id] * 2
    besides = plant(
        world, rng, user, pick_moments(world, rng, user, 4, FIRST, LAST), keepers, ["keeper check"], systems="NDB"
    )
    findings: list[Table] = [
        *repeated(looks),
        {"detector": "self-and-family", "user_id": user, "subject_id": her.person.subject_id, "event_count": 2},
        {"detector": "self-and-family", "user_id": user, "subject_id": her.vehicle, "event_count": 164},
        {"detector": "self-and-family", "user_id": user, "subject_id": him.person.subject_id, "event_count": 2},
        {"detector": "self-and-family", "user_id": user, "subject_id": him.vehicle, "event_count": 64},
        {"detector": "poor-reason", "user_id": user, "system": "ALPR"},
    ]
    cluster = min(her.vehicle, him.vehicle, her.person.subject_id, him.person.subject_id)
    findings.append(
        {
            "detector": "linked-cluster",
            "user_id": user,
            "cluster": cluster,
            "event_count": len(looks) + len(besides),
        }
    )
    note = "228 plate searches in four months: 164 of a former partner's car, 64 of her new partner's; 4 keeper look-ups besides."
    facts: Table = {"unexplained": len(looks) + len(besides), "plate_searches": len(looks)}
    world.cases.append(Case("sedgwick", user, "Sedgwick, Kansas", note, facts, findings))
