"""What happened in the county: incidents, who is on them and who was sent."""

from datetime import datetime, timedelta
from random import Random

import cast
from clock import DAY, END, START
from subjects import Household
from tables import Incident, IncidentStaff
from world import World, story

COUNT = 2900
KINDS = {
    "response-city": (
        "theft",
        "assault",
        "domestic",
        "missing",
        "antisocial",
        "criminal damage",
        "vehicle theft",
        "robbery",
    ),
    "response-north": ("theft", "assault", "domestic", "missing", "antisocial", "criminal damage", "vehicle theft"),
    "response-south": ("theft", "assault", "domestic", "missing", "antisocial", "criminal damage", "vehicle theft"),
    "cid-city": ("burglary", "robbery", "drugs", "fraud", "assault"),
    "cid-county": ("burglary", "drugs", "fraud", "assault"),
    "safeguarding": ("domestic", "safeguarding", "safeguarding"),
    "roads-policing": ("collision",),
    "rural-post": ("theft", "criminal damage", "antisocial", "burglary"),
    "intelligence": ("intelligence",),
    "major-crime": ("major",),
}
SHARE = {
    "response-city": 26,
    "response-north": 18,
    "response-south": 18,
    "cid-city": 9,
    "cid-county": 7,
    "safeguarding": 9,
    "roads-policing": 6,
    "rural-post": 3,
    "intelligence": 3,
    "major-crime": 1,
}
LONG = {"cid-city", "cid-county", "safeguarding", "major-crime", "intelligence"}
ROLES = {
    "person": ("victim", "suspect", "witness"),
    "vehicle": ("vehicle",),
    "address": ("location",),
    "phone": ("phone",),
}


class Numbers:
    """References: INC-YYMM-NNNN, counted up within the month; an intelligence item is an INT."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def next(self, opened_at: datetime, kind: str) -> str:
        """The next free reference."""
        stem = f"{'INT' if kind == 'intelligence' else 'INC'}-{opened_at:%y%m}"
        self.used[stem] = self.used.get(stem, 0) + 1
        return f"{stem}-{self.used[stem] * 3 % 10000:04d}"


def make_incidents(world: World, numbers: Numbers) -> None:
    """The ordinary incidents of three years, in order of opening."""
    rng = story("incidents")
    weights = {user_id: rng.lognormvariate(0, 0.5) for user_id in world.force.staff}
    span = int((END - START).total_seconds())
    # The newest opening is fixed near the end, so that nothing lies beyond the feed's horizon.
    moments = sorted(START + timedelta(seconds=rng.randrange(span - 7 * 3600)) for _ in range(COUNT))
    moments[-1] = END - timedelta(hours=7)
    for opened_at in moments:
        unit = rng.choices(list(SHARE), list(SHARE.values()))[0]
        kind = rng.choice(KINDS[unit])
        closed_at = pick_closing(rng, unit, opened_at)
        incident = Incident(numbers.next(opened_at, kind), kind, unit, opened_at, closed_at)
        world.open_file(incident, pick_subjects(rng, world, kind), pick_staff(rng, world, incident, weights))


def pick_closing(rng: Random, unit: str, opened_at: datetime) -> datetime | None:
    """Days to months, a few long; None when it is open at the end."""
    days = min(220.0, rng.lognormvariate(3.9 if unit in LONG else 2.6, 0.8))
    closed_at = opened_at + timedelta(seconds=int(max(0.5, days) * 86400))
    return closed_at if closed_at < END else None


def pick_subjects(rng: Random, world: World, kind: str) -> list[tuple[str, str]]:
    """One to three people and some of what is theirs."""
    rows: list[tuple[str, str]] = []
    for place, home in enumerate(rng.sample(world.register.known, rng.choice((1, 1, 2, 2, 3)))):
        rows.append((home.person.subject_id, ROLES["person"][place]))
        rows += pick_belongings(rng, home, kind)
    return rows


def pick_belongings(rng: Random, home: Household, kind: str) -> list[tuple[str, str]]:
    """The home, car and phone, as often as the kind of incident brings them in."""
    cars = {"collision": 1.0, "vehicle theft": 1.0, "drugs": 0.6, "burglary": 0.4}
    rows = []
    if home.vehicle and rng.random() < cars.get(kind, 0.15):
        rows.append((home.vehicle, "vehicle"))
    if rng.random() < 0.35:
        rows.append((home.address, "location"))
    if home.phone and rng.random() < 0.3:
        rows.append((home.phone, "phone"))
    return rows


def pick_staff(rng: Random, world: World, incident: Incident, weights: dict[str, float]) -> list[IncidentStaff]:
    """One to three of the unit, now and then a specialist of another, and sometimes a handover."""
    opened_at = incident.opened_at
    pool = [
        user for user in world.force.members(incident.unit, opened_at) if user != cast.CASE_ONE or opened_at.year < 2024
    ]
    chosen: list[str] = []
    while len(chosen) < min(len(pool), rng.choice((1, 1, 2, 2, 2, 3))):
        user_id = rng.choices(pool, [weights[user] for user in pool])[0]
        if user_id not in chosen:
            chosen.append(user_id)
    rows = []
    for place, user_id in enumerate(chosen):
        starts_at = opened_at + timedelta(minutes=rng.randrange(2, 400))
        rows.append(IncidentStaff(incident.reference, user_id, "lead" if place == 0 else "support", starts_at))
    if incident.closed_at and (incident.closed_at - opened_at) > 40 * DAY and rng.random() < 0.2:
        rows[0] = hand_over(rows[0], opened_at + 20 * DAY)
        rows.append(IncidentStaff(incident.reference, rng.choice(pool), "lead", opened_at + 20 * DAY))
    return rows


def hand_over(row: IncidentStaff, when: datetime) -> IncidentStaff:
    """The assignment with an end."""
    return IncidentStaff(row.reference, row.user_id, row.role, row.starts_at, when)
