"""Tools of the stories: moments on duty, look-ups that nothing explains, and what the first detectors make of them."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from clock import END, to_local
from expected import Table
from honest import Honest, assess, silent
from subjects import kind_of
from tables import Contact, Incident, IncidentStaff, Look
from world import CaseFile, World

MARGIN = timedelta(minutes=30)  # an act may be pushed on by minutes, but never over a warning


def pick_moments(
    world: World, rng: Random, user_id: str, count: int, after: datetime, before: datetime
) -> list[datetime]:
    """So many moments on duty, in order, none in the days when RMS logged nothing."""
    moments: list[datetime] = []
    while len(moments) < count:
        when = world.force.rota.pick(rng, user_id, after + MARGIN, before - MARGIN)
        if when is None:
            raise ValueError(f"{user_id} has no shift between {after} and {before}")
        if not silent(when):
            moments.append(when)
    return sorted(moments)


def deal(rng: Random, subjects: list[str], count: int, favour: float = 1.0) -> list[str]:
    """So many subjects, each at least once while they last, the first ones more often."""
    weights = [1 / (place + 2) ** favour for place in range(len(subjects))]
    dealt = subjects[:count] + rng.choices(subjects, weights, k=max(0, count - len(subjects)))
    rng.shuffle(dealt)
    return dealt


def plant(
    world: World,
    rng: Random,
    user_id: str,
    moments: list[datetime],
    subjects: list[str],
    reasons: list[str],
    systems: str = "NDB RMS",
    chained: float = 0.0,
) -> list[Look]:
    """One act at each moment on each subject. `chained` of those in RMS are a search and the view that it fired."""
    looks = []
    for when, subject_id in zip(moments, subjects, strict=True):
        system = rng.choice(systems.split())
        chain = system == "RMS" and kind_of(subject_id) == "person" and rng.random() < chained
        action = "search" if chain or system != "RMS" else "view"
        look = world.look(user_id, when, system, action, subject_id, rng.choice(reasons))
        if chain:
            world.follow(look, rng.randrange(2, 20), "view", subject_id, fired=True)
        looks.append(look)
    return looks


def repeated(looks: list[Look], detector: str = "repeated-subject") -> list[Table]:
    """The findings of repeated-subject: three unexplained acts or more on one subject, on two local days or more."""
    counts = Counter(look.subject_id for look in looks)
    days = {subject: {to_local(look.when).date() for look in looks if look.subject_id == subject} for subject in counts}
    return [
        {"detector": detector, "user_id": looks[0].user_id, "subject_id": subject_id, "event_count": count}
        for subject_id, count in sorted(counts.items())
        if count >= 3 and len(days[subject_id]) >= 2
    ]


def on_subjects(detector: str, user_id: str, subjects: list[str]) -> list[Table]:
    """A finding of one detector for each subject, without a count."""
    return [{"detector": detector, "user_id": user_id, "subject_id": subject_id} for subject_id in subjects]


def unexplained(looks: list[Look]) -> list[Table]:
    """The findings of unexplained-access, one a subject."""
    counts = Counter(look.subject_id for look in looks)
    user_id = looks[0].user_id
    return [
        {"detector": "unexplained-access", "user_id": user_id, "subject_id": subject_id, "event_count": count}
        for subject_id, count in sorted(counts.items())
    ]


def after_warning(user_id: str, warning_id: str, before: int, after: int) -> Table:
    """The finding of access-after-warning."""
    return {
        "detector": "access-after-warning",
        "user_id": user_id,
        "warning_id": warning_id,
        "event_count": after,
        "details": {"before_count": before, "after_count": after, "total": before + after},
    }


def open_case(
    world: World,
    reference: str,
    kind: str,
    unit: str,
    opened_at: datetime,
    closed_at: datetime | None,
    subjects: list[tuple[str, str]],
    staff: list[str],
) -> CaseFile:
    """An incident of a story, with its staff assigned from the start."""
    incident = Incident(reference, kind, unit, opened_at, closed_at)
    starts_at = opened_at + timedelta(minutes=20)
    roles = ["lead", *["support"] * len(staff)]
    rows = [IncidentStaff(reference, user_id, role, starts_at) for user_id, role in zip(staff, roles, strict=False)]
    return world.open_file(incident, subjects, rows)


def work_case(world: World, rng: Random, file: CaseFile, reasons: list[str]) -> None:
    """The one assigned looks at the first subject twice and assesses the risk, so that only the intruder stands out."""
    incident, user_id = file.incident, file.staff[0].user_id
    moments = pick_moments(world, rng, user_id, 2, incident.opened_at, incident.closed_at or END)
    plant(world, rng, user_id, moments, file.subjects[:1] * 2, reasons)
    assess(Honest(world, rng), file)


def add_contacts(
    world: World, rng: Random, user_id: str, subject_id: str, count: int, after: datetime, before: datetime
) -> None:
    """Messages and calls from a personal telephone."""
    span = int((before - after).total_seconds())
    for when in sorted(after + timedelta(seconds=rng.randrange(span)) for _ in range(count)):
        number = f"C{len(world.contacts) + 1:05d}"
        channel, direction = rng.choice(("text", "text", "call", "app")), rng.choice(("out", "out", "in"))
        world.contacts.append(Contact(number, user_id, subject_id, when, channel, direction, "personal"))
