"""Explains accesses, as the table in section 5 of the contract says, one function a row."""

from datetime import datetime, timedelta

from accesses import Access
from context import LEAD, Context, lasts, within
from reading import instant

REENTRY = timedelta(hours=24)
LOOK_BACK = timedelta(days=30)
Looked = dict[tuple[str, str], list[datetime]]


def assigned_incidents(context: Context, user_id: str, subject_id: str, when: datetime) -> list[str]:
    """incident-assigned: the incidents that hold it."""
    held = []
    for reference in sorted(context.incidents_of.get(subject_id, ())):
        incident = context.incidents[reference]
        for row in context.assigned.get(reference, []):
            begins = instant(row["starts_at"]) or incident.opened_at
            ends = instant(row["ends_at"]) or incident.closed_at
            if row["user_id"] == user_id and within(when, begins, ends):
                held.append(reference)
    return held


def quoted_open(context: Context, reference: str, subject_id: str, when: datetime) -> bool:
    """The quoted reference exists, was open, and the subject is on it."""
    incident = context.incidents.get(reference)
    return incident is not None and incident.was_open(when) and subject_id in context.on_incident[reference]


def concerns(context: Context, reference: str, user_id: str, when: datetime) -> bool:
    """The user was ever assigned to the incident, or the user's unit owns it."""
    ever = any(row["user_id"] == user_id for row in context.assigned.get(reference, []))
    unit = context.unit(user_id, when)
    return ever or (unit != "" and unit == context.incidents[reference].unit)


def authorised(context: Context, access: Access, kind: str) -> bool:
    """standing-authority: every column that is set matches."""
    user, when = access.user_id, access.when
    have = {
        "user_id": user,
        "role": context.role(user, when),
        "unit": context.unit(user, when),
        "system": access.system,
        "action": access.action,
        "subject_kind": kind,
    }
    return any(
        lasts(row, when) and all(not row[name] or row[name] == value for name, value in have.items())
        for row in context.tables["authority"]
    )


def full(context: Context, access: Access, subject_id: str, kind: str) -> str:
    """The first of the three direct full explanations that holds for a subject."""
    user, when = access.user_id, access.when
    if assigned_incidents(context, user, subject_id, when):
        return "incident-assigned"
    if quoted_open(context, access.reference, subject_id, when) and concerns(context, access.reference, user, when):
        return "incident-referenced"
    return "standing-authority" if authorised(context, access, kind) else ""


def weak(context: Context, access: Access, subject_id: str) -> str:
    """The first of the two direct weak explanations that holds for a subject."""
    user, when = access.user_id, access.when
    unit = context.unit(user, when)
    for reference in context.incidents_of.get(subject_id, ()):
        incident = context.incidents[reference]
        if unit and incident.unit == unit and incident.was_open(when):
            return "incident-unit"
    return "incident-quoted" if quoted_open(context, access.reference, subject_id, when) else ""


def is_own(context: Context, access: Access, looked: Looked) -> bool:
    """incident-own: each assigned incident was the user's alone and opened after a look-up."""
    user, subject = access.user_id, access.subject_id
    for reference in assigned_incidents(context, user, subject, access.when):
        opened = context.incidents[reference].opened_at
        alone = {row["user_id"] for row in context.assigned[reference]} == {user}
        earlier = any(opened - LOOK_BACK <= when < opened - LEAD for when in looked.get((user, subject), []))
        if not (alone and earlier):
            return False
    return True


def explain(accesses: list[Access], context: Context) -> None:
    """Set explanation and strength of every access; `unjudged` where user or subject is unknown."""
    looked: Looked = {}
    for access in accesses:
        looked.setdefault((access.user_id, access.subject_id), []).append(access.when)
    for access in accesses:
        access.explanation, access.strength = explain_one(context, access, looked)
    explained_at: dict[tuple[str, str], datetime] = {}
    for access in accesses:
        key = (access.user_id, access.subject_id)
        if access.strength == "full":
            explained_at[key] = access.when
        elif not access.strength and key in explained_at and access.when - explained_at[key] <= REENTRY:
            access.explanation, access.strength = "re-entry", "weak"


def explain_one(context: Context, access: Access, looked: Looked) -> tuple[str, str]:
    """What explains one access, re-entry aside."""
    if not access.user_id or not access.subject_id:
        return "", "unjudged"
    subject = access.subject_id
    direct = full(context, access, subject, access.kind)
    others = sorted(context.linked(subject, access.when))
    by_link = any(full(context, access, other, context.kind(other)) for other in others)
    if direct == "incident-assigned" and is_own(context, access, looked):
        referenced = quoted_open(context, access.reference, subject, access.when)
        concerned = referenced and concerns(context, access.reference, access.user_id, access.when)
        if not (concerned or authorised(context, access, access.kind) or by_link):
            return "incident-own", "weak"
    if direct or by_link:
        return direct or "linked-subject", "full"
    indirect = weak(context, access, subject)
    if not indirect and any(weak(context, access, other) for other in others):
        indirect = "linked-weak"
    return (indirect, "weak") if indirect else ("", "")
