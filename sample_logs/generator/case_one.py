"""Case one: suspended, and the systems could still be used; colleagues' records and the complainant's were opened."""

from datetime import datetime, timedelta

import cast
from expected import Case, Table
from planting import after_warning, on_subjects, repeated, unexplained
from tables import Complaint, Look, WarningGiven
from world import World, story

NOTICE = datetime(2024, 3, 4, 9)
REASONS = ["", "file check", "", "statement"]


def plant_case(world: World) -> None:
    rng = story("case-one")
    user = cast.CASE_ONE
    complainant = world.register.take(1, "F")[0].person.subject_id
    team = [name for name in world.force.members("response-north", NOTICE) if name not in cast.PLACES][:3]
    colleagues = [world.force.staff[name].subject_id for name in team]
    subjects = [complainant] * 7 + colleagues + colleagues[:2]
    rng.shuffle(subjects)
    looks: list[Look] = []
    when = NOTICE
    for subject_id in subjects:
        when += timedelta(hours=rng.randrange(30, 130), minutes=rng.randrange(60))
        looks.append(world.look(user, when, "RMS", "view", subject_id, rng.choice(REASONS), workstation="REMOTE-04"))
    world.complaints.append(Complaint("CO-24-006", user, complainant, datetime(2024, 2, 26, 11)))
    about = "notice of investigation after a complaint"
    world.warnings.append(WarningGiven("W-24-006", user, NOTICE, "investigation_notice", about=about))
    findings: list[Table] = [after_warning(user, "W-24-006", 0, 12), *repeated(looks), *unexplained(looks)]
    findings += [
        {"detector": "off-duty", "user_id": user, "month": "2024-03", "event_count": 7},
        {"detector": "off-duty", "user_id": user, "month": "2024-04", "event_count": 5},
        {"detector": "own-case", "user_id": user, "event_count": 7},
        *on_subjects("colleague-lookup", user, sorted(colleagues)),
    ]
    note = "12 unexplained look-ups while suspended, of the complainant and of three colleagues' own records."
    world.cases.append(Case("case-one", user, "IPCC/ACPO 2012, case one", note, {"unexplained": 12}, findings))
