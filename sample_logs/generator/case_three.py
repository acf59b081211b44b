"""IPCC/ACPO 2012, case three: 176 checks on women, 48 of them after a written warning about checks on his own people.

The 128 before the warning hold his mother, sister and former wife. His own car and record are besides the 176: his
unit held an incident of damage to the car, so those look-ups are weakly explained, and self-and-family finds them all
the same. The warning names no system and no subject, so everything unexplained counts, and nothing else of his is.
"""

from datetime import datetime

import cast
from clock import END, START
from expected import Case, Table
from planting import after_warning, deal, open_case, pick_moments, plant, repeated
from subjects import make_person
from tables import Relationship, Subject, WarningGiven
from world import World, story

WARNED = datetime(2024, 2, 12, 10, 30)
REASONS = [
    "welfare check",
    "vehicle stop, driver named",
    "female seen near scene",
    "caller described woman",
    "follow up",
    "",
]


def plant_case(world: World) -> None:
    rng = story("case-three")
    user = cast.CASE_THREE
    women = [home.person.subject_id for home in world.register.take(52, "F")]
    family = add_family(world)
    before = deal(rng, women[:38], 108, 1.1) + family["P95301"] + family["P95302"] + family["P95303"]
    rng.shuffle(before)
    after = deal(rng, women[34:], 48, 0.9)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 128, START, WARNED), before, REASONS, chained=0.3)
    looks += plant(world, rng, user, pick_moments(world, rng, user, 48, WARNED, END), after, REASONS, chained=0.3)
    world.warnings.append(
        WarningGiven("W-24-003", user, WARNED, "written", about="checks on himself, his vehicle and his family")
    )
    own = look_at_own_things(world)
    findings: list[Table] = [after_warning(user, "W-24-003", 128, 48)]
    relatives = {subject_id: len(rows) for subject_id, rows in family.items()} | own
    for subject_id, count in relatives.items():
        findings.append(
            {"detector": "self-and-family", "user_id": user, "subject_id": subject_id, "event_count": count}
        )
    of_the_whole: list[Table] = [
        {"detector": "victim-profile", "user_id": user, "attribute": "sex", "event_count": 176},
        {"detector": "own-case", "user_id": user, "event_count": 5},
    ]
    world.cases.append(
        Case(
            "case-three",
            user,
            "IPCC/ACPO 2012, case three",
            "176 unexplained look-ups of women: 128 before and 48 after a written warning without scope. Family is "
            "among the 128; his own record and car are besides, weakly explained by an incident of his unit.",
            {"unexplained": 176},
            [*findings, *repeated(looks), *of_the_whole],
        )
    )


def add_family(world: World) -> dict[str, list[str]]:
    """Mother, sister and former wife, and how often each was looked up."""
    rng = story("case-three family")
    counts = {95301: ("family", 6), 95302: ("family", 5), 95303: ("ex_partner", 9)}
    chosen = {}
    for number, (relation, count) in counts.items():
        person = world.register.add(make_person(rng, number, "F"))
        world.relationships.append(Relationship(cast.CASE_THREE, person.subject_id, relation))
        chosen[person.subject_id] = [person.subject_id] * count
    return chosen


def look_at_own_things(world: World) -> dict[str, int]:
    """His car was damaged and a colleague had the case: eight look-ups that his unit's incident explains weakly."""
    rng = story("case-three own")
    user, record = cast.CASE_THREE, world.force.staff[cast.CASE_THREE].subject_id
    car = world.register.add(Subject("VK19NRT", "vehicle")).subject_id
    world.register.link(car, record, "keeper")
    world.relationships.append(Relationship(user, car, "own_vehicle"))
    opened, closed = datetime(2022, 6, 10, 18), datetime(2022, 9, 2, 9)
    colleague = next(name for name in world.force.members("response-city", opened) if name not in cast.PLACES)
    subjects = [(car, "vehicle"), (record, "victim")]
    open_case(world, "INC-2206-9001", "criminal damage", "response-city", opened, closed, subjects, [colleague])
    moments = pick_moments(world, rng, user, 8, opened, closed)
    plant(world, rng, user, moments, [car] * 5 + [record] * 3, ["own vehicle, update", "vehicle damage"], systems="NDB")
    return {car: 5, record: 3}
