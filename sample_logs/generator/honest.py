"""Honest work on incidents: the assigned look things up in time, colleagues cover, paperwork comes late.

Every act here is explained by the data: fully where the user or the unit is on the incident, weakly where a colleague
of the unit quotes nothing or one of another unit quotes a reference that is not theirs.
"""

from datetime import datetime, timedelta
from random import Random

import cast
from clock import DAY, END
from reasons import ENQUIRIES, pick_reason
from subjects import kind_of
from tables import Look, SubjectLink
from world import CaseFile, World, story

GRACE = timedelta(days=13)
STAYING = 1 / 150
ACTS = 4.1  # on an incident, beyond the first
PHONE_ROLES = {"detective", "safeguarding-officer", "analyst", "control-room-operator"}
ALPR_ROLES = {"response-officer", "roads-officer", "rural-officer", "detective", "analyst"}
MOBILE_ROLES = {"response-officer", "roads-officer", "rural-officer"}
RMS_SILENCE = (datetime(2023, 8, 7, 23), datetime(2023, 8, 10, 23))  # view logging was off for three local days
NEEDS_ASSESSMENT = ("vulnerable", "domestic_abuse")


class Honest:
    """Enters honest acts; keeps what each act needs to know of the force."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.links: dict[str, list[SubjectLink]] = {}
        for link in world.register.links:
            self.links.setdefault(link.subject_id, []).append(link)
            self.links.setdefault(link.linked_id, []).append(link)
        self.operators = [user for user, row in world.force.staff.items() if row.role == "control-room-operator"]

    def linked(self, subject_id: str, when: datetime) -> list[str]:
        """Subjects one step away at the time, by the links that explanations follow."""
        found = []
        for link in self.links.get(subject_id, []):
            begun = link.starts_at is None or link.starts_at <= when
            if (
                begun
                and (link.ends_at is None or when < link.ends_at)
                and link.relation in ("keeper", "occupant", "phone_user")
            ):
                found.append(link.linked_id if link.subject_id == subject_id else link.subject_id)
        return found

    def may_see(self, user_id: str, subject_id: str, when: datetime) -> bool:
        """Tiered access: phones are not for everybody."""
        return kind_of(subject_id) != "phone" or self.world.force.role(user_id, when) in PHONE_ROLES

    def pick_system(self, user_id: str, subject_id: str, when: datetime) -> str:
        """Where such a thing is looked up by such a user."""
        kind = kind_of(subject_id)
        role = self.world.force.role(user_id, when)
        chance = self.rng.random()
        if kind == "vehicle" and chance < 0.45 and role in ALPR_ROLES:
            return "ALPR"
        if kind in ("incident", "intelligence"):
            return "RMS"
        share = {"person": 0.42, "vehicle": 0.8, "address": 0.25, "phone": 0.4}[kind]
        system = "NDB" if self.rng.random() < share else "RMS"
        return "NDB" if system == "RMS" and silent(when) else system

    def pick_operator(self, user_id: str, system: str, when: datetime) -> str:
        """An officer out on the road asks the control room, which types the query."""
        if system != "NDB" or self.world.force.role(user_id, when) not in MOBILE_ROLES or self.rng.random() > 0.45:
            return ""
        on_duty = [operator for operator in self.operators if self.world.force.rota.on_duty(operator, when)]
        return self.rng.choice(on_duty) if on_duty else ""

    def look(
        self, user_id: str, when: datetime, subject_id: str, reason: str, reference: str, change: bool = False
    ) -> Look | None:
        """One act with the events that it fires; None where the log of the system was off. `change` allows more than a view."""
        when = self.stay_on(user_id, when)
        system = self.pick_system(user_id, subject_id, when)
        if system == "RMS" and silent(when):
            return None
        operator = self.pick_operator(user_id, system, when)
        action = self.pick_action(system, subject_id, change)
        look = self.world.look(user_id, when, system, action, subject_id, reason, reference, operator_id=operator)
        self.fire(look)
        return look

    def stay_on(self, user_id: str, when: datetime) -> datetime:
        """Once in a hundred and fifty times the work is done when the shift is over, within the hour."""
        staff = self.world.force.staff[user_id]
        if user_id in cast.CASE_USERS + cast.LOOKALIKE_USERS or staff.role == "control-room-operator":
            return when
        if staff.left_on or self.rng.random() > STAYING:
            return when
        ends = self.world.force.rota.end_of_shift(user_id, when)
        return ends + timedelta(minutes=self.rng.randrange(2, 50)) if ends else when

    def pick_action(self, system: str, subject_id: str, change: bool) -> str:
        """Mostly a view; a print, an amendment or an export only where `change` allows it."""
        if system != "RMS":
            return "search"
        chance = self.rng.random()
        if change and chance < 0.1:
            return "print" if chance < 0.06 else "amend" if chance < 0.09 else "export"
        return "search" if chance > 0.88 and kind_of(subject_id) == "person" else "view"

    def fire(self, look: Look) -> None:
        """A vehicle query fires keeper and name queries; a search in RMS is followed by the view of its hit."""
        if look.system == "NDB" and look.subject_kind == "vehicle" and self.rng.random() < 0.35:
            keepers = [other for other in self.linked(look.subject_id, look.when) if kind_of(other) == "person"]
            if keepers:
                keeper = self.world.follow(look, self.rng.randrange(1, 4), "search", keepers[0])
                if self.rng.random() < 0.6:
                    self.world.follow(keeper, self.rng.randrange(1, 5), "search", keepers[0])
        elif look.system == "RMS" and look.action == "search" and self.rng.random() < 0.8:
            fired = self.rng.random() < 0.7
            self.world.follow(
                look, self.rng.randrange(1, 18) if fired else self.rng.randrange(1, 5), "view", look.subject_id, fired
            )


def work_incidents(world: World, references: frozenset[str]) -> None:
    """Every ordinary incident is worked on; those of the stories are left to them."""
    honest = Honest(world, story("honest"))
    for reference in sorted(references):
        file = world.files[reference]
        acts = 1 + int(honest.rng.expovariate(1 / ACTS))
        for _ in range(min(acts, 16)):
            work_once(honest, file)
        if any(is_vulnerable(world, subject_id) for subject_id in file.subjects):
            assess(honest, file)
        if honest.rng.random() < 0.15:
            close(honest, file)


def is_vulnerable(world: World, subject_id: str) -> bool:
    markers = world.register.subjects[subject_id].markers
    return any(marker in markers for marker in NEEDS_ASSESSMENT)


def closing(file: CaseFile) -> datetime:
    """When the incident stops explaining anything, well inside the grace."""
    closed_at = file.incident.closed_at
    return min(closed_at or END, END)


def pick_moment(honest: Honest, file: CaseFile, user_id: str, since: datetime) -> datetime | None:
    """A moment on duty: mostly early, sometimes late paperwork after closing."""
    ends = closing(file)
    if honest.rng.random() < 0.05 and ends < END - DAY:
        return honest.world.force.rota.pick(honest.rng, user_id, ends, min(ends + GRACE, END))
    target = since + (ends - since) * (honest.rng.random() ** 2.5)
    return honest.world.force.rota.pick_next(honest.rng, user_id, target, min(ends + GRACE, END))


def work_once(honest: Honest, file: CaseFile) -> None:
    """One act on one incident by whoever happens to do it."""
    rng, incident = honest.rng, file.incident
    chance = rng.random()
    if chance < 0.80:
        row = rng.choice(file.staff)
        user_id, since, quote = row.user_id, max(row.starts_at, incident.opened_at), rng.random() < 0.65
        if row.ends_at is not None:
            return
    else:
        since = incident.opened_at
        in_unit = chance < 0.955
        unit = incident.unit if in_unit else rng.choice(("response-city", "response-north", "cid-city", "safeguarding"))
        members = honest.world.force.members(unit, since)
        user_id = rng.choice(members)
        quote = not in_unit or rng.random() < 0.68
    when = pick_moment(honest, file, user_id, since)
    if when is None or when < since:
        return
    if chance >= 0.80 and in_unit and honest.world.force.unit(user_id, when) != incident.unit:
        return
    subject_id, quote = pick_subject(honest, file, when, quote, chance < 0.80)
    if not honest.may_see(user_id, subject_id, when):
        return
    reason = pick_reason(rng, ENQUIRIES[incident.kind])
    honest.look(user_id, when, subject_id, reason, incident.reference if quote else "", change=chance < 0.80)


def pick_subject(honest: Honest, file: CaseFile, when: datetime, quote: bool, assigned: bool) -> tuple[str, bool]:
    """A subject of the incident, the incident itself, or, by those assigned, something linked to a subject.

    A look-up of what is linked quotes nothing: the reference does not hold it.
    """
    chance = honest.rng.random()
    if chance < 0.1:
        return file.incident.reference, quote
    subject_id = honest.rng.choice(file.subjects)
    others = honest.linked(subject_id, when)
    if assigned and chance < 0.24 and others:
        other = honest.rng.choice(others)
        return other, quote and other in file.subjects
    return subject_id, quote


def assess(honest: Honest, file: CaseFile) -> None:
    """Someone assesses the risk or tells a supervisor whenever a vulnerable person is on the incident."""
    rng, incident = honest.rng, file.incident
    for row in file.staff:
        since = row.starts_at
        if silent(since - DAY / 2) or silent(since):
            since = RMS_SILENCE[1]
        when = honest.world.force.rota.pick_next(rng, row.user_id, since, min(closing(file) + GRACE, END))
        if when is not None and not silent(when):
            action = rng.choice(("assess", "assess", "notify", "assign"))
            reason = pick_reason(rng, ENQUIRIES[incident.kind])
            honest.world.look(row.user_id, when, "RMS", action, incident.reference, reason, incident.reference)
            return


def close(honest: Honest, file: CaseFile) -> None:
    """The lead closes the incident in the records system, if a shift falls near the closing."""
    closed_at, row = file.incident.closed_at, file.staff[0]
    if closed_at is None or row.ends_at is not None:
        return
    when = honest.world.force.rota.pick_next(honest.rng, row.user_id, closed_at, min(closed_at + 3 * DAY, END))
    if when is not None and not silent(when):
        reference = file.incident.reference
        honest.world.look(row.user_id, when, "RMS", "close", reference, "filed, no further enquiries", reference)


def silent(when: datetime) -> bool:
    """Whether the view log of RMS was off."""
    return RMS_SILENCE[0] <= when < RMS_SILENCE[1]
