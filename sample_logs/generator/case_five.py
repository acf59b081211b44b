"""Case five: searched for vulnerable people, then approached them; two earlier findings were not considered.

The people are on safeguarding incidents, which are another unit's. A quarter of the look-ups are of telephone numbers,
which his role may not see.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import cast
from clock import END, START
from expected import Case, Table
from planting import add_contacts, after_warning, deal, on_subjects, open_case, pick_moments, plant, repeated, work_case
from subjects import Household
from tables import Look, WarningGiven
from world import World, story

ADVICE = datetime(2022, 7, 14, 9)
WRITTEN = datetime(2023, 5, 22, 14)
COUNTS = (10, 14, 24)
REASONS = ["welfare check", "concern for safety", "welfare check", "repeat caller", "visit planned"]
NOWHERE = "INC-2308-0404"


def plant_case(world: World) -> None:
    rng = story("case-five")
    user = cast.CASE_FIVE
    people = choose_people(world)
    persons, phones = [home.person.subject_id for home in people], [home.phone for home in people if home.phone]
    looks: list[Look] = []
    spans = ((START, ADVICE), (ADVICE, WRITTEN), (WRITTEN, END))
    for (after, before), count, place in zip(spans, COUNTS, range(3), strict=True):
        numbers = count // 4
        subjects = deal(rng, persons[place * 5 : place * 5 + 9], count - numbers, 1.2) + deal(rng, phones, numbers)
        rng.shuffle(subjects)
        looks += plant(world, rng, user, pick_moments(world, rng, user, count, after, before), subjects, REASONS)
    for look in looks[30:34]:
        world.looks[look.serial] = replace(look, reference=NOWHERE)
    world.warnings.append(
        WarningGiven("W-22-011", user, ADVICE, "advice", about="look-ups of people at risk without a task")
    )
    world.warnings.append(WarningGiven("W-23-027", user, WRITTEN, "written", about="look-ups of people at risk, again"))
    reached = approach(world, looks)
    first, middle, last = COUNTS
    findings: list[Table] = [
        after_warning(user, "W-22-011", first, middle + last),
        after_warning(user, "W-23-027", first + middle, last),
        {"detector": "reference-mismatch", "user_id": user, "reference": NOWHERE, "event_count": 4},
        *repeated(looks),
    ]
    findings += [
        {"detector": "victim-profile", "user_id": user, "attribute": "marker", "details": {"value": "vulnerable"}},
        {"detector": "out-of-role", "user_id": user, "system": "NDB", "subject_kind": "phone"},
        *on_subjects("contact-after-access", user, reached),
    ]
    note = (
        "48 unexplained look-ups of vulnerable people and their telephones: 10 before the advice, 14 until the written "
        "warning, 24 after."
    )
    world.cases.append(Case("case-five", user, "IPCC/ACPO 2012, case five", note, {"unexplained": 48}, findings))


def choose_people(world: World) -> list[Household]:
    """Nineteen people with telephones; each is marked vulnerable and on an incident of safeguarding."""
    rng = story("case-five people")
    people = world.register.take(13, "F", "phone") + world.register.take(6, "M", "phone")
    rng.shuffle(people)
    for place, home in enumerate(people):
        world.register.mark(home.person.subject_id, "vulnerable")
        opened = datetime(2022, 1, 20, 11) + timedelta(days=50 * place)
        worker = rng.choice([name for name in world.force.members("safeguarding", opened) if name not in cast.PLACES])
        subjects = [(home.person.subject_id, "victim"), (home.phone, "phone")]
        reference = f"INC-{opened:%y%m}-91{place:02d}"
        ends = opened + timedelta(days=90)
        file = open_case(world, reference, "safeguarding", "safeguarding", opened, ends, subjects, [worker])
        work_case(world, rng, file, ["referral, case meeting", "adult at risk, carer spoken to"])
    return people


def approach(world: World, looks: list[Look]) -> list[str]:
    """Within days of some of the last look-ups he wrote to the person."""
    rng = story("case-five contact")
    reached = []
    for look in [look for look in looks if look.subject_kind == "person" and look.when > WRITTEN][-12::3]:
        add_contacts(world, rng, look.user_id, look.subject_id, 2, look.when, look.when + timedelta(days=12))
        reached.append(look.subject_id)
    return sorted(set(reached))
