"""Small made-up reports. Nobody in them exists."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from audit.report.manifest import Horizon, InputFile, Manifest, QueryUsed, Skipped
from audit.report.report import DetectorNote, Report
from audit.report.tables import SCHEMAS, empty

FIRST = datetime(2024, 3, 1, 10, 0)
SHA256 = "3fa9c1d2" * 8


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return the report table of that name, with NULL in what the rows leave out."""
    return pa.Table.from_pylist(rows, schema=SCHEMAS[name])


def finding(finding_id: str = "f1", rank: int | None = 1, **other: Any) -> dict[str, Any]:
    return {
        "finding_id": finding_id,
        "detector": "repeated-subject",
        "family": "repeated",
        "level": "high",
        "score": 60,
        "rank": rank,
        "user_id": "U1",
        "subject_id": "P1",
        "key": json.dumps({"user_id": "U1", "subject_id": "P1"}),
        "first_at": FIRST,
        "last_at": FIRST + timedelta(days=2),
        "event_count": 2,
        "days": 2,
        "summary": "U1 looked at P1 2 times on 2 days without an explanation",
        "details": json.dumps({"accesses": 2, "share": 0.25, "score_parts": {"detector": 40, "repetition": 20}}),
        "status": "new",
        "event_ids": ["E1", "E2"],
        "suppressed_by": None,
    } | other


def access(finding_id: str = "f1", access_id: str = "E1", after: int = 0, **other: Any) -> dict[str, Any]:
    """Return a row of evidence, `after` days after the first."""
    return {
        "finding_id": finding_id,
        "access_id": access_id,
        "counts": True,
        "event_ids": [access_id],
        "occurred_at": FIRST + timedelta(days=after),
        "system": "RMS",
        "action": "view",
        "user_id": "U1",
        "subject_kind": "person",
        "subject_id": "P1",
        "reason": "check",
        "reference": None,
        "explanation": None,
        "tried": "no incident holds P1",
        "source": "rms-view",
        "path": "logs/rms.csv",
        "sha256": SHA256,
        "record_no": 7,
    } | other


def user(user_id: str = "U1", rank: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "rank": rank,
        "score": 60,
        "findings": 1,
        "accesses": 40,
        "unexplained": 2,
        "unjudged": 1,
        "unit": "Response A",
        "role": "constable",
        "components": json.dumps({"repeated-subject": 60}),
    } | other


def month(system: str = "RMS", month: str = "2024-03", **other: Any) -> dict[str, Any]:
    return {
        "system": system,
        "month": month,
        "accesses": 100,
        "explained": 80,
        "weak": 10,
        "unexplained": 6,
        "unjudged": 4,
        "first_accesses": 50,
        "first_explained": 30,
        "first_weak": 5,
    } | other


def manifest(**other: Any) -> Manifest:
    given: dict[str, Any] = {
        "run_id": "20240305T020000.000000Z-abcdef",
        "started_at": datetime(2024, 3, 5, 2, 0, tzinfo=UTC),
        "finished_at": datetime(2024, 3, 5, 2, 1, tzinfo=UTC),
        "purpose": "self-monitoring",
        "workspace": "Sample Constabulary",
        "timezone": "Europe/London",
        "basis": SHA256,
        "versions": {"access-audit": "0.1.0", "duckdb": "2.0.0", "python": "3.11.7"},
        "step_seconds": {"load": 1.5},
        "detector_seconds": {"repeated-subject": 0.25},
        "inputs": (InputFile("rms-view", "logs/rms.csv", SHA256, 1234, 10, 7, 1, 1, 1, 1),),
        "queries": (QueryUsed("repeated-subject", "detector", SHA256, {"min_days": 2, "reasons": ("test", "check")}),),
        "horizon": Horizon(FIRST, FIRST + timedelta(days=2)),
        "skipped": (Skipped("off-duty", "no duty table"),),
    }
    return Manifest(**(given | other))


def report(**other: Any) -> Report:
    given: dict[str, Any] = {
        "findings": table("findings", [finding()]),
        "evidence": table("evidence", [access(access_id="E1"), access(access_id="E2", after=2)]),
        "users": table("users", [user()]),
        "rules": table(
            "rules",
            [
                {"detector": "off-duty", "skipped": "no duty table"},
                {
                    "detector": "repeated-subject",
                    "candidates": 5,
                    "explained_away": 4,
                    "findings": 1,
                    "users": 1,
                    "lift": 3.5,
                },
            ],
        ),
        "coverage": table("coverage", [month()]),
        "withdrawn": empty("withdrawn"),
        "manifest": manifest(),
        "notes": {
            "repeated-subject": DetectorNote(
                title="One person looked up again and again",
                falsepositives=("A case that is not yet on the incident system",),
                blind_spots=("Look-ups by name alone",),
                triage=("Ask the supervisor what the user worked on",),
            )
        },
    }
    return Report(**(given | other))
