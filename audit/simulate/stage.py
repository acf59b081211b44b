"""What a story needs to be told: the actors, their hours of work, the plan to write in, and chance of its own.

Moments are spread over the shifts of a window: on as many different days as there are shifts, never two of one
officer within three minutes, so that the count of accesses is the count that was planned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from audit.simulate.calendar import DAY, FIRST_DAY, Calendar
from audit.simulate.cast import Cast
from audit.simulate.hours import Hours
from audit.simulate.plan import ADDRESS, PERSON, Case, Plan, Subject
from audit.simulate.relations import Relations
from audit.simulate.staff import FIRST_NAMES, SURNAMES, Officer, Staff, Unit

FULL_EVENTS = 200_000  # from here on the published counts are planted whole


@dataclass(frozen=True)
class Stage:
    """`collisions` are (reference, moment of opening) of the honest incidents of that kind, for those who sell them."""

    seed: int
    events: int
    calendar: Calendar
    staff: Staff
    cast: Cast
    plan: Plan
    relations: Mapping[int, Relations]
    hours: Hours
    collisions: Sequence[tuple[str, int]]

    def actors(self, part: str) -> tuple[Officer, ...]:
        """Return who plays a part; nobody in a force too small for it."""
        return self.cast.actors.get(part, ())

    def chance(self, story: str) -> Random:
        """Return a source of chance for one story, untouched by the others."""
        return Random(f"{self.seed}:{story}")  # noqa: S311

    def fit(self, count: int, least: int = 1) -> int:
        """Return a published count, whole when the log is long enough, else in proportion."""
        return count if self.events >= FULL_EVENTS else max(least, round(count * self.events / FULL_EVENTS))

    def fitted(self, count: int, fit: int, span: str = "") -> str:
        """Say what was made of a published count and span, for the labels."""
        counts = "count whole" if fit == count else f"count {count} -> {fit}"
        return f"{counts}; span {span} -> {self.calendar.days} days" if span else counts

    def person(
        self,
        random: Random,
        sex: str | None = None,
        age: int | None = None,
        markers: str | None = None,
        surname: str | None = None,
    ) -> Subject:
        """Make a person of the given or any sex and age (whole years)."""
        sex = sex or ("F" if random.random() < 0.45 else "M")
        years = random.randint(20, 60) if age is None else age
        born = FIRST_DAY - timedelta(days=years * 365 + random.randint(30, 300))
        name = f"{random.choice(FIRST_NAMES[sex])} {surname or random.choice(SURNAMES)}"
        return self.plan.subject(PERSON, name, born, sex, markers)

    def other_unit(self, officer: Officer, random: Random, kinds: tuple[str, ...] = ("response", "cid")) -> Unit:
        """Return a unit that the officer never serves in."""
        moved = self.cast.moves.get(officer.number)
        own = {officer.unit.number} | ({moved[0].number} if moved else set())
        units = [unit for unit in self.staff.units if unit.number not in own]
        return random.choice([unit for unit in units if unit.kind in kinds] or units)

    def bystanders(self, unit: Unit, count: int) -> tuple[Officer, ...]:
        """Return officers of a unit who play no part of their own."""
        return tuple(o for o in self.staff.of_unit(unit) if o.number not in self.cast.numbers)[:count]

    def moments(self, officer: Officer, count: int, low: float, high: float, random: Random) -> list[int]:
        """Return so many moments on duty between two shares of the span, sorted."""
        start, end = self.calendar.at(low), self.calendar.at(high)
        shifts = [s for s in self.hours.worked(officer) if start <= s[0] and s[1] <= end]
        if not shifts:  # an officer without a rota row here: office hours of any day
            shifts = [(day + 9 * 3600, day + 16 * 3600) for day in range(start, end - DAY, DAY)] or [(start, end)]
        if count <= len(shifts):
            return sorted(random.randint(a + 60, b - 60) for a, b in random.sample(shifts, count))
        moments = []
        for index, (begin, finish) in enumerate(shifts):
            share = count // len(shifts) + (index < count % len(shifts))
            moments += burst(begin, finish, share, random)
        return sorted(moments)

    def look(
        self, case: Case | None, officer: Officer, subject: Subject, times: Sequence[int], **habit: Any
    ) -> list[int]:
        """Log a look-up of the subject at each of the times; without a case it is honest. Returns the times."""
        label = "honest" if case is None else case.case_id
        habit.setdefault("system", "RMS")
        habit.setdefault("action", "search" if habit["system"] in ("NDB", "ALPR") else "view")
        if habit["system"] in ("NDB", "INTEL"):
            habit.setdefault("banner_accepted", True)
        if habit["system"] == "NDB":
            habit.setdefault("reason_code", "08" if habit.get("reference") is None else "04")
        for at in times:
            self.plan.event(
                label, officer, at, subject_kind=subject.kind, subject_id=subject.subject_id, result_count=1, **habit
            )
        return list(times)

    def household(self, person: Subject) -> Subject:
        """Give a person an address and return it."""
        return self.plan.belonging(ADDRESS, person)


def burst(begin: int, finish: int, count: int, random: Random) -> list[int]:
    """Return so many moments in one stretch, spread so that no two are near each other."""
    step = (finish - begin) / max(count, 1)
    return [int(begin + step * (i + 0.2 + 0.6 * random.random())) for i in range(count)]


def deal(times: Sequence[int], hands: int, random: Random) -> list[list[int]]:
    """Deal moments out to so many hands, none empty while they last; each hand sorted."""
    dealt: list[list[int]] = [[] for _ in range(hands)]
    shuffled = list(times)
    random.shuffle(shuffled)
    for index, at in enumerate(shuffled):
        dealt[index % hands].append(at)
    return [sorted(hand) for hand in dealt]
