"""A report as events of the Open Cybersecurity Schema Framework, for a SIEM: NDJSON, one Detection Finding (2004) each.

Which field holds what, and why, stands in docs/forms.md. Text stays as it is, in ASCII JSON; times are milliseconds of UTC.
Nothing of the clock but the run's own: the same report gives the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit.forms.rows import table_path
from audit.report.manifest import Manifest
from audit.report.read import Run

SCHEMA_VERSION = "1.8.0"
_CLASS, _CATEGORY = 2004, 2
_SEVERITIES = {"informational": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
_CREATE, _UPDATE, _CLOSE, _OTHER = 1, 2, 3, 99
_ACTIVITIES = {"new": (_CREATE, "Create"), "updated": (_UPDATE, "Update"), "unchanged": (_OTHER, "unchanged")}
_NEW, _SUPPRESSED, _WITHDRAWN = (1, "New"), (3, "Suppressed"), (_OTHER, "withdrawn")
# Findings are sorted by rank, their evidence by finding: for each so many the evidence is gone through once.
_BATCH_FINDINGS = 32_768
_SLICE = 512
_UNMAPPED = (
    "user_id",
    "detector",
    "family",
    "rank",
    "score",
    "days",
    "event_count",
    "event_ids",
    "status",
    "suppressed_by",
)

Row = Mapping[str, Any]


def write_ocsf(run: Run, manifest: Manifest, titles: Mapping[str, str], file: IO[bytes]) -> None:
    """Write an event for each finding, by rank, then one for each that was withdrawn. `titles`: by detector."""
    for event in read_events(run, manifest, titles):
        file.write(json.dumps(event, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n")


def read_events(run: Run, manifest: Manifest, titles: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the events. Raises InputOutputError."""
    with pq.ParquetFile(table_path(run, "findings")) as findings:
        for batch in findings.iter_batches(_BATCH_FINDINGS):
            evidence, places = _evidence_of(run, batch.column("finding_id"))
            for start in range(0, batch.num_rows, _SLICE):
                for row in batch.slice(start, _SLICE).to_pylist():
                    cited = evidence.slice(*places.get(row["finding_id"], (0, 0))).to_pylist()
                    yield _event(run, manifest, titles, row, cited)
    if table_path(run, "withdrawn").is_file():
        with pq.ParquetFile(table_path(run, "withdrawn")) as withdrawn:
            for batch in withdrawn.iter_batches(_SLICE):
                for row in batch.to_pylist():
                    yield _event(run, manifest, titles, row, [])


def _evidence_of(run: Run, ids: pa.Array) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
    """Return the evidence of these findings, and of each where its rows begin and how many there are."""
    parts = []
    with pq.ParquetFile(table_path(run, "evidence")) as file:
        for group in range(file.num_row_groups):
            asked = pc.is_in(file.read_row_group(group, columns=["finding_id"])["finding_id"], value_set=ids)
            if pc.any(asked).as_py():
                parts.append(file.read_row_group(group).filter(asked))
        found = pa.concat_tables(parts) if parts else file.schema_arrow.empty_table()
    places: dict[str, tuple[int, int]] = {}
    # Evidence is sorted by finding: the rows of one stand together.
    for place, finding_id in enumerate(found["finding_id"].to_pylist()):
        start, rows = places.get(finding_id, (place, 0))
        places[finding_id] = (start, rows + 1)
    return found, places


def _event(run: Run, manifest: Manifest, titles: Mapping[str, str], row: Row, cited: list[Row]) -> dict[str, Any]:
    """Return a finding as an event; one that was withdrawn has `why` and no status."""
    activity, activity_name = _ACTIVITIES.get(row.get("status", ""), (_CLOSE, "Close"))
    status, status_name = _WITHDRAWN if "why" in row else _SUPPRESSED if row["suppressed_by"] else _NEW
    detector = str(row["detector"])
    title = titles.get(detector, detector)
    subject = row["subject_id"]
    kind = next((access["subject_kind"] for access in cited if access["subject_id"] == subject), None)
    return _without_none({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Detection Finding: {activity_name if activity != _OTHER else 'Other'}",
        "time": _milliseconds(manifest.started_at),
        "timezone_offset": 0,
        "start_time": _milliseconds(row["first_at"]),
        "end_time": _milliseconds(row["last_at"]),
        "severity_id": _SEVERITIES[row["level"]],
        "severity": str(row["level"]).capitalize(),
        "status_id": status,
        "status": status_name,
        "status_detail": row.get("why"),
        "is_alert": activity in (_CREATE, _UPDATE) and status == _NEW[0],
        "risk_score": row["score"],
        "message": row["summary"],
        "metadata": {
            "version": SCHEMA_VERSION,
            "uid": f"{run.run_id}/{row['finding_id']}",
            "correlation_uid": run.run_id,
            "product": {
                "name": "Access Audit",
                "vendor_name": "Access Audit",
                "version": manifest.versions.get("access-audit"),
            },
        },
        "finding_info": {
            "uid": row["finding_id"],
            "title": title,
            "desc": row["summary"],
            "types": [row["family"]],
            "first_seen_time": _milliseconds(row["first_at"]),
            "last_seen_time": _milliseconds(row["last_at"]),
            "analytic": {"uid": detector, "name": title, "type_id": 1, "type": "Rule", "version": _version(manifest, detector)},
        },
        "resources": [_without_none({"uid": subject, "type": kind})] if subject else None,
        "evidences": [_evidence(access) for access in cited] or None,
        "unmapped": {
            **{name: row[name] for name in _UNMAPPED if row.get(name) is not None},
            "key": json.loads(row["key"]),
            **({"details": json.loads(row["details"])} if row.get("details") else {}),
            "workspace": manifest.workspace,
            "purpose": manifest.purpose,
        },
    })  # fmt: skip


def _evidence(access: Row) -> dict[str, Any]:
    """Return an access by reference: who, on what, and the record of which file says so. No reason is quoted."""
    data = {
        name: access[name] for name in ("counts", "event_ids", "system", "action", "reference", "explanation", "tried")
    }
    data["occurred_at"] = access["occurred_at"].isoformat() + "Z"
    data["record"] = _without_none({name: access[name] for name in ("source", "path", "sha256", "record_no")})
    subject = {"uid": access["subject_id"], "type": access["subject_kind"]}
    return _without_none({
        "uid": access["access_id"],
        "name": "access",
        "actor": {"user": {"uid": access["user_id"]}} if access["user_id"] else None,
        "resources": [_without_none(subject)] if access["subject_id"] else None,
        "data": _without_none(data),
    })  # fmt: skip


def _version(manifest: Manifest, detector: str) -> str | None:
    used = manifest.detectors().get(detector)
    return used.sha256 if used else None


def _milliseconds(moment: datetime | None) -> int | None:
    """Return milliseconds since 1970 in UTC, by whole numbers; of a time without a zone, which is UTC here."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int((aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def _without_none(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}
