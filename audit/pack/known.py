"""What the database knows of the case now: all accesses asked for, explained ones too, what lies beside them, and their events.

The accesses are those of `audit timeline`; each with the file, hash and record that its first event came from. A pack of a
finding has those of its user to its subject; where it names but one of the two, of the days that it spans.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from audit.asking import asking
from audit.catalogue import Catalogue
from audit.engine import Engine
from audit.pack.case import Request, Row
from audit.progress import Notify
from audit.timeline import Asked, tell_timeline
from audit.workspace import Workspace

# The first event of an access, and of an act of several all of them, whatever ids the sources share.
_MEMBERS = """
SELECT access.access_id, access.load_id, access.record_no, TRUE AS is_first
FROM access
SEMI JOIN pack_access ON access.access_id = pack_access.access_id
UNION
SELECT access_event.access_id, access_event.load_id, access_event.record_no, FALSE AS is_first
FROM access_event
SEMI JOIN pack_access ON access_event.access_id = pack_access.access_id
"""
_PLACED = """
SELECT pack_member.access_id, bool_or(pack_member.is_first) AS is_first, pack_member.load_id, pack_member.record_no
FROM pack_member
GROUP BY pack_member.access_id, pack_member.load_id, pack_member.record_no
"""
_EVENTS = """
SELECT
    placed.access_id,
    placed.is_first,
    event.* EXCLUDE (source, load_id, record_no),
    load_log.source,
    load_log.path,
    load_log.sha256,
    event.record_no,
    load_input.definition
FROM pack_placed AS placed
INNER JOIN event ON placed.load_id = event.load_id AND placed.record_no = event.record_no
INNER JOIN load_log ON event.load_id = load_log.load_id
LEFT JOIN load_input ON event.load_id = load_input.load_id
ORDER BY placed.access_id, event.occurred_at, event.event_id, load_log.path, event.record_no
"""


@dataclass(frozen=True)
class Known:
    """`accesses`, `context`, `events`: rows. `states`: accesses by state. `span`: which accesses were asked for, in words."""

    accesses: Sequence[Row]
    context: Sequence[Row]
    events: Sequence[Row]
    states: Mapping[str, int]
    span: str


def ask_database(
    workspace: Workspace, catalogue: Catalogue, request: Request, evidence: Sequence[Row], notify: Notify
) -> Known:
    """Ask the database. Raises LockedError: a batch writes to it. InputOutputError: there is none. UsageError: unknown."""
    asked = _timeline_of(request, evidence, workspace.timezone)
    rows: list[Row] = []
    states: Mapping[str, int] = {}
    if asked is not None:
        told = tell_timeline(workspace, catalogue, asked, notify)
        rows, states = told.rows.to_pylist(), told.states
    accesses = [row for row in rows if row["event"] == "access"]
    ids = sorted({row["access_id"] for row in (*accesses, *evidence)})
    with asking(workspace, catalogue, notify) as engine:
        events = _events_of(engine, ids)
    sources = {row["access_id"]: row for row in events if row["is_first"]}
    named = [{**row, **_place(sources.get(row["access_id"]))} for row in accesses]
    return Known(named, [row for row in rows if row["event"] != "access"], events, states, _words(asked))


def _events_of(engine: Engine, ids: Sequence[str]) -> list[Row]:
    engine.create_table_from("pack_access", pa.table({"access_id": pa.array(ids, pa.string())}))
    engine.create_table("pack_member", _MEMBERS)
    engine.create_table("pack_placed", _PLACED)
    rows: list[Row] = engine.query(_EVENTS).to_pylist()
    return rows


def _place(event: Row | None) -> dict[str, object]:
    return {name: event[name] if event else None for name in ("source", "path", "sha256", "record_no")}


def _timeline_of(request: Request, evidence: Sequence[Row], timezone: str) -> Asked | None:
    """Return what to ask the timeline for; None where the finding names nobody and nothing that it could be of."""
    if request.finding is None:
        return Asked(request.user_id, request.subject_id)
    user, subject = request.finding["user_id"], request.finding["subject_id"]
    if user is not None and subject is not None:
        return Asked(user, subject)
    if (user is None and subject is None) or not evidence:
        return None
    days = [_local_day(row["occurred_at"], timezone) for row in evidence]
    return Asked(user, subject, min(days), max(days))


def _local_day(moment: datetime, timezone: str) -> date:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()


def _words(asked: Asked | None) -> str:
    if asked is None:
        return "none: the finding names neither a user nor a subject whose accesses could be told"
    who = " ".join(filter(None, (asked.user_id and "of this user", asked.subject_id and "to this subject")))
    days = f" from {asked.since} to {asked.until}, the days that the finding spans" if asked.since else ""
    return f"all accesses {who}{days}, explained ones too"
