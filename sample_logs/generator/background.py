"""Rows that nobody is looking for: relations never looked up, calls to victims, complaints without a sequel."""

from datetime import datetime, timedelta

import cast
from clock import DAY, END
from subjects import make_person
from tables import Complaint, Contact, Relationship, Subject, Watch
from world import World, story


def declare_relations(world: World) -> None:
    """Half of the staff have declared a partner, a relative or a car."""
    rng = story("relations")
    for place, user_id in enumerate(world.force.staff):
        if rng.random() < 0.5 and user_id not in cast.CASE_USERS:
            person = world.register.add(make_person(rng, 95500 + place)).subject_id
            relation = rng.choice(("partner", "partner", "family", "family", "household", "friend", "ex_partner"))
            world.relationships.append(Relationship(user_id, person, relation))
            if rng.random() < 0.4:
                number = f"QX{place % 90 + 10}Q{chr(65 + place % 23)}{chr(65 + place // 23)}"
                plate = world.register.add(Subject(number, "vehicle"))
                world.register.link(plate.subject_id, world.force.staff[user_id].subject_id, "keeper")
                world.relationships.append(Relationship(user_id, plate.subject_id, "own_vehicle"))


def call_victims(world: World) -> None:
    """Calls from work telephones while the incident is open."""
    rng = story("calls")
    for reference in rng.sample(sorted(world.files), 320):
        file = world.files[reference]
        row, victim = file.staff[0], file.subjects[0]
        closed_at = min(file.incident.closed_at or END, END)
        if row.user_id in cast.CASE_USERS or row.starts_at + DAY > closed_at:
            continue
        when = world.force.rota.pick(rng, row.user_id, row.starts_at, closed_at)
        if when is not None:
            number = f"C{len(world.contacts) + 1:05d}"
            direction = rng.choice(("out", "out", "in"))
            world.contacts.append(Contact(number, row.user_id, victim, when, "call", direction, "work"))


def complain(world: World) -> None:
    """Complaints about manner or delay, by people whom the user does not look up afterwards."""
    rng = story("complaints")
    users = [user for user in world.force.staff if user not in cast.CASE_USERS]
    for place, home in enumerate(world.register.take(18)):
        received = datetime(2022, 2, 1, 10) + timedelta(days=55 * place + rng.randrange(40))
        number = f"CO-{received:%y}-{100 + place}"
        world.complaints.append(Complaint(number, rng.choice(users), home.person.subject_id, received))


def watch_record(world: World) -> None:
    """A record of public interest is watched; nobody touches it."""
    person = world.register.take(1)[0].person.subject_id
    world.register.mark(person, "high_profile;protected")
    begin = datetime(2024, 1, 1)
    world.watches.append(
        Watch("WA-02", "", person, begin, begin + 366 * DAY, "PSD-2024-01", "record of public interest")
    )
