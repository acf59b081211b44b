"""Acts in the corners of the explanations, so that each of them holds somewhere in the sample.

Not innocent and not guilty: what they show is which explanation is named. `[[explained]]` in EXPECTED.toml counts them.
"""

from datetime import datetime, timedelta

import cast
from clock import HOUR
from expected import Explained
from planting import open_case, pick_moments, plant
from subjects import Household
from world import World, story


def plant_corners(world: World) -> None:
    look_up_then_open(world)
    come_back_next_day(world)
    cover_by_link(world)


def quiet_users(world: World, unit: str, when: datetime) -> list[str]:
    """Members of a unit with no part to play."""
    return [user for user in world.force.members(unit, when) if user not in cast.PLACES]


def one_home(world: World) -> Household:
    return world.register.take(1, needs="vehicle")[0]


def look_up_then_open(world: World) -> None:
    """Looked up a stranger, opened an incident about him a week later, alone: incident-own, and only weak."""
    rng = story("own incident")
    opened = datetime(2023, 1, 16, 12)
    user = quiet_users(world, "response-north", opened)[4]
    person = one_home(world).person.subject_id
    first = pick_moments(world, rng, user, 1, opened - timedelta(days=20), opened - timedelta(days=3))
    plant(world, rng, user, first, [person], ["asked about at the gym"])
    ends = opened + timedelta(days=30)
    open_case(world, "INC-2301-9014", "antisocial", "cid-city", opened, ends, [(person, "suspect")], [user])
    plant(
        world, rng, user, pick_moments(world, rng, user, 5, opened, ends), [person] * 5, ["antisocial behaviour, visit"]
    )
    world.explained.append(Explained(user, person, "incident-own", 5, "the incident was opened after the look-up"))


def come_back_next_day(world: World) -> None:
    """On the last day of grace and again some hours after it: re-entry, whatever the clock says."""
    rng = story("re-entry")
    for place in range(3):
        closed = datetime(2022, 5, 9, 9) + timedelta(days=211 * place)
        opened, ends = closed - timedelta(days=12), closed + timedelta(days=14)
        person = one_home(world).person.subject_id
        user = next(
            name
            for name in quiet_users(world, "cid-county", opened)
            if world.force.rota.pick(rng, name, ends - 2 * HOUR, ends - HOUR / 2)
            and world.force.rota.pick(rng, name, ends + HOUR / 2, ends + 6 * HOUR)
        )
        reference = f"INC-{opened:%y%m}-94{place:02d}"
        open_case(world, reference, "fraud", "safeguarding", opened, closed, [(person, "victim")], [user])
        late = pick_moments(world, rng, user, 1, ends - 3 * HOUR, ends)
        plant(world, rng, user, late, [person], ["fraud, file to prosecutor"])
        again = pick_moments(world, rng, user, 1, ends, ends + 7 * HOUR)
        plant(world, rng, user, again, [person], ["fraud, file to prosecutor, page 2"])
        world.explained.append(Explained(user, person, "re-entry", 1, "seven hours at most after the grace"))


def cover_by_link(world: World) -> None:
    """A colleague of the unit looks at the car of the man who is on the unit's incident: linked-weak."""
    rng = story("linked")
    for place in range(3):
        opened = datetime(2022, 8, 1, 9) + timedelta(days=240 * place)
        home = one_home(world)
        lead, colleague = rng.sample(quiet_users(world, "cid-city", opened), 2)
        ends = opened + timedelta(days=40)
        subjects = [(home.person.subject_id, "suspect")]
        open_case(world, f"INC-{opened:%y%m}-95{place:02d}", "burglary", "cid-city", opened, ends, subjects, [lead])
        moments = pick_moments(world, rng, colleague, 2, opened, ends)
        plant(world, rng, colleague, moments, [home.vehicle] * 2, ["burglary, vehicle at scene"], systems="NDB")
        world.explained.append(
            Explained(colleague, home.vehicle, "linked-weak", 2, "the keeper is on the unit's incident")
        )
