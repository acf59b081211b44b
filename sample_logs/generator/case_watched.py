"""Lancashire 2016-17: an officer under suspicion, watched for months; contact with victims of domestic abuse."""

from datetime import datetime, timedelta

import cast
from clock import to_local
from expected import Case
from planting import add_contacts, deal, on_subjects, open_case, pick_moments, plant, repeated, work_case
from tables import Watch
from world import World, story

FIRST, LAST = datetime(2023, 4, 3), datetime(2024, 6, 1)
WATCHED = datetime(2024, 2, 1), datetime(2024, 6, 1)
REASONS = ["domestic, follow up", "welfare check", "safeguarding visit", "domestic history"]


def plant_case(world: World) -> None:
    rng = story("watched")
    user = cast.WATCHED
    victims = []
    for place, home in enumerate(world.register.take(8, "F")):
        opened = datetime(2023, 2, 6, 15) + timedelta(days=34 * place)
        worker = rng.choice([name for name in world.force.members("safeguarding", opened) if name not in cast.PLACES])
        victims.append(home.person.subject_id)
        world.register.mark(victims[-1], "domestic_abuse;vulnerable")
        subjects = [(victims[-1], "victim")]
        reference = f"INC-{opened:%y%m}-92{place:02d}"
        ends = opened + timedelta(days=70)
        file = open_case(world, reference, "domestic", "safeguarding", opened, ends, subjects, [worker])
        work_case(world, rng, file, ["domestic, risk history", "domestic: visit planned"])
    moments = pick_moments(world, rng, user, 19, FIRST, WATCHED[0]) + pick_moments(world, rng, user, 9, *WATCHED)
    looks = plant(world, rng, user, moments, deal(rng, victims, 28, 0.8), REASONS)
    world.watches.append(Watch("WA-01", user, "", *WATCHED, "PSD-2024-03", "daily digest of system use"))
    reached = sorted({look.subject_id for look in looks[4::4]})
    for subject_id in reached:
        latest = max(look.when for look in looks if look.subject_id == subject_id)
        add_contacts(world, rng, user, subject_id, 3, latest, latest + timedelta(days=20))
    days = sorted({f"{to_local(look.when):%Y-%m-%d}" for look in looks[19:]})
    findings = repeated(looks)
    findings += [{"detector": "watched", "watch_id": "WA-01", "local_day": day} for day in days]
    findings += on_subjects("contact-after-access", user, reached)
    note = "28 unexplained look-ups of victims of domestic abuse on safeguarding's incidents, 9 of them under watch."
    world.cases.append(Case("watched", user, "Lancashire 2016-17", note, {"unexplained": 28}, findings))
