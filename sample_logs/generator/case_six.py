"""Case six: hundreds of improper searches of men, for home addresses and photographs, over a long time.

A misuse banner was accepted at every one. Many give no reason; thirty quote a real incident of hers that none of the
subjects is on.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import cast
from clock import END, START
from expected import Case, Table
from planting import deal, on_subjects, open_case, pick_moments, plant, repeated
from world import World, story

SEARCHES = 204
QUOTED = "INC-2202-9002"
REASONS = ["check", "", "check", "address enquiry", "check", "", "to be confirmed, see notes", "photograph for file"]


def plant_case(world: World) -> None:
    rng = story("case-six")
    user = cast.CASE_SIX
    men = world.register.take(46, "M")
    homes = [home.address for home in men]
    subjects = deal(rng, homes, 130, 0.7) + deal(
        rng, [home.person.subject_id for home in men[:30]], SEARCHES - 130, 0.7
    )
    rng.shuffle(subjects)
    moments = pick_moments(world, rng, user, SEARCHES, START, END)
    looks = plant(world, rng, user, moments, subjects, REASONS, systems="RMS")
    opened, closed = datetime(2022, 2, 21, 9), datetime(2024, 9, 30, 16)
    on_it = world.register.known[7].person.subject_id
    open_case(world, QUOTED, "fraud", "cid-county", opened, closed, [(on_it, "suspect")], [user])
    inside = [look for look in looks if opened < look.when < closed]
    for look in rng.sample(inside, 30):
        world.looks[look.serial] = replace(look, reference=QUOTED)
    # Every fourth look at a man himself prints his photograph.
    people = [look for look in looks if look.subject_kind == "person"]
    for look in people[::4]:
        world.looks[look.serial] = replace(world.looks[look.serial], action="print")
    printed = sorted({look.subject_id for look in people[::4]})
    findings: list[Table] = [
        {"detector": "reference-mismatch", "user_id": user, "reference": QUOTED, "event_count": 30},
        {"detector": "poor-reason", "user_id": user, "system": "RMS"},
    ]
    findings += [
        {"detector": "banner-ignored", "user_id": user, "event_count": SEARCHES},
        {"detector": "victim-profile", "user_id": user, "attribute": "sex", "details": {"value": "M"}},
        *on_subjects("disclosure", user, printed),
    ]
    count = Counter(look.subject_kind for look in looks)
    note = f"{SEARCHES} unexplained: {count['address']} of homes of men, {count['person']} of men; banner accepted each time."
    findings += repeated(looks)
    world.cases.append(Case("case-six", user, "IPCC/ACPO 2012, case six", note, {"unexplained": SEARCHES}, findings))
