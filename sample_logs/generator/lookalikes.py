"""Innocents who look like the guilty. Everything that they did is explained by the data."""

from datetime import datetime, timedelta
from random import Random

import cast
from clock import START, to_local
from expected import Lookalike
from honest import Honest
from planting import open_case, pick_moments, plant
from reasons import ENQUIRIES
from routine import answer_calls, train
from subjects import make_person
from tables import Look, WarningGiven
from world import World, story

FIRST = [
    "unexplained-access",
    "repeated-subject",
    "reference-mismatch",
    "self-and-family",
    "access-after-warning",
    "poor-reason",
]
ELSE = ["linked-cluster", "bulk-browsing", "disclosure", "after-closure", "own-case", "off-duty"]


def plant_lookalikes(world: World) -> None:
    visit_one_victim(world)
    behave_after_warning(world)
    investigate_for_colleague(world)
    answer_every_call(world)
    cover_for_colleague(world)
    work_nights(world)
    share_surname(world)
    move_with_case(world)
    hunt_plates(world)
    add_lookalike(
        world,
        "typing-error",
        cast.TYPING_ERROR,
        "One wrong digit in a reference; assigned all the same.",
        FIRST[:2] + FIRST[3:],
    )
    train(world, [cast.TRAINED, "U1191", "U1192", "U1193"])
    add_lookalike(world, "refreshed", cast.TRAINED, "Had refresher training, which stands among the warnings.", FIRST)


def add_lookalike(world: World, name: str, user_id: str, note: str, never: list[str]) -> None:
    world.lookalikes.append(Lookalike(name, note, never, user_id))


def vary(kind: str) -> list[str]:
    """Reasons enough that none is typed ten times over."""
    tails = ("", ", visit", ", call back", ", with partner agency", ", review", ", statement", ", plan", ", court date")
    return [phrase + tail for phrase in ENQUIRIES[kind] for tail in tails]


def visit_one_victim(world: World) -> None:
    """A safeguarding officer with forty accesses to one victim, who is hers to protect."""
    rng = story("forty")
    victim = world.register.take(1, "F")[0].person.subject_id
    world.register.mark(victim, "vulnerable;domestic_abuse")
    opened, closed = datetime(2023, 2, 6, 9), datetime(2023, 12, 4, 16)
    open_case(world, "INC-2302-9010", "domestic", "safeguarding", opened, closed, [(victim, "victim")], [cast.FORTY])
    moments = pick_moments(world, rng, cast.FORTY, 40, opened, closed)
    looks = plant(world, rng, cast.FORTY, moments, [victim] * 40, vary("domestic"))
    quote(world, looks, "INC-2302-9010")
    world.look(
        cast.FORTY,
        moments[0] + timedelta(minutes=9),
        "RMS",
        "assess",
        "INC-2302-9010",
        "risk assessment",
        "INC-2302-9010",
    )
    add_lookalike(
        world, "forty-visits", cast.FORTY, "Forty accesses to one victim over ten months; assigned.", FIRST + ELSE
    )


def quote(world: World, looks: list[Look], reference: str, every: int = 2) -> None:
    """Quote the reference on every second look-up."""
    for look in looks[::every]:
        world.looks[look.serial] = Look(**{**vars(look), "reference": reference})


def behave_after_warning(world: World) -> None:
    """Four strangers looked up, a written warning, and never again."""
    rng = story("behaves")
    user, warned = cast.BEHAVES, datetime(2022, 11, 21, 11)
    homes = world.register.take(4, needs="vehicle")
    subjects = [homes[0].vehicle, homes[1].person.subject_id, homes[2].vehicle, homes[3].address]
    reasons = ["vehicle in lay-by", "asked by neighbour", "parked across drive", "party, noise"]
    plant(world, rng, user, pick_moments(world, rng, user, 4, START, warned), subjects, reasons, systems="NDB")
    world.warnings.append(
        WarningGiven("W-22-017", user, warned, "written", about="look-ups without a recorded purpose")
    )
    never = [name for name in FIRST if name != "unexplained-access"] + ELSE
    add_lookalike(
        world, "behaves-after-warning", user, "Four unexplained look-ups before a warning, none after.", never
    )


def investigate_for_colleague(world: World) -> None:
    """A colleague was assaulted; his own record is opened twelve times by the detective who has the case."""
    rng = story("colleague")
    record = world.force.staff[cast.HURT_COLLEAGUE].subject_id
    suspect = world.register.take(1, "M")[0].person.subject_id
    opened, closed = datetime(2023, 5, 14, 23, 40), datetime(2023, 11, 3, 15)
    subjects = [(record, "victim"), (suspect, "suspect")]
    user = cast.COLLEAGUE_CRIME
    open_case(world, "INC-2305-9011", "assault", "cid-county", opened, closed, subjects, [user])
    chosen = [record] * 12 + [suspect] * 9
    rng.shuffle(chosen)
    looks = plant(world, rng, user, pick_moments(world, rng, user, 21, opened, closed), chosen, vary("assault"))
    quote(world, looks, "INC-2305-9011")
    note = "Opens a colleague's own record twelve times: he is the victim of the assault that she investigates."
    add_lookalike(world, "colleague-as-victim", user, note, [*FIRST, *ELSE, "colleague-lookup"])
    note = "The assaulted colleague; does not look at his own case."
    add_lookalike(world, "assaulted-colleague", cast.HURT_COLLEAGUE, note, ["self-and-family", "own-case"])


def answer_every_call(world: World) -> None:
    """The heaviest user of all: a control-room operator, covered by standing authority."""
    answer_calls(Honest(world, story("operator")), cast.CONTROL_ROOM, 900)
    note = "The heaviest user of the systems by far; the control room's authority covers every access."
    add_lookalike(world, "control-room-operator", cast.CONTROL_ROOM, note, FIRST + ELSE)


def cover_for_colleague(world: World) -> None:
    """A colleague is off sick and she keeps his three incidents going: the unit owns them, she is on none."""
    rng = story("covering")
    user = cast.COVERING
    others = [name for name in world.force.members("response-south", datetime(2022, 9, 1)) if name not in cast.PLACES]
    absent = others[3]
    looks = []
    for place in range(3):
        home = world.register.take(1)[0]
        opened = datetime(2022, 9, 5, 13) + timedelta(days=11 * place)
        reference = f"INC-2209-92{place + 10:02d}"
        closed = opened + timedelta(days=150)
        subjects = [(home.person.subject_id, "victim"), (home.address, "location")]
        open_case(world, reference, "theft", "response-south", opened, closed, subjects, [absent])
        moments = pick_moments(world, rng, user, 10, opened + timedelta(days=4), closed)
        chosen = [rng.choice(subjects)[0] for _ in moments]
        batch = plant(world, rng, user, moments, chosen, vary("theft"))
        quote(world, batch, reference)
        looks += batch
    note = f"{len(looks)} accesses on incidents that her unit owns and she is not on, half of them quoted: weakly explained."
    add_lookalike(world, "covering-colleague", user, note, FIRST + ELSE[:3])


def work_nights(world: World) -> None:
    """Always on nights, and so always looking things up at three in the morning; on duty each time."""
    rng = story("nights")
    user = cast.NIGHT_WORKER
    count = 0
    for place in range(5):
        home = world.register.take(1)[0]
        opened = datetime(2022, 3, 1, 23) + timedelta(days=190 * place)
        reference = f"INC-{opened:%y%m}-93{place:02d}"
        closed = opened + timedelta(days=60)
        subjects = [(home.person.subject_id, "suspect"), (home.address, "location")]
        open_case(world, reference, "burglary", "response-city", opened, closed, subjects, [user])
        moments = pick_night(world, rng, user, 8, opened, closed)
        quote(
            world,
            plant(world, rng, user, moments, [rng.choice(subjects)[0] for _ in moments], vary("burglary")),
            reference,
        )
        count += len(moments)
    note = f"On nights for three years: {count} accesses between one and five o'clock, all on duty, all assigned."
    add_lookalike(world, "night-worker", user, note, FIRST + ELSE)


def pick_night(world: World, rng: Random, user: str, count: int, after: datetime, before: datetime) -> list[datetime]:
    """Moments in the small hours."""
    moments: list[datetime] = []
    while len(moments) < count:
        moments += [when for when in pick_moments(world, rng, user, 1, after, before) if 1 <= to_local(when).hour < 5]
    return sorted(moments)


def share_surname(world: World) -> None:
    """The witness has the officer's surname. No relation; the incident is hers."""
    rng = story("surname")
    user = cast.SAME_SURNAME
    surname = world.force.staff[user].name.split()[1]
    witness = world.register.add(make_person(rng, 95400, "F", surname)).subject_id
    opened, closed = datetime(2024, 1, 15, 17), datetime(2024, 3, 11, 10)
    open_case(world, "INC-2401-9012", "theft", "response-north", opened, closed, [(witness, "witness")], [user])
    looks = plant(world, rng, user, pick_moments(world, rng, user, 7, opened, closed), [witness] * 7, vary("theft"))
    quote(world, looks, "INC-2401-9012")
    add_lookalike(
        world,
        "same-surname",
        user,
        "Seven accesses to a witness with her own surname; assigned, no relation.",
        FIRST + ELSE,
    )


def move_with_case(world: World) -> None:
    """A detective changes units and takes a case along, which the new unit does not own; still assigned."""
    rng = story("transferred")
    user = cast.TRANSFERRED
    home = world.register.take(1, "M", "vehicle")[0]
    opened, closed = datetime(2023, 2, 27, 8), datetime(2023, 9, 29, 15)
    subjects = [(home.person.subject_id, "suspect"), (home.vehicle, "vehicle")]
    open_case(world, "INC-2302-9013", "robbery", "cid-city", opened, closed, subjects, [user])
    moments = pick_moments(world, rng, user, 22, opened, closed)
    looks = plant(world, rng, user, moments, [rng.choice(subjects)[0] for _ in moments], vary("robbery"), systems="NDB")
    quote(world, looks, "INC-2302-9013")
    note = "Keeps a case of the old unit after a move in May 2023; assigned throughout."
    add_lookalike(world, "transferred-detective", user, note, [*FIRST, *ELSE, "escalation"])


def hunt_plates(world: World) -> None:
    """Three months with an operation: forty strangers' plates, under an authority in his own name that then ends."""
    rng = story("seconded")
    begin, end = datetime(2023, 3, 1), datetime(2023, 6, 1)
    cars = [home.vehicle for home in world.register.public if home.vehicle]
    chosen = rng.sample(cars, 40)
    reasons = [
        "Operation Lantern, convoy vehicle",
        "Operation Lantern, route",
        "Operation Lantern, second car",
        "Op Lantern",
    ]
    plant(
        world,
        rng,
        cast.SECONDED,
        pick_moments(world, rng, cast.SECONDED, 40, begin, end),
        chosen,
        reasons,
        systems="ALPR",
    )
    note = "Forty plates of strangers in three months, under an authority in his own name for that time."
    add_lookalike(world, "seconded-to-operation", cast.SECONDED, note, FIRST + ELSE)


def add_hotlist(world: World, plate: str) -> None:
    note = "A hotlist re-queries one plate 964 times in 19 days; a machine, so no access at all."
    never = ["unexplained-access", "repeated-subject", "subject-surge", "subject-accumulation"]
    world.lookalikes.append(Lookalike("hotlist", note, never, subject_id=plate))
