"""Innocent officers whose amount, hours, desk or reasons look odd: desks under authority, overtime, leave, machines."""

from audit.simulate.calendar import DAY, timestamp
from audit.simulate.plan import VEHICLE, Subject
from audit.simulate.stage import Stage, burst


def desks(stage: Stage) -> None:
    """An analyst's sixty persons in a day, a clerk's collisions, a dispatcher's thousands: all under authority."""
    for officer in stage.actors("analyst-bulk"):
        random, plan = stage.chance("analyst-bulk"), stage.plan
        begin, end = random.choice(stage.hours.worked(officer))
        for at in burst(begin + 300, end - 300, 60, random):
            stage.look(None, officer, stage.person(random), [at], system="INTEL", reason=f"profile {at % 97}")
        day = stage.calendar.local_date(begin).isoformat()
        plan.imitate("analyst's day under authority", "bulk-browsing", officer, local_day=day)
    for officer in stage.actors("collision-clerk"):
        random, plan = stage.chance("collision-clerk"), stage.plan
        # The whole role may open them; this clerk was told to, by name: else the number would be nobody's order.
        plan.add("authority", authority_id=plan.serial("S"), user_id=officer.user_id, system="RMS")
        count = min(stage.fit(300, 30), len(stage.collisions))
        times = stage.moments(officer, count, 0.4, 0.85, random)
        for at, (reference, _) in zip(times, random.sample(list(stage.collisions), count), strict=True):
            stage.look(None, officer, Subject(reference, "incident"), [at], action="view")
        plan.imitate("records clerk under authority", "bulk-harvest", officer, incident_kind="collision")
    for officer in stage.actors("busy-dispatcher"):
        random, plan = stage.chance("busy-dispatcher"), stage.plan
        month = stage.calendar.at(0.5)
        for at in stage.moments(officer, stage.fit(600, 40), 0.5, 0.7, random):
            stage.look(None, officer, plan.belonging(VEHICLE, None), [at], system="NDB", reason="radio check")
        label = f"{stage.calendar.local_date(month):%Y-%m}"
        plan.imitate("busy dispatcher under authority", "peer-outlier", officer, month=label)


def times_of_work(stage: Stage) -> None:
    """Ordered overtime at night; a long leave and the return; a new posting with more work."""
    for officer in stage.actors("night-overtime"):
        random, plan = stage.chance("night-overtime"), stage.plan
        person = stage.person(random)
        log = plan.incident("homicide", officer.unit, stage.calendar.at(0.5), None, [person], [officer])
        for begin, _ in [s for s in stage.hours.worked(officer) if s[0] > stage.calendar.at(0.5)][:6]:
            start = begin + 14 * 3600
            plan.add(
                "duty",
                user_id=officer.user_id,
                starts_at=timestamp(start),
                ends_at=timestamp(start + 5 * 3600),
                status="overtime",
            )
            stage.look(None, officer, person, burst(start + 60, start + 4 * 3600, 3, random), reference=log.subject_id)
        plan.imitate("overtime by night", "off-duty", officer)
    for officer in stage.actors("long-leave"):
        stage.plan.imitate("back from long leave", "own-baseline", officer)
    for officer in stage.actors("new-posting"):
        unit, day = stage.cast.moves[officer.number]
        person, random = stage.person(stage.chance("new-posting")), stage.chance("new-posting:times")
        log = stage.plan.incident("drugs", unit, stage.calendar.midnight(day + 2), None, [person], [officer])
        for at in stage.moments(officer, 40, 0.55, 0.98, random):
            stage.look(None, officer, person, [at], reference=log.subject_id)
        stage.plan.imitate("more work in a new posting", "escalation", officer)


def reasons_and_references(stage: Stage) -> None:
    """A bare "check" three times; a reference that opens within the hour; a watch that is over."""
    for officer in stage.actors("terse"):
        random, plan = stage.chance("terse"), stage.plan
        person = stage.person(random)
        log = plan.incident("theft", officer.unit, stage.calendar.at(0.4), None, [person], [officer])
        times = stage.moments(officer, 3, 0.41, 0.8, random)
        stage.look(None, officer, person, times, system="NDB", reason="check", reference=log.subject_id)
        plan.imitate("three bare reasons", "poor-reason", officer)
    for officer in stage.actors("early-reference"):
        random, plan = stage.chance("early-reference"), stage.plan
        person, (begin, _) = stage.person(random), random.choice(stage.hours.worked(officer))
        log = plan.incident("assault", officer.unit, begin + 7200, None, [person], [officer])
        stage.look(None, officer, person, [begin + 3600], reference=log.subject_id)
        plan.imitate("reference opened an hour later", "reference-mismatch", officer, reference=log.subject_id)
    for officer in stage.actors("watch-over"):
        plan, watch = stage.plan, stage.plan.serial("X")
        start = stage.calendar.start - 90 * DAY
        plan.add(
            "watch", watch_id=watch, user_id=officer.user_id, starts_at=timestamp(start),
            ends_at=timestamp(start + 60 * DAY), authority="PSD/2024/0009", purpose="closed without findings",
        )  # fmt: skip
        plan.imitate("watch is over", "watched", officer, watch_id=watch)


def victims_and_banners(stage: Stage) -> None:
    """Safeguarding sees women, as its peers do; much work past the banner, unexplained no more than others'."""
    for officer in stage.actors("female-victims"):
        stage.plan.imitate("victims as all peers see", "victim-profile", officer)
    for officer in stage.actors("banner-worker"):
        random, plan = stage.chance("banner-worker"), stage.plan
        for index in range(8):
            person, low = stage.person(random), 0.1 * index
            log = plan.incident("theft", officer.unit, stage.calendar.at(low + 0.01), None, [person], [officer])
            times = stage.moments(officer, 10, low + 0.02, min(low + 0.3, 0.98), random)
            for at in times:
                stage.look(
                    None,
                    officer,
                    person,
                    [at],
                    system="NDB",
                    reference=log.subject_id,
                    reason=f"theft enquiry {at % 89}",
                )
        plan.imitate("much work past the banner", "banner-ignored", officer)
    for officer in stage.actors("closed-with-care"):
        random, plan = stage.chance("closed-with-care"), stage.plan
        victim = stage.person(random, "F", markers="domestic_abuse")
        begin, end = random.choice(
            [s for s in stage.hours.worked(officer) if s[0] > stage.calendar.at(0.3)] or [(0, 0)]
        )
        log = plan.incident("domestic_abuse", officer.unit, begin + 60, end, [victim], [officer])
        for late, action in ((1200, "view"), (2400, "assess"), (4800, "notify"), (9600, "close")):
            stage.look(None, officer, log, [begin + late], action=action)
        plan.imitate("assessed, then closed", "not-actioned", None, log, reference=log.subject_id)


def machines_and_crowds(stage: Stage) -> None:
    """A machine asks in an officer's name; two desks an hour apart; a right by kind of subject; lawful crowds."""
    for officer in stage.actors("machine-requery"):
        random, plan = stage.chance("machine-requery"), stage.plan
        car, low = plan.belonging(VEHICLE, stage.person(random)), stage.calendar.at(0.1)
        for at in sorted(random.sample(range(low, stage.calendar.at(0.9)), stage.fit(500, 30))):
            plan.event(
                "machine", officer, at, system="ALPR", action="search", origin="machine", workstation=None,
                subject_kind="vehicle", subject_id=car.subject_id,
            )  # fmt: skip
        plan.imitate("machine asks in an officer's name", "repeated-subject", officer, car)
    for officer in stage.actors("hot-desk"):
        random, plan = stage.chance("hot-desk"), stage.plan
        person = stage.person(random)
        car = plan.belonging(VEHICLE, person)
        log = plan.incident("fraud", officer.unit, stage.calendar.at(0.2), None, [person], [officer])
        begin, _ = random.choice([s for s in stage.hours.worked(officer) if s[0] > stage.calendar.at(0.21)])
        for hour in range(6):
            stage.look(
                None,
                officer,
                car,
                [begin + 900 + hour * 3600],
                system="ALPR",
                workstation=f"WS-hall-{hour % 2}",
                reference=log.subject_id,
            )
        day = stage.calendar.local_date(begin).isoformat()
        plan.imitate("two desks an hour apart", "shared-account", officer, local_day=day)
    for officer in stage.actors("tiered-rights"):
        random, plan = stage.chance("tiered-rights"), stage.plan
        car = plan.belonging(VEHICLE, None)
        log = plan.incident("collision_injury", officer.unit, stage.calendar.at(0.2), None, [car], [officer])
        times = stage.moments(officer, 3, 0.21, 0.6, random)
        stage.look(None, officer, car, times, system="INTEL", reference=log.subject_id, reason="collision enquiry 7")
        plan.imitate("right by kind of subject", "out-of-role", officer, system="INTEL", subject_kind="vehicle")
    _crowds(stage)


def _crowds(stage: Stage) -> None:
    for kind, detector, low, high in (
        ("major incident, all assigned", "subject-surge", 0.3, 0.33),
        ("well-known offender, all explained", "subject-accumulation", 0.05, 0.95),
    ):
        random, plan = stage.chance(kind), stage.plan
        unit = random.choice([unit for unit in stage.staff.units if unit.kind == "cid"])
        free = [
            o for o in stage.staff.officers if o.number not in stage.cast.numbers and o.unit.kind in ("response", "cid")
        ]
        crowd = [o for o in random.sample(free, min(25, len(free))) if stage.hours.worked(o)]
        person = stage.person(random, "M")
        log = plan.incident("homicide", unit, stage.calendar.at(low) - DAY, None, [person], crowd)
        for officer in crowd:
            stage.look(None, officer, person, stage.moments(officer, 1, low, high, random), reference=log.subject_id)
        plan.imitate(kind, detector, None, person)


def tell_lookalikes_of_habit(stage: Stage) -> None:
    """Tell all of them."""
    for story in (desks, times_of_work, reasons_and_references, victims_and_banners, machines_and_crowds):
        story(stage)
