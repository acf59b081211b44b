"""Misuse that shows in when, how much and with what right: days of many, months of more, rest days, wrong references."""

from audit.simulate.calendar import DAY, timestamp
from audit.simulate.staff import Officer
from audit.simulate.stage import Stage, burst
from audit.simulate.stories_ipcc import Looks, spread


def bulk(stage: Stage) -> None:
    """26 strangers in one day; 12 in one hour of another."""
    for officer in stage.actors("bulk"):
        random, plan = stage.chance("bulk"), stage.plan
        case = plan.open_case("bulk", "259 published cases")
        days = [
            s for s in stage.hours.worked(officer) if stage.calendar.local_date(s[0]) == stage.calendar.local_date(s[1])
        ]
        for (begin, end), count in zip(random.sample(days, min(2, len(days))), (26, 12), strict=False):
            times = burst(begin + 600, end - 600 if count == 26 else begin + 3600, count, random)
            for at in times:
                stage.look(case, officer, stage.person(random), [at], system="NDB")
            day = stage.calendar.local_date(begin).isoformat()
            plan.expect(case, "bulk-browsing", officer, times=times, key={"local_day": day}, subjects=count)


def outlier(stage: Stage) -> None:
    """200 strangers in one month, after months like everybody's."""
    for officer in stage.actors("outlier"):
        random, plan = stage.chance("outlier"), stage.plan
        months = _full_months(stage)
        count = stage.fit(200, 40)
        case = plan.open_case("outlier", "259 published cases", scaled=stage.fitted(200, count))
        label, low, high = months[-1]
        shares = [(at - stage.calendar.start) / (stage.calendar.end - stage.calendar.start) for at in (low, high)]
        times = stage.moments(officer, count, shares[0], shares[1], random)
        for at in times:
            stage.look(case, officer, stage.person(random), [at])
        plan.expect(case, "peer-outlier", officer, key={"month": label}, planted=count)
        if len(months) >= 4:
            plan.expect(case, "own-baseline", officer, key={"month": label}, planted=count)


def _full_months(stage: Stage) -> list[tuple[str, int, int]]:
    """Return (label, first, last) of the local months that the log holds whole, else of the whole span."""
    days = [
        (day, stage.calendar.local_date(stage.calendar.midnight(day) + DAY // 2)) for day in range(stage.calendar.days)
    ]
    found = []
    for label in sorted({f"{date:%Y-%m}" for _, date in days}):
        own = [day for day, date in days if f"{date:%Y-%m}" == label]
        if len(own) >= 28:
            found.append((label, stage.calendar.midnight(own[0]) + 3600, stage.calendar.midnight(own[-1] + 1) - 3600))
    return found or [(f"{days[0][1]:%Y-%m}", stage.calendar.start, stage.calendar.end)]


def borrowed_reference(stage: Stage) -> None:
    """A genuine reference of the own unit, quoted for somebody who has nothing to do with it."""
    for officer in stage.actors("borrowed-reference"):
        random, plan = stage.chance("borrowed-reference"), stage.plan
        case = plan.open_case("borrowed-reference", "a plausible false reason", scaled="9 accesses assumed")
        log = plan.incident(
            "theft",
            officer.unit,
            stage.calendar.at(0.1),
            None,
            [stage.person(random)],
            stage.bystanders(officer.unit, 1),
        )
        person = stage.person(random)
        times = stage.moments(officer, 9, 0.2, 0.9, random)
        stage.look(case, officer, person, times, system="NDB", reference=log.subject_id, reason="theft enquiry 12")
        plan.expect(case, "reference-mismatch", officer, times=times, key={"reference": log.subject_id})
        plan.expect(case, "repeated-subject", officer, person, times)


def out_of_hours(stage: Stage) -> None:
    """Five accesses on rest days of one month."""
    for officer in stage.actors("out-of-hours"):
        random, plan = stage.chance("out-of-hours"), stage.plan
        case = plan.open_case("out-of-hours", "259 published cases", "minor")
        label, times = _rest_moments(stage, officer, 5)
        for at in times:
            stage.look(case, officer, stage.person(random), [at])
        plan.expect(case, "off-duty", officer, times=times, key={"month": label})


def _rest_moments(stage: Stage, officer: Officer, count: int) -> tuple[str, list[int]]:
    """Return the first month with enough free days, and noon and later of those days."""
    busy = {stage.calendar.local_date(at) for shift in stage.hours.planned(officer) for at in shift}
    free: dict[str, list[int]] = {}
    for day in range(3, stage.calendar.days - 3):
        noon = stage.calendar.midnight(day) + DAY // 2
        if stage.calendar.local_date(noon) not in busy:
            free.setdefault(f"{stage.calendar.local_date(noon):%Y-%m}", []).append(noon + 5400)
    label = next((month for month, moments in free.items() if len(moments) >= count), "")
    return label, free.get(label, [])[:count]


def on_leave(stage: Stage) -> None:
    """Three accesses while on leave."""
    for officer in stage.actors("leave"):
        random, plan = stage.chance("leave"), stage.plan
        case = plan.open_case("on-leave", "259 published cases", "minor")
        spans = stage.hours.on_leave(officer, stage.calendar.at(0.45), stage.calendar.at(0.53))[:3]
        times = [begin + 3600 for begin, _ in spans]
        person = stage.person(random)
        stage.look(case, officer, person, times)
        for month in sorted({f"{stage.calendar.local_date(at):%Y-%m}" for at in times}):
            those = [at for at in times if f"{stage.calendar.local_date(at):%Y-%m}" == month]
            plan.expect(case, "off-duty", officer, times=those, key={"month": month}, status="leave")


def after_leaving(stage: Stage) -> None:
    """An account that still worked after its owner had left."""
    for officer in stage.actors("left"):
        random, plan = stage.chance("left"), stage.plan
        case = plan.open_case("after-leaving", "259 published cases", "minor")
        at = stage.calendar.at(0.9)
        stage.look(case, officer, stage.person(random), [at, at + 1200])
        month = f"{stage.calendar.local_date(at):%Y-%m}"
        plan.expect(case, "off-duty", officer, times=[at, at + 1200], key={"month": month})


def out_of_role(stage: Stage) -> None:
    """Intelligence read by one whose role has no right to it."""
    for officer in stage.actors("out-of-role"):
        random, plan = stage.chance("out-of-role"), stage.plan
        case = plan.open_case("out-of-role", "259 published cases", "minor")
        people = [stage.person(random) for _ in range(4)]
        times = stage.moments(officer, 6, 0.2, 0.9, random)
        looks: Looks = {}
        spread(stage, case, officer, people, times, looks, system="INTEL", reason="check")
        plan.expect(case, "out-of-role", officer, times=times, key={"system": "INTEL", "subject_kind": "person"})


def watched_subject(stage: Stage) -> None:
    """A person under watch, looked up without cause."""
    for officer in stage.actors("watched-subject"):
        random, plan = stage.chance("watched-subject"), stage.plan
        case = plan.open_case("watched-subject", "Lancashire 2016-17", "minor")
        person, watch = stage.person(random), plan.serial("X")
        plan.add(
            "watch", watch_id=watch, subject_id=person.subject_id, starts_at=timestamp(stage.calendar.at(0.3)),
            ends_at=timestamp(stage.calendar.at(0.7)), authority="PSD/2025/0002", purpose="leak of an operation",
        )  # fmt: skip
        for at in stage.look(case, officer, person, stage.moments(officer, 2, 0.32, 0.68, random)):
            day = stage.calendar.local_date(at).isoformat()
            plan.expect(case, "watched", officer, person, [at], key={"watch_id": watch, "local_day": day})


def tell_habits(stage: Stage) -> None:
    """Tell all of them."""
    for story in (
        bulk, outlier, borrowed_reference, out_of_hours, on_leave, after_leaving, out_of_role, watched_subject,
    ):  # fmt: skip
        story(stage)
