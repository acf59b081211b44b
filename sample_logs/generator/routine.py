"""Work under standing authority, the look-ups that nothing explains, and the machine.

The control room, intelligence and roads policing look up strangers all day and may; others do so once in a while, and
no incident is ever made of it. That last kind is the noise from which the real cases must be told.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import cast
from clock import DAY, END, START, to_local
from honest import Honest, silent
from reasons import CALLS, PLATES, RESEARCH, STOPS, pick_reason
from subjects import Household
from tables import Authority, Look, Permission, ReasonCode, WarningGiven
from world import World, story

NOISE = 300
LEAST_A_DAY = 4
NOISE_UNITS = (
    "response-city",
    "response-north",
    "response-south",
    "cid-city",
    "cid-county",
    "safeguarding",
    "rural-post",
)
AUTHORITIES = (
    Authority("AUTH-01", role="control-room-operator", system="NDB"),
    Authority("AUTH-02", role="control-room-operator", system="RMS", action="view"),
    Authority("AUTH-03", role="control-room-operator", system="RMS", action="search"),
    Authority("AUTH-04", unit="intelligence"),
    Authority("AUTH-05", role="roads-officer", system="NDB", subject_kind="vehicle"),
    Authority("AUTH-06", role="roads-officer", system="ALPR", subject_kind="vehicle"),
    Authority("AUTH-07", role="collision-clerk", system="RMS", subject_kind="incident"),
    Authority("AUTH-08", cast.SECONDED, "", "", "ALPR", "", "vehicle", datetime(2023, 3, 1), datetime(2023, 6, 1)),
)
REASON_CODES = (
    ReasonCode("1", "NDB", "Vehicle stop", False, True),
    ReasonCode("2", "NDB", "Call handling", False, True),
    ReasonCode("3", "NDB", "Crime enquiry", False, True),
    ReasonCode("4", "NDB", "Major incident", True, True),
    ReasonCode("5", "NDB", "Intelligence research", False, True),
    ReasonCode("9", "NDB", "Other (withdrawn 2021)", False, False),
)
SYSTEMS = {
    "response-officer": "NDB RMS ALPR",
    "rural-officer": "NDB RMS ALPR",
    "roads-officer": "NDB RMS ALPR",
    "detective": "NDB RMS ALPR",
    "analyst": "NDB RMS ALPR",
    "safeguarding-officer": "NDB RMS",
    "control-room-operator": "NDB RMS",
    "collision-clerk": "NDB RMS",
}
NO_PHONES = ("response-officer", "rural-officer", "roads-officer", "collision-clerk")


def permissions() -> list[Permission]:
    """Which role may use which system; phones are kept from those who patrol."""
    rows = []
    for role, systems in SYSTEMS.items():
        rows += [Permission(role, system, "", system in systems.split()) for system in ("NDB", "RMS", "ALPR")]
        if role in NO_PHONES:
            rows += [Permission(role, system, "phone", False) for system in ("NDB", "RMS")]
    return rows


def belongings(home: Household) -> list[str]:
    """The ids of a household, without phones."""
    return [subject_id for subject_id in (home.person.subject_id, home.address, home.vehicle) if subject_id]


def work_under_authority(world: World) -> None:
    """The three units whose job is to look up strangers."""
    world.authorities.extend(AUTHORITIES)
    honest = Honest(world, story("authority"))
    for user_id, staff in world.force.staff.items():
        if user_id in cast.CASE_USERS or user_id == cast.CONTROL_ROOM:
            continue
        if staff.role == "control-room-operator":
            answer_calls(honest, user_id, 60 + honest.rng.randrange(30))
        elif staff.role == "analyst":
            research(honest, user_id, 35 + honest.rng.randrange(25))
        elif staff.role == "roads-officer":
            check_plates(honest, user_id, 85 + honest.rng.randrange(50))


def pick_any(honest: Honest, user_id: str) -> datetime | None:
    return honest.world.force.rota.pick(honest.rng, user_id, START, END)


def answer_calls(honest: Honest, user_id: str, count: int) -> None:
    """Calls come in; who and where is looked up before anybody attends. Nobody here prints or amends."""
    for _ in range(count):
        when = pick_any(honest, user_id)
        if when is None:
            continue
        home = honest.rng.choice(honest.world.register.public)
        things = [*belongings(home), home.phone] if home.phone else belongings(home)
        honest.look(user_id, when, honest.rng.choice(things), pick_reason(honest.rng, CALLS), "")


def research(honest: Honest, user_id: str, count: int) -> None:
    """Intelligence looks at people of whom it knows and at strangers."""
    register = honest.world.register
    for _ in range(count):
        when = pick_any(honest, user_id)
        home = honest.rng.choice(register.known if honest.rng.random() < 0.6 else register.public)
        if when is not None:
            subject_id = honest.rng.choice(belongings(home))
            honest.look(user_id, when, subject_id, pick_reason(honest.rng, RESEARCH), "", change=True)


def check_plates(honest: Honest, user_id: str, count: int) -> None:
    """Roads policing runs plates, on the national database and on the readers."""
    cars = [home.vehicle for home in honest.world.register.public if home.vehicle]
    for _ in range(count):
        when = pick_any(honest, user_id)
        if when is None:
            continue
        system = honest.rng.choice(("NDB", "ALPR", "ALPR"))
        operator = honest.pick_operator(user_id, system, when)
        reason = pick_reason(honest.rng, PLATES)
        look = honest.world.look(user_id, when, system, "search", honest.rng.choice(cars), reason, operator_id=operator)
        honest.fire(look)


def look_up_strangers(world: World) -> None:
    """What no data explains, though it was honest: spread thinly, each stranger once."""
    honest = Honest(world, story("noise"))
    rng, force = honest.rng, world.force
    spared = {*cast.CASE_USERS, *cast.LOOKALIKE_USERS}
    users = [user for user in force.staff if user not in spared and force.postings[user][0].unit in NOISE_UNITS]
    strangers = list(world.register.strangers)
    rng.shuffle(strangers)
    turns = Counter(rng.choices(users, [rng.lognormvariate(0, 0.6) for _ in users], k=NOISE))
    chosen = [user_id for user_id in users for _ in range(min(5, turns[user_id]))]
    for user_id, home in zip(chosen, strangers, strict=False):
        when = pick_any(honest, user_id)
        if when is not None and not warned_before(world, user_id, when):
            things = belongings(home)
            subject_id = home.vehicle if home.vehicle and rng.random() < 0.6 else rng.choice(things)
            honest.look(user_id, when, subject_id, pick_reason(rng, STOPS), "")


def warned_before(world: World, user_id: str, when: datetime) -> bool:
    return any(row.user_id == user_id and row.issued_at <= when for row in world.warnings)


def mistype(world: World) -> None:
    """A dozen users once quote a reference with a wrong last digit; who was assigned is explained all the same."""
    rng = story("typing")
    quoted = [look for look in world.looks if look.reference and look.system == "NDB"]
    assigned = {(row.reference, row.user_id) for file in world.files.values() for row in file.staff}
    spared = {*cast.CASE_USERS, *cast.LOOKALIKE_USERS} - {cast.TYPING_ERROR}
    seen: set[str] = set()
    for look in sorted(quoted, key=lambda look: (look.user_id != cast.TYPING_ERROR, rng.random())):
        if look.user_id in spared | seen or (look.reference, look.user_id) not in assigned:
            continue
        if look.reference[-4] == "9" or not stands_alone(world, look):
            continue
        seen.add(look.user_id)
        # References count in threes, so the next digit up (or down from 9) is never another incident's.
        digit = int(look.reference[-1])
        wrong = look.reference[:-1] + str(digit + 1 if digit < 9 else 8)
        world.looks[look.serial] = replace(look, reference=wrong)
        if len(seen) == 12:
            return


def stands_alone(world: World, look: Look) -> bool:
    """Whether it is neither the first nor a later event of a chain."""
    beside = (world.looks[look.serial - 1], world.looks[(look.serial + 1) % len(world.looks)])
    return all(other.user_id != look.user_id or abs(other.when - look.when) > timedelta(seconds=20) for other in beside)


def run_hotlist(world: World) -> str:
    """A reader's hotlist re-queries one plate 964 times in 19 days; no human did any of it."""
    rng = story("hotlist")
    plate = world.register.take(1, needs="vehicle")[0].vehicle
    begin = datetime(2024, 3, 3, 0, 5)
    for step in range(964):
        when = begin + timedelta(
            seconds=int(step * (19 * DAY - 2 * timedelta(hours=1)).total_seconds() / 964) + rng.randrange(900)
        )
        look = Look(
            serial=len(world.looks),
            when=when,
            system="ALPR",
            user_id=cast.HOTLIST_USER,
            action="search",
            subject_kind="vehicle",
            subject_id=plate,
            workstation="HOTLIST",
            machine=True,
        )
        world.looks.append(look)
    for step in (100, 400, 700):
        # Logged twice within one second: equal to the letter, and still two records.
        twin = world.looks[-step]
        world.looks[1 - step] = replace(twin, serial=twin.serial + 1)
    return plate


def turn_back_clock(world: World) -> None:
    """Queries in the autumn hour that comes twice: the log cannot say which of the two it was."""
    honest = Honest(world, story("autumn"))
    for sunday in (datetime(2022, 10, 30), datetime(2023, 10, 29), datetime(2024, 10, 27)):
        for minutes in (12, 47, 64, 101):
            when = sunday + timedelta(minutes=minutes)
            on_duty = [user for user in honest.operators if world.force.rota.on_duty(user, when)]
            home = honest.rng.choice(world.register.public)
            world.look(
                honest.rng.choice(on_duty), when, "NDB", "search", home.person.subject_id, honest.rng.choice(CALLS)
            )


def search_patterns(world: World) -> None:
    """Roads policing has part of a plate: a pattern, which is not the record of any vehicle."""
    honest = Honest(world, story("patterns"))
    users = [user for user, row in world.force.staff.items() if row.role == "roads-officer"]
    for _ in range(24):
        user_id = honest.rng.choice(users)
        when = pick_any(honest, user_id)
        plate = honest.rng.choice([home.vehicle for home in world.register.public if home.vehicle])
        if when is not None:
            pattern = f"{plate[:4]}*" if honest.rng.random() < 0.7 else f"*{plate[4:]}"
            world.look(user_id, when, "ALPR", "search", pattern, honest.rng.choice(PLATES))


def answer_every_day(world: World) -> None:
    """The control room never sleeps: no day without a few queries, but for those when the view log was off."""
    honest = Honest(world, story("every day"))
    counts = Counter((look.system, to_local(look.when).date()) for look in world.looks)
    day = START
    while day < END:
        for system in ("NDB", "RMS"):
            for _ in range(LEAST_A_DAY - counts[(system, day.date())]):
                answer_once(honest, system, day)
        day += DAY


def answer_once(honest: Honest, system: str, day: datetime) -> None:
    """One query by whoever is on duty at some hour of the day."""
    on_duty: list[str] = []
    while not on_duty:
        when = day + timedelta(seconds=honest.rng.randrange(3 * 3600, 22 * 3600))
        on_duty = [user for user in honest.operators if honest.world.force.rota.on_duty(user, when)]
    if system == "NDB" or not silent(when):
        home = honest.rng.choice(honest.world.register.public)
        action = "search" if system == "NDB" else "view"
        reason = pick_reason(honest.rng, CALLS)
        honest.world.look(honest.rng.choice(on_duty), when, system, action, home.person.subject_id, reason)


def train(world: World, users: list[str]) -> None:
    """Routine training after an audit, recorded as a warning of the kind `training`."""
    for place, user_id in enumerate(users):
        world.warnings.append(
            WarningGiven(
                f"W-23-{40 + place:03d}", user_id, datetime(2023, 6, 12, 9), "training", about="annual refresher"
            )
        )
