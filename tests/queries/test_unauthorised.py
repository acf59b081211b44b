"""The detectors of single accesses find what the contract says, written out plainly, one function a row of its table.

What explains an access has a plain twin of its own; here its state is taken as it stands. Where a detector asks for more than
the contract does, its header says so, and so does the function.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from all_explained import explain
from drawn_force import GRACE, LEAD, START, Tables, draw_forces, together
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_force import Row, SmallForce, lasts, linked

from audit.catalogue import read_catalogue
from audit.explain import Horizon

CATALOGUE = read_catalogue()
FORCE = SmallForce()
JUDGED_UNTIL = START + timedelta(days=31)
CARRIED_OUT = ("print", "export", "disclose", "create", "amend", "delete")
USERS = ("U1", "U1", "U1", "U2", "U3")
SUBJECTS = ("P1", "P1", "P2", "V1")
RELATIONS = ("ex_partner", "family", "friend", "self")
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)

# Detector, its key, and the access that counts.
Cited = set[tuple[str, tuple[Any, ...], str]]
Key = tuple[Any, ...]


def draw_near_forces(seed: int) -> list[Tables]:
    """Return forces whose staff have records, relations, permissions and complaints of their own, each with its own names."""
    return [_with_near(Random(seed + n), force, f"{n:02}-") for n, force in enumerate(draw_forces(seed))]


def _with_near(chance: Random, tables: Tables, of: str) -> Tables:
    times = [access["occurred_at"] for access in tables["access"]]

    def some(most: int, row: Callable[[int], Row]) -> list[Row]:
        return [row(number) for number in range(chance.randint(0, most))]

    def pair() -> dict[str, str]:
        return {"user_id": of + chance.choice(USERS), "subject_id": of + chance.choice(SUBJECTS)}

    def watch(number: int) -> Row:
        watched = chance.choice(tuple(pair().items()))
        begins = chance.choice(times)
        span = {"starts_at": begins, "ends_at": begins + timedelta(days=chance.choice((1, 10)))}
        return {"watch_id": f"{of}W{number}", "authority": "DCC", "purpose": "integrity", **span, **dict([watched])}

    def posted(user: str) -> Row:
        unit = of + chance.choice(("Patrol", "CID"))
        return {"user_id": of + user, "unit": unit, "role": None, "starts_at": START - timedelta(days=9)}

    def acted(access: Row) -> Row:
        action = chance.choice(("search", "view", "view", "print", "amend", "close"))
        return {**access, "action": action, "actions": [action]}

    return {
        **tables,
        "posting": [*tables["posting"], *(posted(user) for user in ("U1", "U2"))],
        "incident": [{**row, "unit": row["unit"] or f"{of}CID"} for row in tables["incident"]],
        "access": [acted(access) for access in tables["access"]],
        "staff": [
            {**row, "subject_id": chance.choice((None, of + "P1", of + "P2", of + "V1"))} for row in tables["staff"]
        ],
        "subject": [
            {**row, "markers": chance.choice((None, "minor", "protected", "vulnerable;high_profile"))}
            for row in tables["subject"]
        ],
        "relationship": some(2, lambda _: {**pair(), "relation": chance.choice(RELATIONS)}),
        "complaint": some(2, lambda n: {"complaint_id": f"{of}C{n}", **pair(), "received_at": chance.choice(times)}),
        "watch": some(2, watch),
        # Of both roles and both kinds of row, and of one system only.
        "permission": some(
            3,
            lambda n: {
                "role": of + chance.choice(("response", "detective")),
                "system": "NDB",
                "subject_kind": (None, "person", "vehicle")[n],
                "allowed": chance.choice((True, False, False)),
            },
        ),
    }


@dataclass(frozen=True)
class Force:
    """What a force knows, and the questions that the detectors ask of it."""

    tables: Mapping[str, Sequence[Row]]
    states: Mapping[str, str]

    def not_fully(self, access: Row) -> bool:
        return self.states.get(access["access_id"]) in ("weak", "unexplained")

    def unexplained(self, access: Row) -> bool:
        return self.states.get(access["access_id"]) == "unexplained"

    def incident(self, reference: str) -> Row | None:
        return next((row for row in self.tables["incident"] if row["reference"] == reference), None)

    def on(self, reference: str) -> set[str]:
        """The subjects that an incident holds, itself among them."""
        return {r["subject_id"] for r in self.tables["incident_subject"] if r["reference"] == reference} | {reference}

    def own(self, user_id: str) -> set[str]:
        rows = [row for row in self.tables["relationship"] if row["relation"] == "self"]
        return {r["subject_id"] for r in (*self.tables["staff"], *rows) if r["user_id"] == user_id} - {None}

    def near(self, user_id: str) -> set[str]:
        """The own record and the related subjects, whether or not the relation is over."""
        related = {row["subject_id"] for row in self.tables["relationship"] if row["user_id"] == user_id}
        return related | self.own(user_id)

    def users(self) -> set[str]:
        return {row["user_id"] for table in ("staff", "relationship") for row in self.tables[table]}

    def tied(self, subjects: set[str], when: datetime) -> set[str]:
        """The subjects one link of any relation away from these at a time."""
        lasting = [row for row in self.tables["subject_link"] if lasts(row, when)]
        pairs = [(row["subject_id"], row["linked_id"]) for row in lasting]
        return {b for a, b in pairs if a in subjects} | {a for a, b in pairs if b in subjects}

    def units(self, access: Row) -> set[str]:
        return {row["unit"] for row in self.postings(access)}

    def postings(self, access: Row) -> list[Row]:
        mine = [row for row in self.tables["posting"] if row["user_id"] == access["user_id"]]
        return [row for row in mine if lasts(row, access["occurred_at"])]

    def roles(self, access: Row) -> set[str | None]:
        role = next((row["role"] for row in self.tables["staff"] if row["user_id"] == access["user_id"]), None)
        return {row["role"] or role for row in self.postings(access)} or {role}


def self_and_family(force: Force, access: Row) -> Iterator[Key]:
    near, when = force.near(access["user_id"]), access["occurred_at"]
    one = force.tied(near, when)
    linked_to = access["subject_id"] in one | force.tied(one, when)
    if access["subject_id"] in near or (linked_to and force.not_fully(access)):
        yield access["user_id"], access["subject_id"]


def own_case(force: Force, access: Row) -> Iterator[Key]:
    """From the opening on; several complaints by one subject of one user stand under the first."""
    user, subject = access["user_id"], access["subject_id"]
    own = force.own(user)
    for incident in force.tables["incident"]:
        on = force.on(incident["reference"])
        if on & own and subject in on - own and access["occurred_at"] >= incident["opened_at"]:
            yield user, incident["reference"]
    complaints = [(r["received_at"], r["complaint_id"]) for r in force.tables["complaint"] if concerns(r, access)]
    if complaints and access["occurred_at"] >= min(complaints)[0]:
        yield user, min(complaints)[1]


def concerns(row: Row, access: Row) -> bool:
    return bool((row["user_id"], row["subject_id"]) == (access["user_id"], access["subject_id"]))


def colleague_lookup(force: Force, access: Row) -> Iterator[Key]:
    """What is near to the user as well is left to self-and-family."""
    others = [force.near(user) for user in force.users() - {access["user_id"]}]
    near_another = any(access["subject_id"] in near for near in others)
    if force.not_fully(access) and near_another and access["subject_id"] not in force.near(access["user_id"]):
        yield access["user_id"], access["subject_id"]


def disclosure(force: Force, access: Row) -> Iterator[Key]:
    day = timedelta(hours=24)
    carried_out = any(
        act["action"] in CARRIED_OUT and timedelta(0) <= act["occurred_at"] - access["occurred_at"] <= day
        for act in force.tables["access"]
        if concerns(act, access)
    )
    if force.not_fully(access) and carried_out:
        yield access["user_id"], access["subject_id"]


def probing(force: Force, access: Row) -> Iterator[Key]:
    """Of a user or incident without a unit nobody knows whether it is another's."""
    units, when = force.units(access), access["occurred_at"]
    for incident in force.tables["incident"]:
        is_open = lasts({"starts_at": incident["opened_at"], "ends_at": incident["closed_at"]}, when)
        others = units and incident["unit"] and incident["unit"] not in units
        if force.unexplained(access) and is_open and others and access["subject_id"] in force.on(incident["reference"]):
            yield access["user_id"], access["subject_id"]
            return


def reference_mismatch(force: Force, access: Row) -> Iterator[Key]:
    """A reference that holds a subject linked to this one holds it well enough."""
    reference, when = access["reference"], access["occurred_at"]
    if reference and access["access_id"] in force.states:
        incident = force.incident(reference)
        meant = {access["subject_id"]} | linked(force.tables["subject_link"], access["subject_id"], when)
        if (
            incident is None
            or not meant & force.on(reference)
            or when < incident["opened_at"] - LEAD
            or (incident["closed_at"] and when >= incident["closed_at"] + GRACE)
        ):
            yield access["user_id"], reference


def out_of_role(force: Force, access: Row) -> Iterator[Key]:
    """Who holds two roles is denied what both are denied."""
    rules = {
        (row["role"], row["subject_kind"]): row["allowed"]
        for row in force.tables["permission"]
        if row["system"] == access["system"]
    }
    kind = access["subject_kind"]
    judged = [rules.get((role, kind), rules.get((role, None))) for role in force.roles(access)]
    if all(allowed is False for allowed in judged):
        yield access["user_id"], access["system"], kind


def protected_subject(force: Force, access: Row) -> Iterator[Key]:
    row = next((row for row in force.tables["subject"] if row["subject_id"] == access["subject_id"]), None)
    marked = {"protected", "high_profile"} & set(((row and row["markers"]) or "").split(";"))
    if force.not_fully(access) and marked:
        yield access["user_id"], access["subject_id"]


def watched(force: Force, access: Row) -> Iterator[Key]:
    for watch in force.tables["watch"]:
        by_user = watch.get("user_id") == access["user_id"]
        of_subject = force.unexplained(access) and watch.get("subject_id") == access["subject_id"]
        if lasts(watch, access["occurred_at"]) and (by_user or of_subject):
            yield watch["watch_id"], access["local_date"]


DETECTORS = {
    "self-and-family": self_and_family,
    "own-case": own_case,
    "colleague-lookup": colleague_lookup,
    "disclosure": disclosure,
    "probing": probing,
    "reference-mismatch": reference_mismatch,
    "out-of-role": out_of_role,
    "protected-subject": protected_subject,
    "watched": watched,
}


def expected_of(force: Force) -> Cited:
    return {
        (detector, key, access["access_id"])
        for access in force.tables["access"]
        if access["user_id"]
        for detector, finds in DETECTORS.items()
        if access["subject_id"] or detector in ("out-of-role", "watched")
        for key in finds(force, access)
    }


def found_by(detector: str) -> Cited:
    query = CATALOGUE.detector(detector)
    rows = FORCE.engine.query(query.sql, query.bound()).to_pylist()
    return {(detector, tuple(row[c] for c in query.key), row["access_id"]) for row in rows if row["counts"]}


def explained_forces(seed: int) -> list[Force]:
    """Lay forces out and explain them, until a horizon that some of their accesses lie behind."""
    forces = draw_near_forces(seed)
    FORCE.fill(together(forces))
    explain(FORCE.engine, CATALOGUE, Horizon(True, JUDGED_UNTIL, oldest_at=START, newest_at=START + timedelta(days=99)))
    rows = FORCE.engine.query("SELECT access_id, state FROM judged_access").to_pylist()
    states = {row["access_id"]: row["state"] for row in rows}
    return [Force(tables, states) for tables in forces]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=3, deadline=None, phases=UNSHRUNK)
def test_detectors_of_single_accesses_cite_what_the_definition_says(seed: int) -> None:
    expected = {cited for force in explained_forces(seed) for cited in expected_of(force)}

    found = {cited for detector in DETECTORS for cited in found_by(detector)}

    assert found == expected


def test_what_is_drawn_concerns_every_detector() -> None:
    met = Counter(cited[0] for force in explained_forces(1) for cited in expected_of(force))

    assert all(met[detector] > 3 for detector in DETECTORS), met
