"""Case four: it escalated after a move to a rural post with less supervision; an earlier force had given advice."""

from datetime import datetime

import cast
from clock import END, START
from expected import Case, Table
from planting import after_warning, deal, pick_moments, plant, repeated
from tables import WarningGiven
from world import World, story

ADVISED = datetime(2021, 6, 15, 9)  # half a year before joining
MOVED = datetime(2023, 9, 4)
REASONS = ["rural patrol, resident check", "welfare check", "seen on lane", "new resident", "vehicle at farm gate"]


def plant_case(world: World) -> None:
    rng = story("case-four")
    user = cast.CASE_FOUR
    women = world.register.take(11, "F")
    things = [thing for home in women[:9] for thing in (home.person.subject_id, home.address)]
    early = [home.person.subject_id for home in women[9:]]
    looks = plant(world, rng, user, pick_moments(world, rng, user, 2, START, MOVED), early, REASONS)
    looks += plant(
        world, rng, user, pick_moments(world, rng, user, 34, MOVED, END), deal(rng, things, 34, 1.3), REASONS
    )
    about = "look-ups without a task, given by an earlier force"
    world.warnings.append(WarningGiven("W-21-900", user, ADVISED, "advice", about=about))
    findings: list[Table] = [after_warning(user, "W-21-900", 0, 36), *repeated(looks)]
    findings.append({"detector": "escalation", "user_id": user})
    note = "36 unexplained look-ups of women and their homes, 2 before the move to the rural post and 34 after it."
    world.cases.append(Case("case-four", user, "IPCC/ACPO 2012, case four", note, {"unexplained": 36}, findings))
