"""What no single officer shows: a crowd at one record, many over months, work not done, an account of two, a lost day."""

from random import Random

from audit.simulate.calendar import DAY
from audit.simulate.plan import VEHICLE, Case, Subject
from audit.simulate.staff import Officer, Unit
from audit.simulate.stage import Stage, burst
from audit.simulate.stories_ipcc import Looks

SURGE_USERS, SURGE_REASONLESS, SURGE_ACCESSES = 179, 11, 381


def surge(stage: Stage) -> None:
    """381 accesses by 179 staff in four days to one suspect's record; 11 had no reason."""
    random, plan = stage.chance("nottingham"), stage.plan
    unit = random.choice([unit for unit in stage.staff.units if unit.kind == "cid"])
    crowd, curious = _crowd(stage, random, unit)
    if not crowd:
        return
    reasonless = len(curious)
    users = len(crowd) + reasonless
    accesses = max(users, round(SURGE_ACCESSES * users / SURGE_USERS))
    scaled = f"users {SURGE_USERS} -> {users}; accesses {SURGE_ACCESSES} -> {accesses}; four days kept"
    case = plan.open_case("nottingham", "Nottingham 2023", "minor", scaled)
    suspect, first = stage.person(random, "M"), stage.calendar.at(0.5)
    log = plan.incident("homicide", unit, first - DAY // 2, None, [suspect], crowd)
    low, high = _shares(stage, first, first + 4 * DAY)
    looks: Looks = {}
    times: list[int] = []
    for index, officer in enumerate(crowd):
        share = (accesses - reasonless) // len(crowd) + (index < (accesses - reasonless) % len(crowd))
        times += stage.look(
            None,
            officer,
            suspect,
            stage.moments(officer, share, low, high, random),
            reference=log.subject_id,
            system="NDB",
        )
    alone = [stage.look(case, o, suspect, stage.moments(o, 1, low, high, random)) for o in curious]
    looks[suspect] = sorted(at for moments in alone for at in moments)
    day = stage.calendar.local_date(min(times + looks[suspect])).isoformat()
    plan.expect(
        case, "subject-surge", None, suspect, looks[suspect], {"local_day": day}, users=users, unexplained_users=reasonless,
        accesses_in_all=accesses, unexplained_user_ids=sorted(o.user_id for o in curious),
    )  # fmt: skip
    for officer, moments in zip(curious, alone, strict=False):
        plan.expect(case, "unexplained-access", officer, suspect, moments)


def _crowd(stage: Stage, random: Random, unit: Unit) -> tuple[list[Officer], list[Officer]]:
    """Return officers who are given the incident and officers who are merely curious: none of its unit, none on leave."""
    low, high = stage.calendar.at(0.5), stage.calendar.at(0.5) + 4 * DAY
    free = [o for o in stage.staff.officers if o.number not in stage.cast.numbers and o.unit != unit]
    free = [o for o in free if o.unit.kind in ("response", "neighbourhood", "cid", "safeguarding", "roads")]
    on_shift = stage.hours.on_shift(low, high)
    here = [o for o in free if o.number in on_shift]
    random.shuffle(here)
    users = min(SURGE_USERS, round(len(stage.staff.officers) * 0.225), len(here))
    few = min(SURGE_REASONLESS, users // 2)
    return here[few:users], here[:few]


def _shares(stage: Stage, start: int, end: int) -> tuple[float, float]:
    span = stage.calendar.end - stage.calendar.start
    # A second beyond, lest rounding push the edge past the shift that ends on it.
    return (start - stage.calendar.start - 1) / span, (end - stage.calendar.start + 2) / span


def accumulation(stage: Stage) -> None:
    """80 users on one person over years: twelve here, each once, never ten in a week."""
    random, plan = stage.chance("accumulation"), stage.plan
    _, curious = _crowd(stage, random, stage.staff.units[0])
    case = plan.open_case("accumulation", "259 published cases: 80 users over years", "minor", "80 users -> at most 12")
    person = stage.person(random, "F")
    free = [
        o for o in stage.staff.officers
        if o.number not in stage.cast.numbers and o not in curious and o.unit.kind in ("response", "neighbourhood", "safeguarding")
    ]  # fmt: skip
    if not free:
        return
    users = random.sample(free, min(12, len(free)))
    times: list[int] = []
    for index, officer in enumerate(users):
        low = 0.02 + 0.96 * index / len(users)
        once = stage.look(case, officer, person, stage.moments(officer, 1, low, low + 0.96 / len(users), random))
        plan.expect(case, "unexplained-access", officer, person, once)
        times += once
    plan.expect(case, "subject-accumulation", None, person, times, users=len(users))


def deferred_arrest(stage: Stage) -> None:
    """Lancashire 2009: an arrest request deferred, no supervisor told, markers of violence not heeded."""
    for unit in _units(stage, "response", 1):
        random, plan = stage.chance("lancashire-2009"), stage.plan
        case = plan.open_case("lancashire-2009", "Lancashire 2009", "none")
        log, officers, victim = _open(stage, random, unit, "domestic_abuse", None)
        at = _view(stage, log, officers, victim)
        plan.event(
            case.case_id,
            officers[0],
            at + 900,
            system="RMS",
            action="defer",
            subject_kind="incident",
            subject_id=log.subject_id,
        )
        plan.expect(case, "not-actioned", None, key={"reference": log.subject_id})


def held_intelligence(stage: Stage) -> None:
    """Leicestershire 2016: a threat held and not passed on; two logs closed without action or assessment."""
    for unit in _units(stage, "safeguarding", 1):
        for name, kind in (("held", "intelligence"), ("closed", "stalking"), ("closed-again", "domestic_abuse")):
            random, plan = stage.chance(f"leicestershire:{name}"), stage.plan
            case = plan.open_case("leicestershire-2016", "Leicestershire 2016", "none")
            closed = None if name == "held" else stage.calendar.at(0.45)
            log, officers, victim = _open(stage, random, unit, kind, closed)
            at = _view(stage, log, officers, victim)
            if name != "held":
                plan.event(
                    case.case_id, officers[0], at + 1200, system="RMS", action="close", subject_kind="incident",
                    subject_id=log.subject_id, reference=log.subject_id,
                )  # fmt: skip
            plan.expect(case, "not-actioned", None, key={"reference": log.subject_id})


def _units(stage: Stage, kind: str, count: int) -> list[Unit]:
    return [unit for unit in stage.staff.units if unit.kind == kind and len(stage.bystanders(unit, 2)) == 2][:count]


def _open(
    stage: Stage, random: Random, unit: Unit, kind: str, closed: int | None
) -> tuple[Subject, tuple[Officer, ...], Subject]:
    victim = stage.person(random, "F", markers="domestic_abuse;vulnerable")
    officers = stage.bystanders(unit, 2)
    return stage.plan.incident(kind, unit, stage.calendar.at(0.4), closed, [victim], officers), officers, victim


def _view(stage: Stage, log: Subject, officers: tuple[Officer, ...], victim: Subject) -> int:
    random = stage.chance(f"view:{log.subject_id}")
    times = stage.look(None, officers[0], log, stage.moments(officers[0], 2, 0.4, 0.45, random))
    stage.look(None, officers[1], victim, stage.moments(officers[1], 1, 0.4, 0.45, random), reference=log.subject_id)
    return max(times)


def shared_account(stage: Stage) -> None:
    """One account at two desks within minutes, four times in a day."""
    actors = stage.actors("shared-account")
    if not actors:
        return
    random, plan, owner = stage.chance("shared-account"), stage.plan, actors[0]
    case: Case = plan.open_case("shared-account", "oversight reports", "minor")
    days = [s for s in stage.hours.worked(owner) if stage.calendar.local_date(s[0]) == stage.calendar.local_date(s[1])]
    begin, end = random.choice(days)
    times = burst(begin + 600, end - 1200, 4, random)
    for at in times:
        for late, desk in ((0, "WS-desk-1"), (130, "WS-desk-2")):
            car = plan.belonging(VEHICLE, stage.person(random))
            once = stage.look(case, owner, car, [at + late], system="ALPR", workstation=desk)
            plan.expect(case, "unexplained-access", owner, car, once)
    account, day = f"alpr-{owner.user_id.lower()}", stage.calendar.local_date(begin).isoformat()
    plan.expect(
        case, "shared-account", None, key={"account": account, "local_day": day}, times_within=4, workstations=2
    )


def tell_groups(stage: Stage) -> None:
    """Tell all of them."""
    for story in (surge, accumulation, deferred_arrest, held_intelligence, shared_account):
        story(stage)
