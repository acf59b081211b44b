"""Innocent officers who look like misusers: repetition, families, households, staff records, prints, closed cases.

Each one's work is explained by the business data, as the contract says; the detector that it imitates must stay silent.
"""

from audit.simulate.calendar import DAY, timestamp
from audit.simulate.plan import PERSON, PHONE, VEHICLE
from audit.simulate.stage import Stage
from audit.simulate.stories_ipcc import call, warn


def case_officers(stage: Stage) -> None:
    """The detective's suspect, sixty times, with varied reasons."""
    for officer in stage.actors("case-officer"):
        random, plan = stage.chance(f"case-officer:{officer.number}"), stage.plan
        suspect = stage.person(random, "M")
        log = plan.incident("robbery", officer.unit, stage.calendar.at(0.1), None, [suspect], [officer])
        for index, at in enumerate(stage.moments(officer, 60, 0.11, 0.98, random)):
            stage.look(
                None, officer, suspect, [at], system="NDB", reference=log.subject_id, reason=f"robbery file {index}"
            )
        for detector in ("repeated-subject", "unexplained-access", "poor-reason"):
            plan.imitate("own suspect many times", detector, officer, suspect)


def namesakes(stage: Stage) -> None:
    """A stranger of the officer's own surname, on the officer's own incident."""
    for officer in stage.actors("namesake"):
        random, plan = stage.chance("namesake"), stage.plan
        stranger = stage.person(random, surname=officer.surname)
        plan.incident("theft", officer.unit, stage.calendar.at(0.3), stage.calendar.at(0.4), [stranger], [officer])
        stage.look(None, officer, stranger, stage.moments(officer, 4, 0.31, 0.4, random))
        plan.imitate("same surname", "self-and-family", officer, stranger)


def colleagues_family(stage: Stage) -> None:
    """A colleague's sister is a victim; the assigned detective looks her up."""
    for officer in stage.actors("colleagues-family"):
        random, plan = stage.chance("colleagues-family"), stage.plan
        mates = stage.bystanders(stage.other_unit(officer, random, ("response",)), 1)
        if mates:
            sister = stage.relations[mates[0].number].sister
            plan.incident("burglary", officer.unit, stage.calendar.at(0.3), None, [sister], [officer])
            stage.look(None, officer, sister, stage.moments(officer, 6, 0.31, 0.8, random))
            plan.imitate("colleague's family as victim", "colleague-lookup", officer, sister)


def staff_investigators(stage: Stage) -> None:
    """Professional standards looks at staff records under its authority."""
    for officer in stage.actors("staff-investigator"):
        random, plan = stage.chance("staff-investigator"), stage.plan
        for mate in random.sample([o for o in stage.staff.officers if o.unit != officer.unit], 5):
            own = stage.relations[mate.number].own
            stage.look(None, officer, own, stage.moments(officer, 2, 0.1, 0.9, random))
            plan.imitate("staff investigated under authority", "colleague-lookup", officer, own)


def court_files(stage: Stage) -> None:
    """Prints and exports for a court file."""
    for officer in stage.actors("court-file"):
        random, plan = stage.chance("court-file"), stage.plan
        suspect = stage.person(random)
        log = plan.incident("fraud", officer.unit, stage.calendar.at(0.2), None, [suspect], [officer])
        for at in stage.moments(officer, 10, 0.21, 0.9, random):
            stage.look(
                None, officer, suspect, [at], action=random.choice(["print", "export"]), reference=log.subject_id
            )
        plan.imitate("court file printed", "disclosure", officer, suspect)


def closed_cases(stage: Stage) -> None:
    """Paperwork within grace after closing; and a case that was opened again."""
    for officer in stage.actors("within-grace"):
        random, plan = stage.chance("within-grace"), stage.plan
        person, closed = stage.person(random), stage.calendar.at(0.4)
        plan.incident("theft", officer.unit, stage.calendar.at(0.2), closed, [person], [officer])
        late = (closed + 13 * DAY - stage.calendar.start) / (stage.calendar.end - stage.calendar.start)
        stage.look(None, officer, person, stage.moments(officer, 4, 0.405, late, random))
        plan.imitate("late paperwork within grace", "after-closure", officer, person)
    for officer in stage.actors("reopened"):
        random, plan = stage.chance("reopened"), stage.plan
        person = stage.person(random)
        plan.incident("assault", officer.unit, stage.calendar.at(0.05), stage.calendar.at(0.1), [person], [officer])
        plan.incident("assault", officer.unit, stage.calendar.at(0.6), None, [person], [officer])
        stage.look(None, officer, person, stage.moments(officer, 3, 0.06, 0.1, random))
        stage.look(None, officer, person, stage.moments(officer, 6, 0.61, 0.98, random))
        plan.imitate("case opened again", "after-closure", officer, person)


def guards(stage: Stage) -> None:
    """A protected person, looked up by the officer assigned to protect; mutual aid quotes another unit's reference."""
    for officer in stage.actors("guarding"):
        random, plan = stage.chance("guarding"), stage.plan
        person = stage.person(random, markers="protected")
        plan.incident("protection", officer.unit, stage.calendar.at(0.2), None, [person], [officer])
        stage.look(None, officer, person, stage.moments(officer, 8, 0.21, 0.95, random))
        plan.imitate("assigned to protect", "protected-subject", officer, person)
    for officer in stage.actors("mutual-aid"):
        random, plan = stage.chance("mutual-aid"), stage.plan
        suspect, unit = stage.person(random, "M"), stage.other_unit(officer, random, ("cid",))
        log = plan.incident("drugs", unit, stage.calendar.at(0.2), None, [suspect], stage.bystanders(unit, 1))
        times = stage.moments(officer, 3, 0.3, 0.6, random)
        stage.look(None, officer, suspect, times, system="NDB", reference=log.subject_id)
        plan.imitate("mutual aid, reference quoted", "probing", officer, suspect)


def households(stage: Stage) -> None:
    """From a suspect to car, home and phone within the officer's case; and a suspect's second name."""
    for officer in stage.actors("whole-household"):
        random, plan = stage.chance("whole-household"), stage.plan
        suspect = stage.person(random)
        group = [suspect, plan.belonging(VEHICLE, suspect), stage.household(suspect), plan.belonging(PHONE, suspect)]
        log = plan.incident("burglary", officer.unit, stage.calendar.at(0.3), None, [suspect], [officer])
        for subject in group:
            stage.look(
                None,
                officer,
                subject,
                stage.moments(officer, 4, 0.31, 0.8, random),
                system="CAD",
                reference=log.subject_id,
            )
        plan.imitate(
            "household of the suspect", "linked-cluster", officer, suspect, cluster=min(s.subject_id for s in group)
        )
    for officer in stage.actors("alias-check"):
        random, plan = stage.chance("alias-check"), stage.plan
        suspect, alias = stage.person(random), plan.subject(PERSON, "Sam Alias", None, "M")
        plan.link(suspect, alias, "alias")
        plan.incident("fraud", officer.unit, stage.calendar.at(0.3), None, [suspect], [officer])
        stage.look(None, officer, alias, stage.moments(officer, 5, 0.31, 0.8, random))
        plan.imitate("second name of the suspect", "repeated-subject", officer, alias)


def warned_like_others(stage: Stage) -> None:
    """One in a hundred is sent on a course or reminded of policy and goes on as before. No look-alikes: by the
    contract's words whatever of theirs is unexplained afterwards counts, at the rate that it had before.
    """
    random = stage.chance("warned")
    free = [officer for officer in stage.staff.officers if officer.number not in stage.cast.numbers]
    for officer in random.sample(free, max(1, len(stage.staff.officers) // 100)):
        warn(
            stage,
            officer,
            stage.calendar.at(random.uniform(0.1, 0.9)),
            random.choice(["training", "policy", "advice"]),
            "data protection",
        )


def warned_and_lawful(stage: Stage) -> None:
    """Sent on a course, told off: and nothing unexplained since. A complainant dealt with before the complaint."""
    for officer in stage.actors("trained"):
        warning = warn(stage, officer, stage.calendar.at(0.4), "training", "data protection refresher")
        stage.plan.imitate("warned, lawful since", "access-after-warning", officer, warning_id=warning)
    for officer in stage.actors("complaint-later"):
        random, plan = stage.chance("complaint-later"), stage.plan
        person = stage.person(random)
        plan.incident(
            "public_order", officer.unit, stage.calendar.at(0.2), stage.calendar.at(0.25), [person], [officer]
        )
        stage.look(None, officer, person, stage.moments(officer, 4, 0.2, 0.3, random))
        plan.add(
            "complaint", complaint_id=plan.serial("C"), user_id=officer.user_id, subject_id=person.subject_id,
            received_at=timestamp(stage.calendar.at(0.5)),
        )  # fmt: skip
        plan.imitate("complaint came later", "own-case", officer, person)
    for officer in stage.actors("work-phone"):
        random, plan = stage.chance("work-phone"), stage.plan
        victim = stage.person(random, "F", markers="domestic_abuse")
        log = plan.incident("domestic_abuse", officer.unit, stage.calendar.at(0.3), None, [victim], [officer])
        times = stage.look(
            None, officer, victim, stage.moments(officer, 6, 0.31, 0.9, random), reference=log.subject_id
        )
        stage.look(None, officer, log, [times[0] + 600], action="assess")
        for at in times:
            call(stage, officer, victim, at + 3600, "work")
        plan.imitate("victim kept informed by work phone", "contact-after-access", officer, victim)


def tell_lookalikes(stage: Stage) -> None:
    """Tell all of them."""
    for story in (
        case_officers, namesakes, colleagues_family, staff_investigators, court_files, closed_cases, guards, households,
        warned_and_lawful, warned_like_others,
    ):  # fmt: skip
        story(stage)
