"""Officers, units, postings and supervisors. In Python: a force has thousands of staff, not millions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from audit.simulate.calendar import FIRST_DAY
from audit.simulate.habits import UNIT_KINDS, UnitKind

TEAMS = 5
FIRST_NAMES = {
    "F": "Amina Beth Carys Dawn Elin Farah Grace Holly Isla Jaya Kate Leila Megan Nia Orla Priya Ruth Sian Tara Zoe".split(),
    "M": "Adam Ben Callum Dylan Ewan Femi George Harry Imran Jack Kofi Liam Marcus Neil Owen Paul Rhys Sam Tom Yusuf".split(),
}
SURNAMES = (
    "Ahmed Bailey Begum Carter Chapman Clarke Cole Davies Dixon Evans Fletcher Foster Gill Grant Harris Hughes Hussain Islam "
    "Jenkins Kaur Kelly Khan Lewis Lloyd Marsh Mason Morgan Murphy Noble Okafor Osborne Patel Payne Quinn Reid Roberts Shah "
    "Shaw Singh Stone Taylor Turner Underwood Vaughan Walker Walsh Watts Webb Wood Young"
).split()


@dataclass(frozen=True)
class Unit:
    """One unit: `number` counts from 0, `kind` is the name of its UnitKind."""

    number: int
    name: str
    kind: str


@dataclass(frozen=True)
class Posting:
    """Where an officer serves from a day (inclusive) to a day (exclusive); None = beyond the simulation's edge."""

    unit: Unit
    from_day: int | None
    to_day: int | None
    supervisor: int | None


@dataclass(frozen=True)
class Officer:
    """One member of staff. `unit` is the first posting's; `activity` scales the work done at a desk."""

    number: int
    user_id: str
    first_name: str
    surname: str
    sex: str
    born: date
    rank: str
    unit: Unit
    team: int
    activity: float
    joined: date

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first_name} {self.surname}"


@dataclass(frozen=True)
class Staff:
    """All units and officers."""

    units: tuple[Unit, ...]
    officers: tuple[Officer, ...]

    def of_unit(self, unit: Unit) -> tuple[Officer, ...]:
        """Return the officers whose first posting is to this unit."""
        return tuple(officer for officer in self.officers if officer.unit == unit)

    def supervisor_of(self, unit: Unit, team: int) -> Officer | None:
        """Return the sergeant of a unit, one for every other team."""
        sergeants = [officer for officer in self.of_unit(unit) if officer.rank == "sergeant"]
        return sergeants[team % len(sergeants)] if sergeants else None


def hire_staff(count: int, seed: int) -> Staff:
    """Make units in proportion to their kinds' shares and fill them with officers."""
    random = Random(f"{seed}:staff")  # noqa: S311
    units: list[Unit] = []
    officers: list[Officer] = []
    for kind, heads in zip(UNIT_KINDS, _heads(count), strict=True):
        made = [
            Unit(len(units) + i, f"{kind.name}-{i + 1}", kind.name) for i in range(max(1, round(heads / kind.size)))
        ]
        units.extend(made)
        places: dict[int, int] = defaultdict(int)
        for i in range(heads):
            unit = made[i % len(made)]
            officers.append(_hire(random, len(officers), kind, unit, places[unit.number]))
            places[unit.number] += 1
    return Staff(tuple(units), tuple(officers))


def _heads(count: int) -> list[int]:
    heads = [max(1, int(count * kind.share)) for kind in UNIT_KINDS]
    heads[0] += count - sum(heads)
    return heads


def _hire(random: Random, number: int, kind: UnitKind, unit: Unit, place: int) -> Officer:
    sex = "F" if random.random() < 0.37 else "M"
    heavy = 2.2 if kind.desk and random.random() < 0.05 else 1.0
    return Officer(
        number=number,
        user_id=f"U{(number * 7919 + 1009) % 100_000:05d}",
        first_name=random.choice(FIRST_NAMES[sex]),
        surname=random.choice(SURNAMES),
        sex=sex,
        born=FIRST_DAY - timedelta(days=random.randint(22 * 365, 57 * 365)),
        rank="sergeant" if place % 10 == 4 else "constable",
        unit=unit,
        team=place % TEAMS,
        activity=round(heavy * random.uniform(0.75, 1.3), 3),
        joined=FIRST_DAY - timedelta(days=random.randint(60, 25 * 365)),
    )


def post_staff(staff: Staff, moves: dict[int, tuple[Unit, int]], days: int, seed: int) -> list[tuple[int, Posting]]:
    """Return (officer number, posting) for all: `moves` are ordered ones, and 6 % more move within their kind of unit."""
    random = Random(f"{seed}:postings")  # noqa: S311
    by_kind: dict[str, list[Unit]] = defaultdict(list)
    for unit in staff.units:
        by_kind[unit.kind].append(unit)
    boss = {(unit.number, team): staff.supervisor_of(unit, team) for unit in staff.units for team in range(TEAMS)}
    postings: list[tuple[int, Posting]] = []
    for officer in staff.officers:
        chance, day, others = random.random(), random.randint(days // 5, 4 * days // 5), by_kind[officer.unit.kind]
        other = others[random.randrange(len(others))]
        move = moves.get(officer.number)
        if move is None and chance < 0.06 and other != officer.unit and officer.rank != "sergeant":
            move = (other, day)
        for unit, start, end in _spans(officer.unit, move):
            sergeant = boss[unit.number, officer.team]
            over = None if sergeant is None or sergeant.number == officer.number else sergeant.number
            postings.append((officer.number, Posting(unit, start, end, over)))
    return postings


def _spans(unit: Unit, move: tuple[Unit, int] | None) -> Sequence[tuple[Unit, int | None, int | None]]:
    if move is None:
        return ((unit, None, None),)
    return ((unit, None, move[1]), (move[0], move[1], None))
