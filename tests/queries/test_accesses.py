"""queries/accesses makes the same accesses as the contract's definition, written out plainly.

An example holds a dozen desks that have nothing to do with each other, because the engine takes as long for one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
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


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


SECONDS = st.integers(0, 24)
MOMENTS = st.none() | SECONDS.map(lambda seconds: START + timedelta(seconds=seconds))
KINDS = {"P1": "person", "P2": "person", "V1": "vehicle", "X1": None}
EVENT = st.fixed_dictionaries(
    {
        "source": st.sampled_from(("log", "log", "other log")),
        "event_id": st.integers(1, 12).map(str),
        "seconds": SECONDS,
        "system": st.sampled_from(("NDB", "RMS")),
        "user_id": maybe("U1", "U1", "U2"),
        "account": maybe("a1", "a2"),
        "masked": st.sampled_from(((), (), ("user_id",))),
        "workstation": maybe("W1", "W2"),
        "origin": maybe("person", "person", "machine"),
        "parent_event_id": st.none() | st.none() | st.integers(1, 12).map(str),
        "action": st.sampled_from(("search", "view", "print", "export", "create", "amend", "close")),
        "subject_id": maybe("P1", "P1", "V1", "V1", *KINDS),
        "reason_code": maybe("1", "2"),
        "reason": maybe("theft", "check"),
        "reference": maybe("INC-1", "INC-2"),
    }
)
EVENTS = st.lists(EVENT, min_size=4, max_size=12, unique_by=lambda event: (event["source"], event["event_id"]))
LINK = st.fixed_dictionaries(
    {
        "subject_id": st.sampled_from(("P1", "P1", *KINDS)),
        "linked_id": st.sampled_from(("V1", "V1", *KINDS)),
        "relation": st.sampled_from(("keeper", "keeper", "alias", "family")),
        "starts_at": MOMENTS,
        "ends_at": MOMENTS,
    }
)
ACCOUNT = st.fixed_dictionaries(
    {
        "account": st.sampled_from(("a1", "a2")),
        "user_id": st.sampled_from(("U1", "U2")),
        "system": maybe("NDB", "RMS"),
        "starts_at": MOMENTS,
        "ends_at": MOMENTS,
    }
)
DESK = st.fixed_dictionaries(
    {"event": EVENTS, "subject_link": st.lists(LINK, min_size=1, max_size=3), "account": st.lists(ACCOUNT, max_size=4)}
)
DESKS = st.lists(DESK, min_size=6, max_size=24).map(lambda desks: together(desks))
OF_A_DESK = ("event_id", "parent_event_id", "user_id", "account", "subject_id", "linked_id")


def together(desks: Sequence[dict[str, list[Row]]]) -> dict[str, list[Row]]:
    """The tables of all desks, each desk with names of its own."""
    return {
        table: [made(row, f"{number:02}-") for number, desk in enumerate(desks) for row in desk[table]]
        for table in ("event", "subject_link", "account")
    }


def made(row: Row, desk: str) -> dict[str, Any]:
    """A drawn row as one of the canonical table."""
    named = {**row, **{name: desk + row[name] for name in OF_A_DESK if row.get(name) is not None}}
    if "seconds" not in row:
        return named
    return {
        **named,
        **clock(START + timedelta(seconds=row["seconds"])),
        "masked": [name for name in row["masked"] if row["user_id"] is None],
        "subject_kind": KINDS.get(row["subject_id"]),
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
    named = next((event for event in act if event["subject_id"] is not None), first)
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


@given(DESKS)
@settings(max_examples=40, deadline=None)
def test_accesses_are_those_of_the_definition(tables: dict[str, list[Row]]) -> None:
    FORCE.fill(tables)
    shared = shared_ids(tables["event"])
    expected = dict(access_of(act, shared) for act in collapse(tables))

    make_accesses(FORCE.engine, CATALOGUE)

    found = FORCE.engine.query("SELECT * FROM access").to_pylist()
    assert len(found) == len(expected)
    assert {row["access_id"]: {name: row[name] for name in COMPARED} for row in found} == expected


@given(DESKS)
@settings(max_examples=15, deadline=None)
def test_every_event_of_an_act_of_several_leads_back_to_it(tables: dict[str, list[Row]]) -> None:
    FORCE.fill(tables)
    shared = shared_ids(tables["event"])
    acts = [act for act in collapse(tables) if len(act) > 1]
    expected = {(name_of(act[0], shared), event["source"], event["event_id"]) for act in acts for event in act}

    make_accesses(FORCE.engine, CATALOGUE)

    found = FORCE.engine.query("SELECT access_id, source, event_id FROM access_event").to_pylist()
    assert sorted(tuple(row.values()) for row in found) == sorted(expected)
