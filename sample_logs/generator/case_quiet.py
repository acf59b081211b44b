"""Cases that no explanation betrays: collision records sold, reports left undone, an account shared, a log gone silent.

Only detectors of the whole, not of one look-up, can see them: what those look at is explained or has no user.
"""

from datetime import datetime, timedelta

import cast
from expected import Case, Table
from planting import MARGIN, open_case, pick_moments
from world import CaseFile, World, story

SALE = datetime(2024, 4, 8), datetime(2024, 6, 28)
SOLD = 126
GRACE = timedelta(days=14)
SHARED = "FRONTDESK1"


def sell_collisions(world: World) -> None:
    """Lancashire, data sale, in small: a clerk whose role covers collision records opens them 126 times in 81 days."""
    rng = story("data-sale")
    user = cast.DATA_SALE
    references = [
        file.incident.reference
        for file in world.files.values()
        if file.incident.kind == "collision" and file.incident.opened_at < SALE[0]
    ]
    opened = [(when, rng.choice(references)) for when in pick_moments(world, rng, user, SOLD, *SALE)]
    for when, reference in opened:
        world.look(user, when, "RMS", "view", reference, "insurer request, collision report")
    for clerk in (user, "U1191", "U1192", "U1193"):
        for when in pick_moments(world, rng, clerk, 24, datetime(2022, 1, 1), datetime(2024, 12, 31)):
            older = [name for name in references if world.files[name].incident.opened_at < when - MARGIN]
            if older:
                reference = rng.choice(older)
                world.look(clerk, when, "RMS", "view", reference, "insurer request, collision report")
                opened += [(when, reference)] if clerk == user else []
    # What she was assigned to is her work.
    apart = [reference for when, reference in opened if not assigned(world.files[reference], user, when)]
    note = (
        f"{SOLD} accesses in 81 days to {len({name for _, name in opened[:SOLD]})} collision records, under a standing "
        f"authority, and {len(apart) - SOLD} like them in the usual work of three years; the published case: 21,000 in "
        "seven years."
    )
    findings: list[Table] = [
        {
            "detector": "bulk-harvest",
            "user_id": user,
            "incident_kind": "collision",
            "event_count": len(apart),
            "details": {"accesses": SOLD, "subjects": len(set(apart)), "unexplained_accesses": 0},
        }
    ]
    world.cases.append(Case("data-sale", user, "Lancashire, data sale", note, {"unexplained": 0}, findings))


def assigned(file: CaseFile, user_id: str, when: datetime) -> bool:
    """Whether the user is on the incident, which is open or not long closed."""
    ends = file.incident.closed_at
    return any(row.user_id == user_id for row in file.staff) and (ends is None or when < ends + GRACE)


def leave_undone(world: World) -> None:
    """Lancashire 2009 and Leicestershire 2016: viewed, then deferred, closed or left; nobody told, nothing assessed."""
    rng = story("inaction")
    findings: list[Table] = []
    plans = (
        ("INC-2209-9006", "domestic", "response-north", datetime(2022, 9, 12, 19), "defer"),
        ("INC-2304-9007", "domestic", "response-city", datetime(2023, 4, 24, 8), "close"),
        ("INC-2305-9008", "domestic", "response-city", datetime(2023, 5, 9, 8), "close"),
        ("INT-2303-9009", "intelligence", "intelligence", datetime(2023, 3, 20, 13), ""),
    )
    for reference, kind, unit, opened, end in plans:
        victim = world.register.take(1, "F")[0].person.subject_id
        world.register.mark(victim, "domestic_abuse")
        staff = [name for name in world.force.members(unit, opened) if name not in cast.PLACES]
        soon = opened + timedelta(days=2)
        user = rng.choice([name for name in staff if world.force.rota.pick(rng, name, opened, soon)])
        open_case(world, reference, kind, unit, opened, opened + timedelta(days=9), [(victim, "victim")], [user])
        moments = pick_moments(world, rng, user, 3, opened, opened + timedelta(days=3))
        world.look(user, moments[0], "RMS", "view", reference, "report of threats, restraining order", reference)
        world.look(user, moments[1], "RMS", "view", victim, "report of threats, restraining order", reference)
        if end:
            reason = "no further action" if end == "close" else "next shift"
            world.look(user, moments[2], "RMS", end, reference, reason, reference)
        findings.append({"detector": "not-actioned", "reference": reference})
    note = (
        "Three domestic incidents and an intelligence item with marked victims: viewed, then deferred, closed or left."
    )
    world.cases.append(Case("inaction", "", "Lancashire 2009, Leicestershire 2016", note, {}, findings))


def share_account(world: World) -> None:
    """A front-desk account that belongs to nobody, used at two machines within minutes of each other."""
    rng = story("shared")
    begin = datetime(2023, 11, 14, 11)
    for step in range(8):
        home = rng.choice(world.register.public)
        when = begin + timedelta(minutes=3 * step, seconds=rng.randrange(50))
        desk = ("NCH-FD01", "HLM-FD01")[step % 2]
        world.look(SHARED, when, "RMS", "view", home.person.subject_id, "caller at desk", workstation=desk)
    findings: list[Table] = [{"detector": "shared-account", "account": SHARED.lower(), "local_day": "2023-11-14"}]
    note = "Eight unjudged accesses under an account that no user holds, at two machines in turn within minutes."
    world.cases.append(Case("shared-account", "", "no published case", note, {}, findings))


def fall_silent(world: World) -> None:
    """The view log of RMS was off for three days; `honest.RMS_SILENCE` keeps every act out of it."""
    found: list[Table] = [
        {"detector": "log-gap", "source": "rms-view", "system": "RMS", "day": day, "details": {"silent_days": 3}}
        for day in ("2023-08-08", "2023-08-09", "2023-08-10")
    ]
    world.cases.append(Case("silence", "", "quirks of real logs", "No view was logged for three days.", {}, found))
