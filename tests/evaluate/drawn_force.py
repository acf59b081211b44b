"""A force of five users drawn by hand, its labels and its reports: small enough to reckon every measure with a pencil.

A and D are principals and E too, who is not ranked; B is a minor; C only looks like a misuser.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from audit.report.manifest import QueryUsed, Skipped
from audit.report.write import write_report
from tests.report.made_up import FIRST, SHA256, access, finding, manifest, month, report, table, user

CONFIG = '[workspace]\nname = "Drawn"\ntimezone = "UTC"\n'
CASES = """\
case_id,kind,published,rank_as,user_id,subject_id,detector,key,accesses,days,details,first_at,last_at,scaled
a-1,ex-partner,,principal,A,P1,repeated-subject,"{""user_id"": ""A"", ""subject_id"": ""P1""}",2,2,{},,,
a-1,ex-partner,,principal,A,P1,self-and-family,"{""user_id"": ""A"", ""subject_id"": ""P1""}",2,2,"{""distance"": 1}",,,
b-1,curious,,minor,B,P2,unexplained-access,"{""user_id"": ""B"", ""subject_id"": ""P2""}",1,1,{},,,
d-1,ex-partner,,principal,D,P4,repeated-subject,"{""user_id"": ""D"", ""subject_id"": ""P4""}",,,"{""planted"": 7}",,,
e-1,bulk,,principal,E,,bulk-browsing,"{""user_id"": ""E"", ""local_date"": ""2024-03-01""}",30,1,{},,,
n-1,lost-log,,none,,,log-gap,"{""system"": ""RMS"", ""day"": ""2024-03-02""}",,,{},,,
"""
LOOKALIKES = """\
kind,detector,user_id,subject_id,key
own suspect,repeated-subject,C,P3,{}
bare reasons,poor-reason,C,P3,{}
"""
EVENTS = """\
event_id,label
EA1,a-1
EA2,a-1
EB1,b-1
ED1,d-1
EE1,e-1
EN1,n-1
EC1,honest
EH1,honest-unexplained
EM1,machine
"""
RAN = ("bulk-browsing", "log-gap", "poor-reason", "repeated-subject", "self-and-family", "unexplained-access")


def _key(**names: str) -> str:
    return json.dumps(names)


FINDINGS: Sequence[dict[str, Any]] = (
    {"finding_id": "f1", "user_id": "A", "subject_id": "P1", "key": _key(user_id="A", subject_id="P1"), "level": "high",
     "event_ids": ["EA1", "EA2"], "event_count": 2, "days": 2},
    {"finding_id": "f2", "detector": "self-and-family", "user_id": "A", "subject_id": "P1", "level": "high",
     "key": _key(user_id="A", subject_id="P1"), "event_ids": ["EA1", "EA2"], "event_count": 2, "days": 2,
     "details": '{"distance": 2}'},
    {"finding_id": "f3", "detector": "unexplained-access", "user_id": "B", "subject_id": "P2", "level": "low",
     "key": _key(user_id="B", subject_id="P2"), "event_ids": ["EB1"], "event_count": 1, "days": 1},
    {"finding_id": "f4", "user_id": "D", "subject_id": "P4", "level": "medium", "key": _key(user_id="D", subject_id="P4"),
     "event_ids": ["ED1"], "event_count": 9, "days": 3},
    {"finding_id": "f5", "user_id": "C", "subject_id": "P3", "level": "medium", "key": _key(user_id="C", subject_id="P3"),
     "event_ids": ["EC1"], "event_count": 1, "days": 1},
    {"finding_id": "f6", "detector": "poor-reason", "user_id": "C", "subject_id": None, "level": "low",
     "key": _key(user_id="C", system="RMS"), "event_ids": ["EH1"], "event_count": 1, "days": 1},
    {"finding_id": "f7", "detector": "log-gap", "user_id": None, "subject_id": None, "level": "medium",
     "key": _key(source="rms", system="RMS", day="2024-03-02"), "event_ids": ["EN1"], "event_count": 1, "days": 1},
    # Excluded by a disposition: as though it were not there.
    {"finding_id": "f8", "detector": "bulk-browsing", "user_id": "E", "subject_id": None, "suppressed_by": "D1",
     "key": _key(user_id="E", local_date="2024-03-01"), "event_ids": ["EE1"], "event_count": 30, "days": 1},
)  # fmt: skip
# What the accesses of f6 are on: not on the subject of the look-alike.
SUBJECTS = {"f6": "P9"}


def make_force(folder: Path) -> Path:
    """Lay out the workspace and its labels, without a report."""
    files = {
        "audit.toml": CONFIG,
        "labels/cases.csv": CASES,
        "labels/lookalikes.csv": LOOKALIKES,
        "labels/events.csv": EVENTS,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def publish(
    folder: Path, run_id: str, without: Sequence[str] = (), skipped: Sequence[str] = (), users: str = "ABCD"
) -> None:
    """Publish a report with the findings drawn above, less some."""
    rows = [row for row in FINDINGS if row["finding_id"] not in without]
    ranks = iter(range(1, len(rows) + 1))
    findings = [finding(**row, rank=None if "suppressed_by" in row else next(ranks)) for row in rows]
    evidence = [
        access(row["finding_id"], event, number, user_id=row["user_id"],
               subject_id=SUBJECTS.get(row["finding_id"], row["subject_id"]), event_ids=[event])
        for row in rows for number, event in enumerate(row["event_ids"])
    ]  # fmt: skip
    # Context, which does not count: no measure may take it for a look-up.
    evidence.append(access("f1", "EX9", 5, user_id="C", subject_id="P3", counts=False, event_ids=["EX9"]))
    made = report(
        findings=table("findings", sorted(findings, key=lambda row: (row["rank"] is None, row["rank"]))),
        evidence=table("evidence", sorted(evidence, key=lambda row: (row["finding_id"], row["occurred_at"]))),
        users=table("users", [user(name, rank) for rank, name in enumerate(users, start=1)]),
        coverage=table("coverage", [
            month(accesses=600, explained=560, weak=20, unexplained=14, unjudged=6,
                  first_accesses=60, first_explained=50, first_weak=4),
            month(month="2024-04", accesses=400, explained=340, weak=30, unexplained=26, unjudged=4,
                  first_accesses=40, first_explained=30, first_weak=6),
        ]),
        manifest=manifest(
            queries=tuple(QueryUsed(name, "detector", SHA256) for name in RAN),
            skipped=tuple(Skipped(name, "needs duty, and none is loaded") for name in skipped),
            started_at=FIRST.astimezone() + timedelta(days=1),
        ),
    )  # fmt: skip
    write_report(folder / "reports", run_id, made)
