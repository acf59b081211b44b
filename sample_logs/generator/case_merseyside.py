"""Merseyside 2012: 170 checks in 36 months, all on women; a written warning in month 33, 53 of the checks after it."""

from datetime import datetime

import cast
from clock import START
from expected import Case, Table
from planting import after_warning, deal, pick_moments, plant, repeated
from tables import WarningGiven
from world import World, story

WARNED = datetime(2024, 9, 10, 10)
LAST = datetime(2024, 12, 30)
REASONS = ["vehicle stop, driver named", "intel check", "suspicious female", "RTC witness", "caller named her"]


def plant_case(world: World) -> None:
    rng = story("merseyside")
    user = cast.MERSEYSIDE
    women = [home.person.subject_id for home in world.register.take(58, "F")]
    before, after = deal(rng, women[:44], 117, 0.9), deal(rng, women[36:], 53, 0.9)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 117, START, WARNED), before, REASONS, chained=0.2)
    looks += plant(world, rng, user, pick_moments(world, rng, user, 53, WARNED, LAST), after, REASONS, chained=0.2)
    world.warnings.append(WarningGiven("W-24-019", user, WARNED, "written", about="checks without a policing purpose"))
    findings: list[Table] = [after_warning(user, "W-24-019", 117, 53), *repeated(looks)]
    findings.append({"detector": "victim-profile", "user_id": user, "attribute": "sex", "details": {"value": "F"}})
    note = "170 unexplained look-ups of women in 36 months; 117 before a written warning in month 33, 53 after."
    world.cases.append(Case("merseyside", user, "Merseyside 2012", note, {"unexplained": 170}, findings))
