"""The common shapes of 259 published cases: former partners, triads, neighbours, colleagues, favours, curiosity.

Counts of searches are spread on a log scale as the published ones are: a quarter five or fewer, some a hundred or more;
one subject mostly.
"""

from audit.simulate.plan import PHONE, VEHICLE
from audit.simulate.stage import Stage
from audit.simulate.stories_ipcc import Looks, spread

SHAPES = "259 published cases"
# In an order that keeps the spread when a small force has room for few.
EX_PARTNER_SEARCHES = (83, 5, 2, 120, 14, 40, 3)
PASSED_ON_SUBJECTS = (6, 3, 10, 4)


def former_partners(stage: Stage) -> None:
    """Look-ups of a former partner, from two to more than a hundred."""
    for officer, whole in zip(stage.actors("ex-partner"), EX_PARTNER_SEARCHES, strict=False):
        random, count = stage.chance(f"ex-partner:{whole}"), stage.fit(whole, min(whole, 5))
        case = stage.plan.open_case("ex-partner", SHAPES, scaled=stage.fitted(whole, count))
        former = stage.relations[officer.number].former
        reason = random.choice([None, "welfare check", "call from the desk 4471", None])
        times = stage.look(case, officer, former, stage.moments(officer, count, 0.02, 0.98, random), reason=reason)
        stage.plan.expect(case, "self-and-family", officer, former, times, distance=1)
        stage.plan.expect(case, "unexplained-access", officer, former, times)
        if count >= 3:
            stage.plan.expect(case, "repeated-subject", officer, former, times)


def triads(stage: Stage) -> None:
    """The former partner's new partner, two steps from the officer, and that one's car, three steps."""
    for officer in stage.actors("triad"):
        random, plan = stage.chance(f"triad:{officer.number}"), stage.plan
        case = plan.open_case("triad", SHAPES)
        rival = stage.person(random)
        plan.link(stage.relations[officer.number].former, rival, "partner")
        car = plan.belonging(VEHICLE, rival)
        for subject, count, distance in ((rival, 11, 2), (car, 4, 3)):
            times = stage.look(case, officer, subject, stage.moments(officer, count, 0.3, 0.9, random))
            plan.expect(case, "self-and-family", officer, subject, times, distance=distance)


def neighbours(stage: Stage) -> None:
    """Somebody whom no declared relation shows: only repetition does."""
    for officer, whole in zip(stage.actors("neighbour"), (40, 12), strict=False):
        random, count = stage.chance(f"neighbour:{whole}"), stage.fit(whole, 6)
        case = stage.plan.open_case("neighbour", SHAPES, scaled=stage.fitted(whole, count))
        person = stage.person(random)
        times = stage.look(
            case, officer, person, stage.moments(officer, count, 0.02, 0.98, random), reason="welfare check"
        )
        stage.plan.expect(case, "repeated-subject", officer, person, times)


def colleagues(stage: Stage) -> None:
    """A colleague's own record; a colleague's partner."""
    for officer, which in zip(stage.actors("colleague"), ("own", "partner"), strict=False):
        random = stage.chance(f"colleague:{which}")
        case = stage.plan.open_case("colleague", SHAPES)
        mates = stage.bystanders(officer.unit, 5)
        if not mates:
            continue
        near = stage.relations[random.choice(mates).number]
        subject = near.own if which == "own" else near.partner
        times = stage.look(case, officer, subject, stage.moments(officer, 6, 0.1, 0.9, random))
        stage.plan.expect(case, "colleague-lookup", officer, subject, times)


def passed_on(stage: Stage) -> None:
    """Looked up for somebody else, then printed or exported to be told or sold."""
    for officer, subjects in zip(stage.actors("passed-on"), PASSED_ON_SUBJECTS, strict=False):
        random = stage.chance(f"passed-on:{subjects}")
        case = stage.plan.open_case("passed-on", SHAPES)
        for at in stage.moments(officer, subjects, 0.05, 0.95, random):
            person, action = stage.person(random), random.choice(["print", "export", "disclose"])
            view = stage.look(case, officer, person, [at])
            gone = stage.look(case, officer, person, [at + random.randint(120, 1200)], action=action)
            stage.plan.expect(case, "disclosure", officer, person, view + gone, action=action)


def probing(stage: Stage) -> None:
    """A criminal associate on another unit's open investigation: asking what they know of him."""
    for officer, kind in zip(stage.actors("probing"), ("homicide", "drugs"), strict=False):
        random, plan = stage.chance(f"probing:{kind}"), stage.plan
        case = plan.open_case("probing", SHAPES)
        unit, suspect = stage.other_unit(officer, random, ("cid",)), stage.person(random, "M")
        detectives = stage.bystanders(unit, 2)
        plan.incident(kind, unit, stage.calendar.at(0.2), None, [suspect], detectives)
        for detective in detectives:
            stage.look(None, detective, suspect, stage.moments(detective, 5, 0.22, 0.9, random))
        times = stage.look(case, officer, suspect, stage.moments(officer, 7, 0.3, 0.95, random), system="NDB")
        plan.expect(case, "probing", officer, suspect, times, incident_kind=kind)


def cluster(stage: Stage) -> None:
    """One person by way of everything that is hers: record, car, home, phone."""
    for officer in stage.actors("cluster"):
        random, plan = stage.chance("cluster"), stage.plan
        case = plan.open_case("cluster", SHAPES)
        person = stage.person(random, "F")
        group = [person, plan.belonging(VEHICLE, person), stage.household(person), plan.belonging(PHONE, person)]
        looks: Looks = {}
        spread(stage, case, officer, group, stage.moments(officer, 13, 0.1, 0.9, random), looks, system="CAD")
        every = [at for moments in looks.values() for at in moments]
        smallest = min(subject.subject_id for subject in group)
        plan.expect(case, "linked-cluster", officer, times=every, key={"cluster": smallest}, subjects=len(group))


def own_case(stage: Stage) -> None:
    """The officer is a suspect in another unit's incident, and reads it and who has spoken."""
    for officer in stage.actors("own-case"):
        random, plan = stage.chance("own-case"), stage.plan
        case = plan.open_case("own-case", SHAPES)
        own, witness = stage.relations[officer.number].own, stage.person(random)
        unit = stage.other_unit(officer, random, ("cid",))
        log = plan.incident("assault", unit, stage.calendar.at(0.3), None, [own, witness], stage.bystanders(unit, 1))
        views = stage.look(case, officer, log, stage.moments(officer, 4, 0.32, 0.6, random))
        views += stage.look(case, officer, witness, stage.moments(officer, 3, 0.62, 0.9, random))
        plan.expect(case, "own-case", officer, times=views, key={"reference": log.subject_id})


def own_records(stage: Stage) -> None:
    """One's own record: once, twice, four times."""
    for officer, count in zip(stage.actors("own-record"), (1, 4, 2), strict=False):
        random = stage.chance(f"own-record:{count}")
        case = stage.plan.open_case("own-record", SHAPES, "minor")
        own = stage.relations[officer.number].own
        times = stage.look(case, officer, own, stage.moments(officer, count, 0.1, 0.9, random), system="NDB")
        stage.plan.expect(case, "self-and-family", officer, own, times, distance=0)


def celebrities(stage: Stage) -> None:
    """Curiosity about somebody known to all."""
    for officer, count in zip(stage.actors("celebrity"), (1, 3), strict=False):
        random = stage.chance(f"celebrity:{count}")
        case = stage.plan.open_case("celebrity", SHAPES, "minor")
        star = stage.person(random, markers="high_profile")
        times = stage.look(case, officer, star, stage.moments(officer, count, 0.1, 0.9, random))
        stage.plan.expect(case, "protected-subject", officer, star, times)


def tell_private(stage: Stage) -> None:
    """Tell all of them."""
    for story in (
        former_partners, triads, neighbours, colleagues, passed_on, probing, cluster, own_case, own_records, celebrities,
    ):  # fmt: skip
        story(stage)
