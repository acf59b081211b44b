"""Reads the force from its files, as the source definitions describe them. Shares no code with the generator or audit.

Gives events with canonical names and counts every record: loaded, duplicate, quarantined or rejected.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
REQUESTER = re.compile(r"^(U[0-9]{4})/")
REASON = re.compile(r"^(?:U[0-9]{4}/)?([^/]*)/")
REFERENCE = re.compile(r"((?:INC|INT)-[0-9]{4}-[0-9]{4})$")
NDB_KINDS = {"#VE": "vehicle", "#NE": "person", "#AE": "address", "#TE": "phone"}
RMS_KINDS = {
    "Nominal": "person",
    "Vehicle": "vehicle",
    "Location": "address",
    "Telephone": "phone",
    "Occurrence": "incident",
    "Intel Report": "intelligence",
}
RMS_ACTIONS = {"Risk Assess": "assess", "Notify Supervisor": "notify"}


@dataclass(frozen=True)
class Event:
    """One logged act. Empty text is NULL."""

    event_id: str
    occurred_at: datetime
    system: str
    user_id: str
    account: str
    workstation: str
    parent: str
    action: str
    kind: str
    subject_id: str
    reason: str
    reference: str
    code: str
    banner: str
    machine: bool


@dataclass
class Source:
    """The events of one source and the fate of all its records."""

    events: dict[str, Event] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)

    def take(self, event: Event | None) -> None:
        """Load an event, or say why not."""
        if event is None:
            self.fates["quarantined"] += 1
        elif event.event_id not in self.events:
            self.events[event.event_id] = event
            self.fates["loaded"] += 1
        elif self.events[event.event_id] == event:
            self.fates["duplicates"] += 1
        else:
            self.fates["quarantined"] += 1


def read_local(text: str) -> datetime | None:
    """A London wall clock without a zone, as UTC; the first of a doubled hour, None for a missing one."""
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=LONDON)
    except ValueError:
        return None
    instant = local.astimezone(UTC)
    return instant.replace(tzinfo=None) if instant.astimezone(LONDON).replace(fold=0) == local else None


def read_iso(text: str) -> datetime | None:
    """ISO 8601 with an offset or Z, as UTC."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return None


def found(pattern: re.Pattern[str], text: str) -> str:
    """The first group of a match, or nothing."""
    match = pattern.search(text)
    return match.group(1) if match else ""


def read_ndb(folder: Path) -> Source:
    """The transaction log."""
    source = Source()
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_bytes().decode("cp1252").split("\r\n")
        names = [name.strip() for name in lines[0].split("|")]
        source.fates["files"] += 1
        for line in filter(None, lines[1:]):
            cells = line.split("|")
            if len(cells) != len(names):
                source.fates["rejected"] += 1
            else:
                source.take(ndb_event(dict(zip(names, cells, strict=True))))
    return source


def ndb_event(row: dict[str, str]) -> Event | None:
    """One transaction, None when its time is none."""
    when = read_local(row["DATE TIME"])
    if when is None or not row["TXN NO"]:
        return None
    line = row["ORIGINATOR"]
    return Event(
        event_id=row["TXN NO"],
        occurred_at=when,
        system="NDB",
        user_id=found(REQUESTER, line) or row["OPERATOR"],
        account="",
        workstation=row["TERMINAL"],
        parent="",
        action="search",
        kind=NDB_KINDS[row["TXN CODE"][:3]],
        subject_id=row["SUBJECT KEY"],
        reason=found(REASON, line).strip(),
        reference=found(REFERENCE, line),
        code=row["RSN"],
        banner="",
        machine=False,
    )


def read_rms(folder: Path) -> Source:
    """The view log."""
    source = Source()
    for path in sorted(folder.glob("*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
        source.fates["files"] += 1
        for row in csv.DictReader(io.StringIO(text, newline="")):
            source.take(rms_event(row))
    return source


def rms_event(row: dict[str, str]) -> Event | None:
    """One row, None without an id or a time."""
    when = read_iso(row["Logged At"])
    if when is None or not row["Audit ID"]:
        return None
    reference = row["Case Ref"].strip()
    return Event(
        event_id=row["Audit ID"],
        occurred_at=when,
        system="RMS",
        user_id="",
        account=row["User Name"],
        workstation=row["Workstation"],
        parent=row["Parent"],
        action=RMS_ACTIONS.get(row["Action"], row["Action"].lower()),
        kind=RMS_KINDS[row["Record Type"]],
        subject_id=row["Record ID"],
        reason=row["Reason"],
        reference="" if reference == "NULL" else reference,
        code="",
        banner=row["Banner"],
        machine=False,
    )


def read_alpr(folder: Path) -> Source:
    """The search audit; an event's id is its content and its place among equal records of the file."""
    source = Source()
    for path in sorted(folder.glob("*.ndjson.gz")):
        source.fates["files"] += 1
        seen: Counter[str] = Counter()
        for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                source.fates["rejected"] += 1
                continue
            seen[line] += 1
            source.take(alpr_event(record, f"{line}#{seen[line]}"))
    return source


def alpr_event(record: dict[str, str], event_id: str) -> Event | None:
    """One search, None without a time."""
    when = read_iso(record["searchDate"])
    if when is None:
        return None
    plate = record["plate"]
    return Event(
        event_id=event_id,
        occurred_at=when,
        system="ALPR",
        user_id="" if record["userId"] in ("***", "REDACTED") else record["userId"],
        account="",
        workstation=record["deviceId"],
        parent="",
        action="search",
        kind="vehicle",
        subject_id="" if "*" in plate else plate.replace(" ", "").upper(),
        reason=record["reason"].replace("+", " "),
        reference=record.get("caseNumber", ""),
        code="",
        banner="",
        machine=record["searchType"] == "hotlist",
    )


def read_table(folder: Path, name: str) -> list[dict[str, str]]:
    """A reference table; the newest of the files with its name."""
    path = next(folder.glob(f"{name}.csv*"))
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def instant(text: str) -> datetime | None:
    """A time of a reference table."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") if text else None


def local_day(when: datetime) -> str:
    """The day in London."""
    return when.replace(tzinfo=UTC).astimezone(LONDON).date().isoformat()


LONG = timedelta(days=36500)
