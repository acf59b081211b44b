"""Who works in the force: 250 staff, their postings, supervisors, accounts and duties."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import cast
from clock import FIRST_DAY, LAST_DAY, roll_utc
from rota import Rota, add_user, midnight
from subjects import Register, make_person
from tables import Account, Duty, Posting, Staff

MOVES = {
    cast.CASE_FOUR: [(date(2023, 9, 4), "rural-post")],
    cast.TRANSFERRED: [(date(2023, 5, 8), "major-crime")],
}
SUSPENDED_ON = date(2024, 3, 4)
JOINED = {cast.CASE_FOUR: date(2022, 1, 10)}
LONG_AGO = date(2019, 4, 1)
RESPONSE = ("response-city", "response-north", "response-south")


@dataclass(frozen=True)
class Workforce:
    """Staff by user, postings by user in order, and the rota."""

    staff: dict[str, Staff] = field(default_factory=dict)
    postings: dict[str, list[Posting]] = field(default_factory=dict)
    rota: Rota = field(default_factory=Rota)
    accounts: list[Account] = field(default_factory=list)

    def posting(self, user_id: str, when: datetime) -> Posting | None:
        """The posting at the time."""
        return next((row for row in self.postings[user_id] if row.holds(when)), None)

    def unit(self, user_id: str, when: datetime) -> str:
        """The unit at the time, or nothing."""
        posting = self.posting(user_id, when)
        return posting.unit if posting else ""

    def role(self, user_id: str, when: datetime) -> str:
        """The role at the time, or nothing."""
        posting = self.posting(user_id, when)
        return posting.role if posting else ""

    def members(self, unit: str, when: datetime) -> list[str]:
        """Everybody in the unit at the time."""
        return [user_id for user_id in self.staff if self.unit(user_id, when) == unit]


def make_workforce(rng: Random, register: Register) -> Workforce:
    """Deal 250 users to their units, then give each a record, postings, duties and an account."""
    force = Workforce()
    places = deal_places(rng)
    supervisors = pick_supervisors(rng, places)
    for number, (user_id, (unit, sex, role)) in enumerate(sorted(places.items())):
        add_staff(rng, force, register, user_id, sex, role or cast.UNITS[unit][1], 90001 + number, supervisors)
        add_postings(rng, force, user_id, unit, role, supervisors)
        add_duties(rng, force, user_id)
    add_accounts(force)
    return force


def deal_places(rng: Random) -> dict[str, tuple[str, str, str]]:
    """(unit, sex, role) of each user; the parts in `cast.PLACES` are fixed."""
    free = [unit for unit, (strength, _, _) in cast.UNITS.items() for _ in range(strength)]
    for unit, _, _ in cast.PLACES.values():
        free.remove(unit)
    rng.shuffle(free)
    places = dict(cast.PLACES)
    for number in range(1001, 1001 + sum(strength for strength, _, _ in cast.UNITS.values())):
        if f"U{number}" not in places:
            places[f"U{number}"] = (free.pop(), "F" if rng.random() < 0.4 else "M", "")
    return places


def pick_supervisors(rng: Random, places: dict[str, tuple[str, str, str]]) -> dict[str, list[str]]:
    """Three per unit, none of whom has a part to play."""
    chosen = {}
    for unit in cast.UNITS:
        members = sorted(user for user, (of, _, _) in places.items() if of == unit and user not in cast.PLACES)
        chosen[unit] = rng.sample(members, 3)
    return chosen


def add_staff(
    rng: Random,
    force: Workforce,
    register: Register,
    user_id: str,
    sex: str,
    role: str,
    number: int,
    supervisors: dict[str, list[str]],
) -> None:
    """The staff record; some joined or left within the three years, but none who has a part or supervises."""
    person = register.add(make_person(rng, number, sex))
    born = date(1966, 1, 1) + timedelta(days=rng.randrange(33 * 365))
    joined = JOINED.get(
        user_id, max(born + timedelta(days=19 * 365), date(2004, 1, 5) + timedelta(days=rng.randrange(6200)))
    )
    left = None
    fixed = user_id in cast.PLACES or any(user_id in members for members in supervisors.values())
    if not fixed and rng.random() < 0.08:
        joined = date(2022, 2, 7) + timedelta(days=7 * rng.randrange(120))
    elif not fixed and rng.random() < 0.06:
        left = date(2022, 5, 1) + timedelta(days=rng.randrange(900))
    rank = "sergeant" if any(user_id in members for members in supervisors.values()) else "constable"
    if role in ("control-room-operator", "analyst", "collision-clerk"):
        rank = "staff"
    register.subjects[person.subject_id] = type(person)(person.subject_id, "person", person.name, born, sex)
    force.staff[user_id] = Staff(user_id, person.name, born, sex, role, rank, person.subject_id, joined, left)


def add_postings(
    rng: Random, force: Workforce, user_id: str, unit: str, role: str, supervisors: dict[str, list[str]]
) -> None:
    """One posting, or several for those who moved."""
    staff = force.staff[user_id]
    moves = MOVES.get(user_id, [])
    if (
        not moves
        and user_id not in cast.PLACES
        and unit in RESPONSE
        and staff.rank == "constable"
        and rng.random() < 0.15
    ):
        moves = [(date(2022, 9, 5) + timedelta(days=7 * rng.randrange(80)), rng.choice(("cid-city", *RESPONSE)))]
    starts = max(staff.joined_on, LONG_AGO)
    moves = [
        (day, to) for day, to in moves if to != unit and day > starts and (staff.left_on is None or day < staff.left_on)
    ]
    steps = [(starts, unit), *moves]
    ends = [*[day for day, _ in moves], None]
    rows = []
    for (day, name), until in zip(steps, ends, strict=True):
        boss = rng.choice([user for user in supervisors[name] if user != user_id])
        until_at = roll_utc(midnight(until)) if until else None
        rows.append(Posting(user_id, name, role or cast.UNITS[name][1], boss, roll_utc(midnight(day)), until_at))
    force.postings[user_id] = rows


def add_duties(rng: Random, force: Workforce, user_id: str) -> None:
    """Shifts, leave and, for one user, a suspension that has not ended."""
    staff = force.staff[user_id]
    units = [(max(row.starts_at.date(), LONG_AGO), row.unit) for row in force.postings[user_id]]
    units = [(LONG_AGO, units[0][1]), *units[1:]]
    last = SUSPENDED_ON - timedelta(days=1) if user_id == cast.CASE_ONE else staff.left_on or LAST_DAY
    first = max(staff.joined_on, FIRST_DAY)
    add_user(force.rota, rng, user_id, units, first, last, nights=user_id == cast.NIGHT_WORKER)
    if user_id == cast.CASE_ONE:
        span = (roll_utc(midnight(SUSPENDED_ON)), roll_utc(midnight(LAST_DAY) + timedelta(days=1)))
        force.rota.rows.append(Duty(user_id, *span, "suspended"))


def add_accounts(force: Workforce) -> None:
    """RMS knows accounts, not users: initial, surname, and a number. One account passed from a leaver to a joiner."""
    begin = roll_utc(midnight(LONG_AGO))
    for user_id, staff in force.staff.items():
        first, last = staff.name.split()
        account = f"{first[0]}{last}".lower() + user_id[3:]
        ends = roll_utc(midnight(staff.left_on) + timedelta(days=1)) if staff.left_on else None
        force.accounts.append(Account(account, user_id, "RMS", begin, ends))
    reuse_account(force)


def reuse_account(force: Workforce) -> None:
    """The first leaver's account goes to the first joiner after that, who has no other; only the time tells whose."""
    leaver = min(
        (row for row in force.staff.values() if row.left_on), key=lambda row: (row.left_on or LAST_DAY, row.user_id)
    )
    left = leaver.left_on or LAST_DAY
    joiner = min(
        (row for row in force.staff.values() if row.joined_on > left), key=lambda row: (row.joined_on, row.user_id)
    )
    old = next(row for row in force.accounts if row.user_id == leaver.user_id)
    place = next(place for place, row in enumerate(force.accounts) if row.user_id == joiner.user_id)
    force.accounts[place] = Account(old.account, joiner.user_id, "RMS", roll_utc(midnight(joiner.joined_on)))
