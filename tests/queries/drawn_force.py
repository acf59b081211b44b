"""Small forces made by chance from a seed, so that margins are met exactly and just missed, and everything overlaps.

A drawing holds many forces that have nothing to do with each other, each with names of its own, because the engine takes as
long for one. Half of the times of an access are another time of its force, moved by a margin, or a second less; the others
lie half days apart around three times that are a fortnight and thirty days apart. Shrinking is left out: a fault names its
force by the number in front of its ids.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st
from small_force import Row, clock

START = datetime(2024, 1, 1, 0, 0, 0)
LEAD, GRACE, LOOKBACK, REENTRY = (timedelta(days=days) for days in (1, 14, 30, 1))
KINDS = {"P1": "person", "P2": "person", "V1": "vehicle"}
SECOND = timedelta(seconds=1)

_AROUND = tuple(timedelta(days=days) for days in (0, 0, 14, 30))
# An access so long after a time of its force is at a margin of an explanation, or a second before it.
_MARGINS = (timedelta(0), -LEAD, GRACE, -LOOKBACK, REENTRY, LEAD - LOOKBACK)
_SUBJECTS = ("P1", "P1", "V1", "V1", "P2", "INC-1")
_REFERENCES = ("INC-1", "INC-1", "INC-2", "INC-3")
_NAMES = ("access_id", "user_id", "subject_id", "linked_id", "reference", "role", "unit", "authority_id", "warning_id")
_FORCES = 40


Tables = dict[str, list[Row]]


def draw_forces(seed: int, forces: int = _FORCES) -> list[Tables]:
    """Return the canonical tables, and `access`, of so many forces."""
    chance = Random(seed)
    drawn = [_Force(chance).tables() for _ in range(forces)]
    return [
        {table: [_of_its_own(row, f"{number:02}-") for row in rows] for table, rows in force.items()}
        for number, force in enumerate(drawn)
    ]


def together(forces: Sequence[Tables]) -> Tables:
    """Return the tables of all forces as those of one."""
    return {table: [row for force in forces for row in force[table]] for table in forces[0]}


DRAWN_FORCES = st.integers(0, 2**32 - 1).map(draw_forces)


class _Force:
    """One force being drawn. The accesses come last: they are placed by the times of all else."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.times: list[datetime] = []

    def tables(self) -> Tables:
        references = ("INC-1", "INC-2", "INC-3")[: self.chance.choice((2, 2, 3))]
        context = {
            "incident": [self.incident(reference) for reference in references],
            "incident_subject": self.some(2, 5, self.incident_subject),
            "incident_staff": self.some(1, 4, self.incident_staff),
            "staff": [{"user_id": user, "role": self.role()} for user in ("U1", "U2")[: self.chance.randint(0, 2)]],
            "posting": self.some(1, 3, self.posting),
            "subject": [{"subject_id": subject, "subject_kind": kind} for subject, kind in KINDS.items()],
            "subject_link": self.some(1, 3, self.subject_link),
            "authority": [self.authority(f"AU-{number}") for number in range(1, self.chance.randint(1, 4))],
            "warning": [self.warning(f"W{number}") for number in range(1, self.chance.randint(1, 3))],
        }
        accesses = [self.access(f"A{number}") for number in range(1, self.chance.randint(6, 10))]
        return context | {"access": accesses}

    def some(self, least: int, most: int, one: Any) -> list[Row]:
        return [one() for _ in range(self.chance.randint(least, most))]

    def maybe(self, *values: str) -> str | None:
        return self.chance.choice((None, *values))

    def role(self) -> str | None:
        return self.maybe("response", "detective")

    def user(self) -> str:
        return self.chance.choice(("U1", "U1", "U1", "U1", "U2", "U2", "U3"))

    def time(self) -> datetime:
        when = START + self.chance.choice(_AROUND) + timedelta(hours=12 * self.chance.randint(0, 4))
        when -= self.chance.choice((0, 0, 0, 1)) * SECOND
        self.times.append(when)
        return when

    def maybe_time(self) -> datetime | None:
        return None if self.chance.random() < 0.4 else self.time()

    def span(self) -> dict[str, datetime | None]:
        """From a time to a time, either of which may be missing; seldom the wrong way round."""
        starts_at, ends_at = self.maybe_time(), self.maybe_time()
        if starts_at and ends_at and ends_at < starts_at and self.chance.random() < 0.9:
            starts_at, ends_at = ends_at, starts_at
        return {"starts_at": starts_at, "ends_at": ends_at}

    def incident(self, reference: str) -> Row:
        span = self.span()
        opened_at = span["starts_at"] or self.time()
        unit = self.maybe("Patrol", "CID")
        return {"reference": reference, "unit": unit, "opened_at": opened_at, "closed_at": span["ends_at"]}

    def incident_subject(self) -> Row:
        return {"reference": self.chance.choice(_REFERENCES), "subject_id": self.chance.choice(_SUBJECTS)}

    def incident_staff(self) -> Row:
        return {"reference": self.chance.choice(_REFERENCES), "user_id": self.user(), **self.span()}

    def posting(self) -> Row:
        span = self.span()
        starts_at = span["starts_at"] or START - timedelta(days=1)
        unit = self.chance.choice(("Patrol", "CID"))
        return {"user_id": self.user(), "unit": unit, "role": self.role(), **span, "starts_at": starts_at}

    def subject_link(self) -> Row:
        subject_id, linked_id = self.chance.sample(("P1", "V1", "P2", "INC-1"), 2)
        relation = self.chance.choice(("keeper", "keeper", "alias", "occupant", "family"))
        return {"subject_id": subject_id, "linked_id": linked_id, "relation": relation, **self.span()}

    def authority(self, authority_id: str) -> Row:
        one_of = self.chance.choice(("user_id", "role", "unit"))
        covers = {
            "user_id": self.user() if one_of == "user_id" or self.chance.random() < 0.2 else None,
            "role": self.chance.choice(("response", "detective")) if one_of == "role" else None,
            "unit": self.chance.choice(("Patrol", "CID")) if one_of == "unit" or self.chance.random() < 0.2 else None,
        }
        scope = {
            "system": self.maybe("NDB"),
            "action": self.maybe("search"),
            "subject_kind": self.maybe("person", "vehicle"),
        }
        return {"authority_id": authority_id, **covers, **scope, **self.span()}

    def warning(self, warning_id: str) -> Row:
        span = self.span()
        issued_at = span["starts_at"] or self.time()
        subject_id = self.maybe("P1", "V1") if self.chance.random() < 0.5 else None
        scope = {"system": self.maybe("NDB", "RMS"), "subject_id": subject_id}
        kind = self.chance.choice(("written", "advice", "final"))
        return {
            "warning_id": warning_id,
            "user_id": self.user(),
            "issued_at": issued_at,
            "expires_at": span["ends_at"],
            "kind": kind,
            **scope,
        }

    def access(self, access_id: str) -> Row:
        subject_id = self.chance.choice((None, "P1", "P1", "P1", "P1", "V1", "V1", "V1", "P2", "INC-1"))
        if self.chance.random() < 0.5:
            occurred_at = self.chance.choice(self.times) + self.chance.choice(_MARGINS)
            occurred_at -= self.chance.choice((0, 0, 1)) * SECOND
            self.times.append(occurred_at)
        else:
            occurred_at = self.time()
        return {
            "access_id": access_id,
            "source": "log",
            "user_id": self.chance.choice((None, *["U1"] * 9, "U2", "U2")),
            "system": self.chance.choice(("NDB", "RMS")),
            "action": self.chance.choice(("search", "print")),
            "subject_id": subject_id,
            "subject_kind": KINDS.get(subject_id or ""),
            "reference": self.chance.choice((None, None, "INC-1", "INC-1", "INC-2", "INC-9")),
            **clock(occurred_at),
        }


def _of_its_own(row: Row, force: str) -> Mapping[str, Any]:
    return {name: force + value if name in _NAMES and value else value for name, value in row.items()}


def judged(tables: Mapping[str, Sequence[Row]], until: datetime | None) -> list[Row]:
    """Return the accesses that can be judged: with user and subject, and not later than the incidents reach."""
    return [
        row
        for row in tables["access"]
        if row["user_id"] and row["subject_id"] and (until is None or row["occurred_at"] <= until)
    ]
