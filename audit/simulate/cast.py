"""Who plays which part: officers are drawn for each planted story before any rota is made. Plants nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from audit.simulate.staff import Officer, Staff, Unit

ORDINARY = ("response", "neighbourhood", "cid", "safeguarding")
PATROL = ("response", "neighbourhood")


@dataclass(frozen=True)
class Absence:
    """Days (numbers, the last exclusive) on which an officer does no work; `status` None = no duty row at all."""

    officer: int
    from_day: int
    to_day: int
    status: str | None


@dataclass(frozen=True)
class Part:
    """A part to be played. `count` is for 800 staff; `quiet` actors do nothing unexplained outside their story.

    `absent` = (from, to, status) and `moves` = share of the span at which the actor goes to another unit of `moves_to`.
    """

    name: str
    kinds: tuple[str, ...] = ORDINARY
    count: int = 1
    quiet: bool = True
    absent: tuple[float, float, str | None] | None = None
    moves: float | None = None
    moves_to: tuple[str, ...] = PATROL
    innocent: bool = False


def _innocent(name: str, kinds: tuple[str, ...] = ORDINARY, **asks: Any) -> Part:
    return Part(name, kinds, innocent=True, **asks)


# In order of need: in a small force the last ones go without.
PARTS = (
    Part("ipcc-three", ("response",)),
    Part("ipcc-six", ("response",)),
    Part("ipcc-five", ("response",)),
    Part("ipcc-two", PATROL),
    Part("ipcc-four", PATROL, moves=0.5, moves_to=("neighbourhood",)),
    Part("ipcc-one", PATROL, absent=(0.6, 1.0, "suspended")),
    Part("lancashire-watch", PATROL),
    Part("gloucestershire", ("cid",)),
    Part("merseyside", ("response",)),
    Part("sedgwick", ("cid", "response")),
    Part("data-sale", PATROL),
    Part("suspicious-vehicle", PATROL),
    Part("investigation", ("cid",)),
    Part("ex-partner", count=7, quiet=False),
    Part("triad", count=2, quiet=False),
    Part("neighbour", count=2, quiet=False),
    Part("colleague", count=2, quiet=False),
    Part("passed-on", count=4, quiet=False),
    Part("probing", PATROL, count=2, quiet=False),
    Part("cluster", quiet=False),
    Part("bulk"),
    Part("outlier", ("response",)),
    Part("borrowed-reference", quiet=False),
    Part("own-case", PATROL, quiet=False),
    Part("out-of-hours", PATROL),
    Part("leave", PATROL, quiet=False, absent=(0.45, 0.53, "leave")),
    Part("left", PATROL, absent=(0.8, 1.0, None)),
    Part("out-of-role", ("response",), quiet=False),
    Part("own-record", count=3, quiet=False),
    Part("celebrity", count=2, quiet=False),
    Part("watched-subject", quiet=False),
    Part("shared-account", ("cid",)),
    # innocent look-alikes
    _innocent("case-officer", ("cid",), count=2),
    _innocent("namesake"),
    _innocent("colleagues-family", ("cid", "safeguarding")),
    _innocent("staff-investigator", ("psd",)),
    _innocent("female-victims", ("safeguarding",), count=2, quiet=False),
    _innocent("new-posting", PATROL, moves=0.5),
    _innocent("trained", count=2),
    _innocent("court-file", ("cid",)),
    _innocent("within-grace"),
    _innocent("reopened"),
    _innocent("night-overtime", ("cid",)),
    _innocent("guarding", PATROL),
    _innocent("analyst-bulk", ("intelligence",)),
    _innocent("collision-clerk", ("admin",)),
    _innocent("busy-dispatcher", ("control",)),
    _innocent("long-leave", PATROL, absent=(0.2, 0.45, "leave")),
    _innocent("hot-desk", ("cid",)),
    _innocent("early-reference", PATROL),
    _innocent("work-phone", ("safeguarding",)),
    _innocent("closed-with-care", ("safeguarding",)),
    _innocent("terse", PATROL),
    _innocent("banner-worker", ("response",), quiet=False),
    _innocent("machine-requery", ("roads",)),
    _innocent("watch-over", PATROL),
    _innocent("tiered-rights", ("roads",)),
    _innocent("mutual-aid", PATROL),
    _innocent("whole-household"),
    _innocent("complaint-later"),
    _innocent("alias-check"),
)


@dataclass(frozen=True)
class Cast:
    """Officers by part, and what the parts ask of rota and postings."""

    actors: Mapping[str, tuple[Officer, ...]]
    quiet: frozenset[int]
    absences: tuple[Absence, ...]
    moves: Mapping[int, tuple[Unit, int]]

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of all officers who play a part."""
        return frozenset(officer.number for officers in self.actors.values() for officer in officers)


def cast_parts(staff: Staff, days: int, seed: int, notify: Callable[[str], None]) -> Cast:
    """Draw officers for the parts, each for one only; a part for which nobody is left is named to `notify`."""
    random = Random(f"{seed}:cast")  # noqa: S311
    everybody = list(staff.officers)
    random.shuffle(everybody)
    # A fifth of any unit and its sergeants stay out of the misuse, so that everybody has peers; in a force too small
    # for all stories they play the innocent.
    pool = [officer for officer in everybody if officer.rank != "sergeant" and officer.team != 4]
    taken = {officer.number for officer in pool}
    others = [officer for officer in everybody if officer.number not in taken]
    actors: dict[str, tuple[Officer, ...]] = {}
    absences: list[Absence] = []
    moves: dict[int, tuple[Unit, int]] = {}
    for part in PARTS:
        chosen = _draw(pool, part, max(1, round(part.count * min(1.0, len(staff.officers) / 800))))
        if not chosen and part.innocent:
            chosen = _draw(others, part, 1)
        actors[part.name] = chosen
        for officer in chosen:
            if part.absent is not None:
                start, end, status = part.absent
                last = days if end == 1.0 else int(end * days)
                absences.append(Absence(officer.number, int(start * days), last, status))
            if part.moves is not None:
                units = [u for u in staff.units if u.kind in part.moves_to and u != officer.unit] or [officer.unit]
                moves[officer.number] = (random.choice(units), int(part.moves * days))
    missing = [name for name, officers in actors.items() if not officers]
    if missing:
        notify(f"{len(missing)} stories left out, too few staff of their kind: {', '.join(missing)}")
    quiet = frozenset(officer.number for part in PARTS if part.quiet for officer in actors[part.name])
    return Cast(actors, quiet, tuple(absences), moves)


def _draw(pool: list[Officer], part: Part, count: int) -> tuple[Officer, ...]:
    fitting = [officer for officer in pool if officer.unit.kind in part.kinds][:count]
    for officer in fitting:
        pool.remove(officer)
    return tuple(fitting)
