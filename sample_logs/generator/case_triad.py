"""The commonest case of all: a former partner, and the former partner's new one. 24 look-ups over nine months."""

from datetime import datetime

import cast
from expected import Case, Table
from planting import pick_moments, plant, repeated
from tables import Relationship
from world import World, story

FIRST, LAST = datetime(2022, 9, 1), datetime(2023, 6, 1)
REASONS = ["intel check", "associate of nominal", "address history", "intel check"]


def plant_case(world: World) -> None:
    rng = story("triad")
    user = cast.TRIAD
    former = world.register.take(1, "M")[0]
    new = world.register.take(1, "F", "vehicle")[0]
    world.register.link(former.person.subject_id, new.person.subject_id, "partner")
    world.relationships.append(Relationship(user, former.person.subject_id, "ex_partner", datetime(2022, 5, 1)))
    counts = {former.person.subject_id: 9, new.person.subject_id: 7, new.vehicle: 5, new.address: 3}
    subjects = [subject_id for subject_id, count in counts.items() for _ in range(count)]
    rng.shuffle(subjects)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 24, FIRST, LAST), subjects, REASONS)
    findings: list[Table] = [
        {"detector": "self-and-family", "user_id": user, "subject_id": subject_id, "event_count": count}
        for subject_id, count in counts.items()
    ]
    note = "24 unexplained look-ups: a former partner, the new partner, her car and her home; one to three steps away."
    findings = [*findings, *repeated(looks)]
    findings.append({"detector": "linked-cluster", "user_id": user, "cluster": min(counts), "event_count": len(looks)})
    world.cases.append(Case("triad", user, "shape of 31 % of 259 published cases", note, {"unexplained": 24}, findings))
