"""The six cases of IPCC/ACPO, "The abuse of police powers to perpetrate sexual violence" (2012), re-enacted.

Spans of years are fitted to the simulation; counts stand as published whenever the log is long enough.
"""

from collections.abc import Sequence
from datetime import timedelta

from audit.simulate.calendar import DAY, timestamp
from audit.simulate.plan import PHONE, Case, Subject
from audit.simulate.staff import Officer
from audit.simulate.stage import Stage, deal

IPCC = "IPCC/ACPO 2012"
Looks = dict[Subject, list[int]]


def warn(stage: Stage, officer: Officer, at: int, kind: str, about: str) -> str:
    """Record a warning without scope and return its id."""
    warning = stage.plan.serial("W")
    stage.plan.add(
        "warning", warning_id=warning, user_id=officer.user_id, issued_at=timestamp(at), kind=kind, about=about
    )
    return warning


def expect_after_warning(stage: Stage, case: Case, officer: Officer, warning: str, issued: int, looks: Looks) -> None:
    """Expect the counts on both sides of a warning of everything that the officer looked up unexplained."""
    times = sorted(at for moments in looks.values() for at in moments)
    after = [at for at in times if at >= issued]
    both = [s for s, moments in looks.items() if min(moments) < issued <= max(moments)]
    stage.plan.expect(
        case, "access-after-warning", officer, times=after, key={"warning_id": warning},
        total=len(times), before_count=len(times) - len(after), after_count=len(after), same_subjects=len(both),
        days_to_first=(min(after) - issued) // DAY if after else None,
    )  # fmt: skip


def spread(
    stage: Stage,
    case: Case,
    officer: Officer,
    subjects: Sequence[Subject],
    times: Sequence[int],
    looks: Looks,
    **habit: str,
) -> None:
    """Deal moments out to subjects, log the look-ups and remember them in `looks`."""
    random = stage.chance(f"{case.case_id}:deal")
    for subject, moments in zip(subjects, deal(times, len(subjects), random), strict=True):
        if moments:
            stage.look(case, officer, subject, moments, **habit)
            looks[subject] = sorted(looks.get(subject, []) + moments)


def case_three(stage: Stage) -> None:
    """176 checks on women, 48 of them after a written warning about checks on himself and his family."""
    for officer in stage.actors("ipcc-three"):
        random, plan = stage.chance("ipcc-three"), stage.plan
        before, after = stage.fit(128, 12), stage.fit(48, 5)
        case = plan.open_case(
            "ipcc-three", f"{IPCC}, case three", scaled=stage.fitted(176, before + after, "three years")
        )
        issued = stage.calendar.at(0.7)
        warning = warn(stage, officer, issued, "written", "checks on himself, his vehicle and his family")
        sister, cousin = stage.relations[officer.number].sister, stage.person(random, "F")
        plan.add("relationship", user_id=officer.user_id, subject_id=cousin.subject_id, relation="family")
        family = {
            sister: stage.moments(officer, 6, 0.05, 0.35, random),
            cousin: stage.moments(officer, 4, 0.36, 0.68, random),
        }
        looks: Looks = {}
        for subject, times in family.items():
            looks[subject] = stage.look(case, officer, subject, times, system="NDB")
            plan.expect(case, "self-and-family", officer, subject, times, distance=1)
        women = [stage.person(random, "F", random.randint(19, 38)) for _ in range(58)]
        spread(
            stage, case, officer, women, stage.moments(officer, before - 10, 0.02, 0.69, random), looks, system="NDB"
        )
        later = women[:5] + [stage.person(random, "F", random.randint(19, 38)) for _ in range(15)]
        spread(stage, case, officer, later, stage.moments(officer, after, 0.705, 0.98, random), looks, system="RMS")
        expect_after_warning(stage, case, officer, warning, issued, looks)
        every = [at for moments in looks.values() for at in moments]
        plan.expect(case, "victim-profile", officer, times=every, attribute="sex", value="F")


def case_six(stage: Stage) -> None:
    """Hundreds of searches of men, for home addresses and photographs, past the banner at every one."""
    for officer in stage.actors("ipcc-six"):
        random, plan = stage.chance("ipcc-six"), stage.plan
        count = stage.fit(240, 24)
        case = plan.open_case("ipcc-six", f"{IPCC}, case six", scaled=stage.fitted(240, count, "a long time"))
        men = [stage.person(random, "M", random.randint(18, 35)) for _ in range(count // 6)]
        looks: Looks = {}
        spread(stage, case, officer, men, stage.moments(officer, count, 0.02, 0.98, random), looks, system="NDB")
        homes = [stage.household(man) for man in men[: count // 12]]
        spread(stage, case, officer, homes, stage.moments(officer, len(homes), 0.3, 0.98, random), looks, system="NDB")
        every = [at for moments in looks.values() for at in moments]
        plan.expect(case, "banner-ignored", officer, times=every)
        plan.expect(
            case, "victim-profile", officer, times=[t for man in men for t in looks[man]], attribute="sex", value="M"
        )
        for man in men[:3]:
            plan.expect(case, "repeated-subject", officer, man, looks[man])


def case_five(stage: Stage) -> None:
    """Sought out vulnerable people and their phones, approached them; two earlier findings were not considered."""
    for officer in stage.actors("ipcc-five"):
        random, plan = stage.chance("ipcc-five"), stage.plan
        case = plan.open_case("ipcc-five", f"{IPCC}, case five", scaled="searches 60 assumed; span not published")
        people = [stage.person(random, markers="vulnerable") for _ in range(45)]
        looks: Looks = {}
        spread(stage, case, officer, people, stage.moments(officer, 60, 0.05, 0.9, random), looks, system="NDB")
        phones = [plan.belonging(PHONE, person) for person in people[:5]]
        spread(stage, case, officer, phones, stage.moments(officer, 5, 0.1, 0.9, random), looks, system="RMS")
        plan.expect(
            case, "out-of-role", officer, times=[t for phone in phones for t in looks[phone]],
            key={"system": "RMS", "subject_kind": "phone"},
        )  # fmt: skip
        plan.expect(
            case,
            "victim-profile",
            officer,
            times=[t for p in people for t in looks[p]],
            attribute="marker",
            value="vulnerable",
        )
        for kind, days in (("advice", 400), ("written", 150)):
            issued = stage.calendar.start - days * DAY
            expect_after_warning(
                stage, case, officer, warn(stage, officer, issued, kind, "searches without purpose"), issued, looks
            )
        for person in people[:3]:
            call(stage, officer, person, looks[person][-1] + 2 * DAY)
            plan.expect(case, "contact-after-access", officer, person, contacts=1)


def case_two(stage: Stage) -> None:
    """Kept in touch with a teenager after the incident had ended; had been warned months before."""
    for officer in stage.actors("ipcc-two"):
        random, plan = stage.chance("ipcc-two"), stage.plan
        case = plan.open_case(
            "ipcc-two", f"{IPCC}, case two", scaled="look-ups 9 assumed; warning two months before the log"
        )
        teenager = stage.person(random, "M", 15, markers="minor")
        opened, closed = stage.calendar.at(0.06), stage.calendar.at(0.15)
        plan.incident("missing_person", officer.unit, opened, closed, [teenager], [officer])
        stage.look(None, officer, teenager, stage.moments(officer, 2, 0.07, 0.14, random))
        times = stage.moments(officer, 9, 0.5, 0.93, random)
        stage.look(case, officer, teenager, times)
        plan.expect(case, "after-closure", officer, teenager, times)
        issued = stage.calendar.start - 60 * DAY
        warning = warn(stage, officer, issued, "written", "keeping in touch with a member of the public")
        expect_after_warning(stage, case, officer, warning, issued, {teenager: times})
        for at in times[:4]:
            call(stage, officer, teenager, at + 5 * 3600)
        plan.expect(case, "contact-after-access", officer, teenager, contacts=4)


def case_four(stage: Stage) -> None:
    """Worse after a move to a rural post; words of advice had been given by an earlier force."""
    for officer in stage.actors("ipcc-four"):
        random, plan = stage.chance("ipcc-four"), stage.plan
        case = plan.open_case("ipcc-four", f"{IPCC}, case four", scaled="3 before and 30 after the move assumed")
        looks: Looks = {}
        early, late = stage.moments(officer, 3, 0.03, 0.48, random), stage.moments(officer, 30, 0.53, 0.98, random)
        spread(stage, case, officer, [stage.person(random) for _ in range(3)], early, looks)
        spread(stage, case, officer, [stage.person(random) for _ in range(18)], late, looks)
        plan.expect(case, "escalation", officer, times=late, before_count=3, after_count=30)
        issued = (
            stage.calendar.start
            - (timestamp(stage.calendar.start).date() - officer.joined + timedelta(days=300)).days * DAY
        )
        expect_after_warning(
            stage, case, officer, warn(stage, officer, issued, "advice", "use of systems"), issued, looks
        )


def case_one(stage: Stage) -> None:
    """Systems could still be used after suspension."""
    for officer in stage.actors("ipcc-one"):
        random, plan = stage.chance("ipcc-one"), stage.plan
        case = plan.open_case("ipcc-one", f"{IPCC}, case one", scaled="6 accesses assumed")
        times = sorted(random.sample(range(stage.calendar.at(0.63), stage.calendar.at(0.98), 3600), 6))
        stage.look(case, officer, stage.person(random), times)
        for month in sorted({f"{stage.calendar.local_date(at):%Y-%m}" for at in times}):
            those = [at for at in times if f"{stage.calendar.local_date(at):%Y-%m}" == month]
            plan.expect(case, "off-duty", officer, times=those, key={"month": month}, status="suspended")


def call(stage: Stage, officer: Officer, subject: Subject, at: int, device: str = "personal") -> None:
    """Log a contact of the officer with a subject."""
    stage.plan.add(
        "contact", contact_id=stage.plan.serial("K"), user_id=officer.user_id, subject_id=subject.subject_id,
        occurred_at=timestamp(at), channel="phone", direction="out", device=device,
    )  # fmt: skip


def tell_ipcc(stage: Stage) -> None:
    """Tell all six."""
    for story in (case_three, case_six, case_five, case_two, case_four, case_one):
        story(stage)
