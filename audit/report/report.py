"""A report before it is written: its tables, its manifest, and what the detectors say about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from audit.report.manifest import Manifest
from audit.report.tables import empty


@dataclass(frozen=True)
class DetectorNote:
    """The prose of a detector that a reviewer needs beside its findings."""

    title: str
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    blind_spots: tuple[str, ...] = ()
    triage: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewNote:
    """The last review of a finding of the report. `at` and `until` are days; `excluded`: it takes the finding's rank."""

    finding_id: str
    summary: str
    outcome: str
    by: str
    at: str
    note: str | None = None
    until: str | None = None
    excluded: bool = False


@dataclass(frozen=True)
class Report:
    """One run's report. The tables fit audit/report/tables.py; `notes` are by detector id, `reasons` by part of the score."""

    findings: pa.Table
    evidence: pa.Table
    users: pa.Table
    rules: pa.Table
    coverage: pa.Table
    withdrawn: pa.Table
    manifest: Manifest
    control: pa.Table = field(default_factory=lambda: empty("control"))
    notes: Mapping[str, DetectorNote] = field(default_factory=dict)
    reviews: tuple[ReviewNote, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
