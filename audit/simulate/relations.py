"""The private lives that a force declares of its staff: own records, partners, families, cars and homes."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from audit.simulate.calendar import Calendar, timestamp
from audit.simulate.plan import ADDRESS, PERSON, VEHICLE, Plan, Subject
from audit.simulate.staff import FIRST_NAMES, SURNAMES, Officer, Staff


@dataclass(frozen=True)
class Relations:
    """The subjects near one officer; `former` is an ex-partner."""

    own: Subject
    vehicle: Subject
    address: Subject
    partner: Subject
    former: Subject
    sister: Subject


def declare_relations(plan: Plan, staff: Staff, calendar: Calendar, seed: int) -> dict[int, Relations]:
    """Give every officer a record of their own, a partner, a former partner and a sister, and declare them."""
    random = Random(f"{seed}:relations")  # noqa: S311
    return {officer.number: _declare(plan, officer, calendar, random) for officer in staff.officers}


def _declare(plan: Plan, officer: Officer, calendar: Calendar, random: Random) -> Relations:
    own = plan.subject(PERSON, officer.name, officer.born, officer.sex)
    loved = "M" if officer.sex == "F" else "F"
    partner = _relative(plan, officer, random, loved, officer.surname if random.random() < 0.6 else None)
    former = _relative(plan, officer, random, loved, None)
    sister = _relative(plan, officer, random, "F", officer.surname)
    vehicle, address = plan.belonging(VEHICLE, own), plan.belonging(ADDRESS, own)
    plan.link(address, partner, "occupant")
    plan.link(own, partner, "partner")
    for subject, relation in (
        (own, "self"), (partner, "partner"), (former, "ex_partner"), (sister, "family"),
        (vehicle, "own_vehicle"), (address, "own_address"),
    ):  # fmt: skip
        since = timestamp(calendar.start - random.randint(400, 3000) * 86_400)
        plan.add(
            "relationship", user_id=officer.user_id, subject_id=subject.subject_id, relation=relation, starts_at=since
        )
    return Relations(own, vehicle, address, partner, former, sister)


def _relative(plan: Plan, officer: Officer, random: Random, sex: str, surname: str | None) -> Subject:
    born = officer.born + timedelta(days=random.randint(-3000, 3000))
    name = f"{random.choice(FIRST_NAMES[sex])} {surname or random.choice(SURNAMES)}"
    return plan.subject(PERSON, name, born, sex)
