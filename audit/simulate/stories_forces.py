"""Published cases of single forces: Lancashire, Gloucestershire, Merseyside, Sedgwick, a data sale, reasons that hide."""

from bisect import bisect_left
from operator import itemgetter

from audit.simulate.calendar import timestamp
from audit.simulate.plan import VEHICLE, Subject
from audit.simulate.stage import Stage
from audit.simulate.stories_ipcc import Looks, call, expect_after_warning, spread, warn


def lancashire_watch(stage: Stage) -> None:
    """An officer under suspicion, watched daily; contact with victims of domestic abuse."""
    for officer in stage.actors("lancashire-watch"):
        random, plan = stage.chance("lancashire-watch"), stage.plan
        case = plan.open_case(
            "lancashire-watch", "Lancashire 2016-17", scaled="30 look-ups assumed; months -> a fifth of the span"
        )
        women = [stage.person(random, "F", markers="domestic_abuse") for _ in range(8)]
        looks: Looks = {}
        spread(stage, case, officer, women, stage.moments(officer, 10, 0.2, 0.59, random), looks)
        during = stage.moments(officer, 20, 0.61, 0.79, random)
        spread(stage, case, officer, women, during, looks)
        watch = plan.serial("X")
        plan.add(
            "watch", watch_id=watch, user_id=officer.user_id, starts_at=timestamp(stage.calendar.at(0.6)),
            ends_at=timestamp(stage.calendar.at(0.8)), authority="PSD/2025/0001", purpose="suspected misconduct",
        )  # fmt: skip
        for day in sorted({stage.calendar.local_date(at) for at in during}):
            plan.expect(case, "watched", officer, key={"watch_id": watch, "local_day": day.isoformat()})
        for woman in women[:4]:
            call(stage, officer, woman, looks[woman][-1] + 9 * 3600)
            plan.expect(case, "contact-after-access", officer, woman, contacts=1)


def gloucestershire(stage: Stage) -> None:
    """A complainant looked up, and records amended and deleted, after the complaint."""
    for officer in stage.actors("gloucestershire"):
        random, plan = stage.chance("gloucestershire"), stage.plan
        case = plan.open_case("gloucestershire", "Gloucestershire 2020", scaled="6 accesses assumed")
        complainant = stage.person(random, "F")
        plan.add(
            "complaint", complaint_id=plan.serial("C"), user_id=officer.user_id, subject_id=complainant.subject_id,
            received_at=timestamp(stage.calendar.at(0.4)),
        )  # fmt: skip
        views = stage.look(case, officer, complainant, stage.moments(officer, 4, 0.45, 0.7, random))
        changes = stage.moments(officer, 2, 0.76, 0.95, random)
        for at, action in zip(changes, ("amend", "delete"), strict=True):
            stage.look(case, officer, complainant, [at], action=action)
        plan.expect(case, "own-case", officer, complainant, views + changes)
        plan.expect(case, "disclosure", officer, complainant, changes, actions=["amend", "delete"])


def merseyside(stage: Stage) -> None:
    """170 checks in 36 months, all on women; written warning in month 33; more than 50 after it."""
    for officer in stage.actors("merseyside"):
        random, plan = stage.chance("merseyside"), stage.plan
        before, after = stage.fit(118, 12), stage.fit(52, 5)
        case = plan.open_case("merseyside", "Merseyside 2012", scaled=stage.fitted(170, before + after, "36 months"))
        issued = stage.calendar.at(33 / 36)
        warning = warn(stage, officer, issued, "written", "checks without a policing purpose")
        women = [stage.person(random, "F") for _ in range(40)]
        looks: Looks = {}
        spread(stage, case, officer, women, stage.moments(officer, before, 0.01, 0.9, random), looks)
        spread(stage, case, officer, women[:12], stage.moments(officer, after, 0.918, 0.999, random), looks)
        expect_after_warning(stage, case, officer, warning, issued, looks)
        every = [at for moments in looks.values() for at in moments]
        plan.expect(case, "victim-profile", officer, times=every, attribute="sex", value="F")


def sedgwick(stage: Stage) -> None:
    """228 plate searches in four months: 164 on one person, the rest on a linked one."""
    for officer in stage.actors("sedgwick"):
        random, plan = stage.chance("sedgwick"), stage.plan
        first, second = stage.fit(164, 8), stage.fit(64, 4)
        months = min(0.9, 120 / stage.calendar.days)
        case = plan.open_case("sedgwick", "Sedgwick, Kansas", scaled=stage.fitted(228, first + second, "four months"))
        one, other = stage.person(random, "F"), stage.person(random, "M")
        plan.link(one, other, "partner")
        times = stage.moments(officer, first + second, 0.05, 0.05 + months, random)
        random.shuffle(times)
        for owner, those in ((one, sorted(times[:first])), (other, sorted(times[first:]))):
            plate = plan.belonging(VEHICLE, owner)
            stage.look(case, officer, plate, those, system="ALPR", reason="theft")
            plan.expect(case, "repeated-subject", officer, plate, those)


def data_sale(stage: Stage) -> None:
    """About 21,000 accesses in seven years to collision records, to sell them: its rate kept, over this span."""
    for officer in stage.actors("data-sale"):
        random, plan = stage.chance("data-sale"), stage.plan
        whole = round(21_000 * stage.calendar.days / 2557)
        count = min(stage.fit(whole, 20), 2 * len(stage.collisions))
        case = plan.open_case("data-sale", "Lancashire, data sale", scaled=f"rate 21000 in 2557 days -> {count}")
        times = stage.moments(officer, count, 0.05, 0.99, random)
        used: dict[str, int] = {}
        logged = []
        for at in times:
            record = _record_not_used_up(stage, used, at, random.random())
            if record is not None:
                used[record] = used.get(record, 0) + 1
                logged += stage.look(case, officer, Subject(record, "incident"), [at], reason="collision")
        plan.expect(case, "bulk-harvest", officer, times=logged, key={"incident_kind": "collision"}, subjects=len(used))


def _record_not_used_up(stage: Stage, used: dict[str, int], at: int, share: float) -> str | None:
    """Return a collision opened before the moment and sold less than twice, searching on from a random place."""
    known = bisect_left(stage.collisions, at, key=itemgetter(1))
    start = int(share * known)
    references = (stage.collisions[(start + step) % known][0] for step in range(known))
    return next((reference for reference in references if used.get(reference, 0) < 2), None)


def suspicious_vehicle(stage: Stage) -> None:
    """A plausible reason, "suspicious vehicle", 335 times over, mostly for one car."""
    for officer in stage.actors("suspicious-vehicle"):
        random, plan = stage.chance("suspicious-vehicle"), stage.plan
        count = stage.fit(335, 20)
        case = plan.open_case("suspicious-vehicle", "plate-reader cases", scaled=stage.fitted(335, count))
        car = plan.belonging(VEHICLE, stage.person(random))
        times = stage.moments(officer, count, 0.03, 0.98, random)
        stage.look(case, officer, car, times, system="NDB", reason="suspicious vehicle")
        plan.expect(case, "repeated-subject", officer, car, times)
        plan.expect(
            case,
            "poor-reason",
            officer,
            key={"system": "NDB"},
            reason="suspicious vehicle",
            accesses_to_one_subject=count,
        )


def investigation(stage: Stage) -> None:
    """The reason "investigation", 179 times over."""
    for officer in stage.actors("investigation"):
        random, plan = stage.chance("investigation"), stage.plan
        count = stage.fit(179, 20)
        case = plan.open_case("investigation", "what reviewers complain of", scaled=stage.fitted(179, count))
        people = [stage.person(random) for _ in range(max(8, count // 3))]
        looks: Looks = {}
        times = stage.moments(officer, count, 0.03, 0.98, random)
        spread(stage, case, officer, people, times, looks, system="NDB", reason="investigation")
        plan.expect(case, "poor-reason", officer, key={"system": "NDB"}, generic=count)


def tell_forces(stage: Stage) -> None:
    """Tell all of them."""
    for story in (
        lancashire_watch,
        gloucestershire,
        merseyside,
        sedgwick,
        data_sale,
        suspicious_vehicle,
        investigation,
    ):
        story(stage)
