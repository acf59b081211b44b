"""queries/accesses makes the same accesses as the contract's definition, written out plainly.

An example holds a dozen desks that have nothing to do with each other, because the engine takes as long for one.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, clock, lasts, linked

from audit.catalogue import read_catalogue
from audit.explain import make_accesses

CATALOGUE = read_catalogue()
FORCE = SmallForce()
START = datetime(2024, 3, 12, 10, 0, 0)
CHAIN = timedelta(seconds=5)
GRAVE = ("delete", "amend", "create", "disclose", "export", "print")
FIRST_NOT_NULL = ("subject_id", "reason", "reason_code", "reference")
COMPARED = ("system", "user_id", "occurred_at", "action", "actions", "subject_kind", *FIRST_NOT_NULL, "events")


KINDS = {"P1": "person", "P2": "person", "V1": "vehicle", "X1": None}
OF_A_DESK = ("event_id", "parent_event_id", "user_id", "account", "subject_id", "linked_id")
Desk = dict[str, list[Row]]


def draw_desks(seed: int, desks: int = 60) -> list[Desk]:
    """Return the tables of so many desks, each with names of its own. Events lie whole seconds apart, chains among them."""
    chance = Random(seed)
    return [
        {
            "event": [made(event, f"{number:02}-") for event in draw_events(chance)],
            "subject_link": [named(draw_link(chance), f"{number:02}-") for _ in range(chance.randint(1, 3))],
            "account": [named(draw_account(chance), f"{number:02}-") for _ in range(chance.randint(0, 4))],
        }
        for number in range(desks)
    ]


def draw_events(chance: Random) -> list[Row]:
    keys = {
        (chance.choice(("log", "log", "other log")), str(chance.randint(1, 12))) for _ in range(chance.randint(4, 12))
    }
    return [draw_event(chance, source, event_id) for source, event_id in sorted(keys)]


def draw_event(chance: Random, source: str, event_id: str) -> Row:
    return {
        "source": source,
        "event_id": event_id,
        "seconds": chance.randint(0, 24),
        "system": chance.choice(("NDB", "RMS")),
        "user_id": chance.choice((None, "U1", "U1", "U1", "U2")),
        "account": chance.choice((None, "a1", "a2")),
        "masked": chance.choice(((), (), ("user_id",))),
        "workstation": chance.choice((None, "W1", "W2")),
        "origin": chance.choice((None, "person", "person", "machine")),
        "parent_event_id": str(chance.randint(1, 12)) if chance.random() < 0.3 else None,
        "action": chance.choice(("search", "view", "print", "export", "create", "amend", "close")),
        "subject_id": chance.choice((*[None] * 4, "P1", "P1", "V1", "V1", *KINDS)),
        "kind_of_unnamed": chance.choice((None, "person", "vehicle")),
        "reason_code": chance.choice((None, "1", "2")),
        "reason": chance.choice((None, "theft", "check")),
        "reference": chance.choice((None, "INC-1", "INC-2")),
    }


def draw_link(chance: Random) -> Row:
    subject_id, linked_id = chance.sample(("P1", "V1", *KINDS), 2)
    relation = chance.choice(("keeper", "keeper", "alias", "family"))
    return {"subject_id": subject_id, "linked_id": linked_id, "relation": relation, **draw_span(chance)}


def draw_account(chance: Random) -> Row:
    account, user_id = chance.choice(("a1", "a2")), chance.choice(("U1", "U2"))
    return {"account": account, "user_id": user_id, "system": chance.choice((None, "NDB", "RMS")), **draw_span(chance)}


def draw_span(chance: Random) -> dict[str, datetime | None]:
    moments = [START + timedelta(seconds=chance.randint(0, 24)) if chance.random() < 0.6 else None for _ in range(2)]
    return {"starts_at": moments[0], "ends_at": moments[1]}


DESKS = st.integers(0, 2**32 - 1).map(draw_desks)


def together(desks: Sequence[Desk]) -> Desk:
    """The tables of all desks as those of one force."""
    return {table: [row for desk in desks for row in desk[table]] for table in desks[0]}


def named(row: Row, desk: str) -> dict[str, Any]:
    """A drawn row with names of its desk."""
    return {**row, **{name: desk + row[name] for name in OF_A_DESK if row.get(name) is not None}}


def made(row: Row, desk: str) -> dict[str, Any]:
    """A drawn event as one of the canonical table."""
    return {
        **named(row, desk),
        **clock(START + timedelta(seconds=row["seconds"])),
        "masked": [name for name in row["masked"] if row["user_id"] is None],
        "subject_kind": KINDS.get(row["subject_id"], row["kind_of_unnamed"]),
        "load_id": 1,
        "record_no": 1,
    }


def user_of(event: Row, accounts: Sequence[Row]) -> str | None:
    """The user named, else the one who held the account; nobody where two did, or where the user is masked."""
    if event["user_id"] is not None or "user_id" in event["masked"]:
        return event["user_id"]
    when, system = event["occurred_at"], event["system"]
    held = [row for row in accounts if row["account"] == event["account"] and lasts(row, when)]
    own = [row for row in held if row["system"] == system]
    users = {row["user_id"] for row in own or held if row["system"] in (None, system)}
    return users.pop() if len(users) == 1 else None


def in_order(event: Row) -> tuple[Any, ...]:
    return (event["occurred_at"], event["event_id"], event["source"])


def joins(event: Row, before: Row, links: Sequence[Row]) -> bool:
    """Whether an event belongs to the act of the event before it."""
    if event["occurred_at"] - before["occurred_at"] > CHAIN:
        return False
    one, other = event["subject_id"], before["subject_id"]
    return one is None or other is None or one == other or other in linked(links, one, event["occurred_at"])


def collapse(tables: dict[str, list[Row]]) -> list[list[Row]]:
    """The events of each act, in order."""
    events, links, accounts = tables["event"], tables["subject_link"], tables["account"]
    people = [{**event, "user_id": user_of(event, accounts)} for event in events if event["origin"] != "machine"]
    people.sort(key=in_order)
    act_of = list(range(len(people)))

    def join(one: int, other: int) -> None:
        kept, gone = act_of[one], act_of[other]
        act_of[:] = [kept if act == gone else act for act in act_of]

    for place, event in enumerate(people):
        if event["user_id"] is None:
            continue
        theirs = [n for n, other in enumerate(people) if other["user_id"] == event["user_id"]]
        here = [
            n
            for n in theirs
            if n < place
            and (None in (stations := (event["workstation"], people[n]["workstation"])) or len(set(stations)) == 1)
        ]
        if here and joins(event, people[here[-1]], links):
            join(here[-1], place)
        for n in theirs:
            if (people[n]["source"], people[n]["event_id"]) == (event["source"], event["parent_event_id"]):
                join(n, place)
    return [[event for event, of in zip(people, act_of, strict=True) if of == act] for act in sorted(set(act_of))]


def access_of(act: Sequence[Row], shared: set[str]) -> tuple[str, dict[str, Any]]:
    """The access that an act is, and its id."""
    first = act[0]
    actions = [event["action"] for event in act]
    named = next(
        (event for column in ("subject_id", "subject_kind") for event in act if event[column] is not None), first
    )
    access = {
        **{name: first[name] for name in ("system", "user_id", "occurred_at")},
        **{name: next((e[name] for e in act if e[name] is not None), None) for name in FIRST_NOT_NULL},
        "subject_kind": named["subject_kind"],
        "action": next((action for action in GRAVE if action in actions), actions[0]),
        "actions": sorted(set(actions)),
        "events": len(act),
    }
    return name_of(first, shared), access


def name_of(event: Row, shared: set[str]) -> str:
    """An id that two sources use is told apart by its source."""
    return f"{event['source']}:{event['event_id']}" if event["event_id"] in shared else event["event_id"]


def shared_ids(events: Sequence[Row]) -> set[str]:
    ids = [event["event_id"] for event in events]
    return {event_id for event_id in ids if ids.count(event_id) > 1}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


@given(DESKS)
@settings(max_examples=10, deadline=None, phases=UNSHRUNK)
def test_accesses_are_those_of_the_definition(desks: list[Desk]) -> None:
    FORCE.fill(together(desks))
    expected = dict(access_of(act, shared_ids(desk["event"])) for desk in desks for act in collapse(desk))

    make_accesses(FORCE.engine, CATALOGUE)

    found = FORCE.engine.query("SELECT * FROM access").to_pylist()
    assert len(found) == len(expected)
    assert {row["access_id"]: {name: row[name] for name in COMPARED} for row in found} == expected


@given(DESKS)
@settings(max_examples=4, deadline=None, phases=UNSHRUNK)
def test_every_event_of_an_act_of_several_leads_back_to_it(desks: list[Desk]) -> None:
    FORCE.fill(together(desks))
    expected = {
        (name_of(act[0], shared_ids(desk["event"])), event["source"], event["event_id"])
        for desk in desks
        for act in collapse(desk)
        if len(act) > 1
        for event in act
    }

    make_accesses(FORCE.engine, CATALOGUE)

    found = FORCE.engine.query("SELECT access_id, source, event_id FROM access_event").to_pylist()
    assert sorted(tuple(row.values()) for row in found) == sorted(expected)


def test_what_is_drawn_makes_acts_of_every_kind() -> None:
    met: Counter[str] = Counter()
    for desk in (desk for seed in range(8) for desk in draw_desks(seed)):
        for act in collapse(desk):
            met["several"] += len(act) > 1
            met["longer than a chain"] += act[-1]["occurred_at"] - act[0]["occurred_at"] > CHAIN
            met["linked subjects"] += len({event["subject_id"] for event in act} - {None}) > 1
            met["user by account"] += any(
                e["user_id"] for e in act if e["account"] and e["user_id"] not in named_in(desk, e)
            )
            met["two sources"] += len({event["source"] for event in act}) > 1
            met["kind without a subject"] += len(act) > 1 and not any(e["subject_id"] for e in act)
            met["first subject not the first event's"] += act[0]["subject_id"] is None and any(
                e["subject_id"] for e in act
            )
            gaps = [later["occurred_at"] - before["occurred_at"] for before, later in pairwise(act)]
            met["exactly five seconds"] += CHAIN in gaps

    assert all(times > 20 for times in met.values()), met


def named_in(desk: Desk, event: Row) -> set[str | None]:
    """The user whom the log itself names for an event."""
    key = (event["source"], event["event_id"])
    return {row["user_id"] for row in desk["event"] if (row["source"], row["event_id"]) == key}
