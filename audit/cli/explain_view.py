"""How `audit explain` prints an access and what each explanation says of it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from audit.cli.finding_view import local
from audit.cli.output import print_facts, print_lines, print_rows
from audit.explained import Explained

_FACTS = (
    "system",
    "user_id",
    "account",
    "workstation",
    "action",
    "subject_kind",
    "subject_id",
    "reason_code",
    "reason",
    "reference",
)


def print_explained(found: Sequence[Explained], timezone: str, output_format: str) -> None:
    """Print what is known of each event of the id: for people with local times, as JSON in UTC."""
    if output_format == "json":
        print_rows([_object(one) for one in found], "json")
        return
    for place, one in enumerate(found):
        print_lines([""] if place else [])
        _print_one(one, ZoneInfo(timezone), timezone)


def _object(one: Explained) -> dict[str, Any]:
    return asdict(one) | {"state": _state(one), "named": one.named.explanation if one.named else None}


def _state(one: Explained) -> str:
    if one.access is None:
        return "no access"
    if one.answers is None:
        return "unjudged"
    return {"full": "explained", "weak": "weakly explained"}[one.named.strength] if one.named else "unexplained"


def _print_one(one: Explained, zone: ZoneInfo, timezone: str) -> None:
    print_facts([("Event", one.event_id), ("Source", one.source), *(_access_facts(one, zone, timezone))])
    print_lines(["", _sentence(one)])
    if one.tried:
        print_lines([f"Tried: {one.tried}."])
    if one.answers is not None:
        print_lines(["", "Each explanation, and whether it held:"])
        print_facts([
            (
                "  yes" if answer.held else "  no",
                f"{answer.explanation} ({answer.strength}){_rests(answer.reference)}: {answer.asks}",
            )
            for answer in one.answers
        ])  # fmt: skip


def _access_facts(one: Explained, zone: ZoneInfo, timezone: str) -> list[tuple[str, str]]:
    if one.access is None:
        return []
    given = [(name, str(one.access[name])) for name in _FACTS if one.access[name] not in (None, "")]
    return [
        ("Access", one.access["access_id"]),
        *([("Its events", ", ".join(one.events))] if len(one.events) > 1 else []),
        ("Time", f"{local(one.access['occurred_at'], zone)} (local: {timezone})"),
        *given,
    ]


def _sentence(one: Explained) -> str:
    if one.access is None:
        return "It belongs to no access: a machine asked by itself (origin = machine), nobody looked."
    if one.unjudged:
        return f"Not judged: {one.unjudged}."
    if one.named is None:
        return "Unexplained: no explanation holds."
    others = sum(answer.held for answer in one.answers or ()) - 1
    more = f"; {others} other{'s' if others > 1 else ''} would hold too" if others else ""
    return f"{_state(one).capitalize()}: {one.named.explanation}{_rests(one.named.reference)}{more}."


def _rests(reference: str | None) -> str:
    return f", resting on {reference}" if reference else ""
