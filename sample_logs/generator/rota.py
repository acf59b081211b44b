"""Who was on duty when. Makes shifts, leave and sickness for three years and finds moments inside shifts."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from clock import DAY, FIRST_DAY, LAST_DAY, roll_utc
from tables import Duty

Span = tuple[datetime, datetime]
CYCLE = ("early", "early", "late", "late", "night", "night", "off", "off", "off", "off")
HOURS = {
    "early": (7, 16),
    "late": (14, 24),
    "night": (22, 31),
    "office": (8, 16),
    "flexible": (10, 18),
    "rural": (9, 19),
}
TEAM_UNITS = {"response-city", "response-north", "response-south", "control-room", "roads-policing"}
SLACK = timedelta(minutes=6)  # a look-up may be pushed on by minutes to keep it apart from another


@dataclass(frozen=True)
class Rota:
    """Shifts of each user in order, and the rows of the duty table."""

    shifts: dict[str, list[Span]] = field(default_factory=dict)
    rows: list[Duty] = field(default_factory=list)

    def on_duty(self, user_id: str, when: datetime) -> bool:
        """Whether a shift of the user covers the moment."""
        shifts = self.shifts[user_id]
        place = bisect_right(shifts, (when, datetime.max)) - 1
        return place >= 0 and shifts[place][0] <= when < shifts[place][1]

    def end_of_shift(self, user_id: str, when: datetime) -> datetime | None:
        """When the shift ends that covers the moment."""
        shifts = self.shifts[user_id]
        place = bisect_right(shifts, (when, datetime.max)) - 1
        return shifts[place][1] if place >= 0 and when < shifts[place][1] else None

    def pick(self, rng: Random, user_id: str, after: datetime, before: datetime) -> datetime | None:
        """A moment on duty between two instants, each shift as likely; None when there is no shift."""
        shifts = self.shifts[user_id]
        first = max(0, bisect_left(shifts, (after, after)) - 1)
        last = bisect_left(shifts, (before, before))
        # Of many shifts only the outermost can fall out, so trying is quicker than cutting them all to size.
        places = list(range(first, last))
        while places:
            place = rng.choice(places)
            span = clip(shifts[place], after, before)
            if span:
                return pick_inside(rng, span)
            places.remove(place)
        return None

    def pick_next(self, rng: Random, user_id: str, after: datetime, before: datetime) -> datetime | None:
        """A moment in the shift that runs at `after`, or else in the next one; None when that is too late."""
        shifts = self.shifts[user_id]
        place = max(0, bisect_left(shifts, (after, after)) - 1)
        for shift in shifts[place : place + 3]:
            span = clip(shift, after, before)
            if span:
                return pick_inside(rng, span)
        return None

    def add_overtime(self, user_id: str, starts_at: datetime, ends_at: datetime) -> None:
        """A shift beyond the pattern."""
        self.shifts[user_id].append((starts_at, ends_at))
        self.shifts[user_id].sort()
        self.rows.append(Duty(user_id, starts_at, ends_at, "overtime"))


def clip(shift: Span, after: datetime, before: datetime) -> Span | None:
    """The part of a shift between two instants that leaves room for a look-up."""
    starts, ends = max(shift[0], after), min(shift[1] - SLACK, before)
    return (starts, ends) if starts < ends else None


def pick_inside(rng: Random, span: Span) -> datetime:
    """A whole second within a span."""
    return span[0] + timedelta(seconds=int(rng.random() * (span[1] - span[0]).total_seconds()))


def pick_absences(rng: Random) -> list[tuple[date, date, str]]:
    """Days off (first, last, status): four blocks of leave a year and now and then some days sick."""
    absences = []
    for year in (2022, 2023, 2024):
        for month in (1, 4, 7, 10):
            first = date(year, month, 1) + timedelta(days=rng.randrange(70))
            absences.append((first, first + timedelta(days=rng.randrange(4, 9)), "leave"))
        if rng.random() < 0.6:
            first = date(year, 1, 1) + timedelta(days=rng.randrange(350))
            absences.append((first, first + timedelta(days=rng.randrange(1, 5)), "sick"))
    return absences


def pick_pattern(unit: str, nights: bool, day: date, team: int) -> str:
    """The shift of a team on a local day."""
    turn = (day - FIRST_DAY).days + 2 * team
    if nights:
        return "night" if turn % 8 < 4 else "off"
    if unit in TEAM_UNITS:
        return CYCLE[turn % 10]
    if unit == "rural-post":
        return "rural" if turn % 7 < 5 else "off"
    if day.weekday() >= 5:
        return "early" if unit in {"safeguarding", "cid-city"} and turn % 20 < 3 else "off"
    return "flexible" if (turn // 7) % 3 == 0 else "office"


def shift_span(day: date, pattern: str) -> Span:
    """The UTC span of a shift that starts on a local day."""
    midnight = datetime.combine(day, datetime.min.time())
    begins, ends = HOURS[pattern]
    return roll_utc(midnight + timedelta(hours=begins)), roll_utc(midnight + timedelta(hours=ends))


def add_user(
    rota: Rota, rng: Random, user_id: str, units: list[tuple[date, str]], first: date, last: date, nights: bool = False
) -> None:
    """Fill the rota of one user, who serves from `first` to `last` in `units` (since when, which)."""
    team = rng.randrange(5)
    absences = [block for block in pick_absences(rng) if first <= block[0] and block[1] <= last]
    away: set[date] = set()
    for begins, ends, status in absences:
        days = {begins + timedelta(days=step) for step in range((ends - begins).days + 1)}
        if days & away:
            continue
        away |= days
        rota.rows.append(Duty(user_id, roll_utc(midnight(begins)), roll_utc(midnight(ends) + DAY), status))
    shifts = rota.shifts.setdefault(user_id, [])
    day = max(first, FIRST_DAY)
    while day <= min(last, LAST_DAY):
        unit = [name for since, name in units if since <= day][-1]
        pattern = pick_pattern(unit, nights, day, team)
        # A night before a day away would run into it, and one on the last day would run past the service.
        tomorrow = day + timedelta(days=1)
        if (
            pattern != "off"
            and day not in away
            and not (pattern in ("night", "late") and (tomorrow in away or day == last))
        ):
            shifts.append(shift_span(day, pattern))
        day = tomorrow
    rota.rows.extend(Duty(user_id, begins, ends, "on_duty") for begins, ends in shifts)


def midnight(day: date) -> datetime:
    """Local midnight, still local."""
    return datetime.combine(day, datetime.min.time())
