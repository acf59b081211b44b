"""Collapses events into accesses, as section 5 of the contract says. Opens no file."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from context import Context
from reading import Event

CHAIN = timedelta(seconds=5)
GRAVE = ("delete", "amend", "create", "disclose", "export", "print")


@dataclass
class Access:
    """One human act. `explanation` and `strength` are filled in later; empty strength is unexplained."""

    access_id: str
    events: list[Event]
    user_id: str
    explanation: str = ""
    strength: str = ""

    @property
    def when(self) -> datetime:
        """The first event's time."""
        return self.events[0].occurred_at

    @property
    def system(self) -> str:
        """The first event's system."""
        return self.events[0].system

    @property
    def subject_id(self) -> str:
        """The first subject that is not NULL."""
        return next((event.subject_id for event in self.events if event.subject_id), "")

    @property
    def kind(self) -> str:
        """The kind of that subject."""
        return next((event.kind for event in self.events if event.subject_id), self.events[0].kind)

    @property
    def reason(self) -> str:
        """The first reason."""
        return next((event.reason for event in self.events if event.reason), "")

    @property
    def reference(self) -> str:
        """The first reference."""
        return next((event.reference for event in self.events if event.reference), "")

    @property
    def action(self) -> str:
        """The gravest action, else the first."""
        actions = [event.action for event in self.events]
        return next((action for action in GRAVE if action in actions), actions[0])


def collapse(events: list[Event], context: Context) -> list[Access]:
    """All accesses in order of time. An event without a user stands alone."""
    accesses: list[Access] = []
    act_of: dict[tuple[str, str], Access] = {}
    latest: dict[str, Event] = {}
    for event in sorted(
        (event for event in events if not event.machine), key=lambda event: (event.occurred_at, event.event_id)
    ):
        user = event.user_id or context.user_of(event.account, event.system, event.occurred_at)
        act = joined(event, user, latest, act_of, context) if user else None
        if act is None:
            act = Access(event.event_id, [], user)
            accesses.append(act)
        act.events.append(event)
        act_of[(event.system, event.event_id)] = act
        if user:
            latest[user] = event
    return accesses


def joined(
    event: Event, user: str, latest: dict[str, Event], act_of: dict[tuple[str, str], Access], context: Context
) -> Access | None:
    """The act that an event belongs to, if it began one before."""
    parent = act_of.get((event.system, event.parent)) if event.parent else None
    if parent is not None and parent.user_id == user:
        return parent
    before = latest.get(user)
    if before is None or event.occurred_at - before.occurred_at > CHAIN:
        return None
    if event.workstation and before.workstation and event.workstation != before.workstation:
        return None
    pair = (before.subject_id, event.subject_id)
    near = not all(pair) or pair[0] == pair[1] or pair[1] in context.linked(pair[0], event.occurred_at)
    return act_of[(before.system, before.event_id)] if near else None
