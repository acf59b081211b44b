"""What is asked for, and all that a pack holds, before any of it is written. Reads nothing.

A pack is written from a `Case` and nothing else. So what redaction leaves out of a case cannot reach a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.report.manifest import Manifest, Parameter
from audit.report.read import Run

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What is asked for: a finding of a report, or what there is on a user, to a subject, or on both.

    `runs`: the reports to read, newest first; what a newer one says of a detector takes the place of what an older one does.
    `by`: at whose request. `report_only`: without the database.
    """

    runs: tuple[Run, ...]
    finding: Row | None = None
    user_id: str | None = None
    subject_id: str | None = None
    by: str | None = None
    redact: bool = False
    report_only: bool = False

    @property
    def about(self) -> dict[str, str]:
        """What is asked for, in words of the command line."""
        finding = str(self.finding["finding_id"]) if self.finding else None
        told = {"finding": finding, "user": self.user_id, "subject": self.subject_id}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class ReportRun:
    """A report that the pack is from, its manifest and that file's hash and text."""

    run_id: str
    sha256: str
    text: bytes
    manifest: Manifest


@dataclass(frozen=True)
class QueryText:
    """A query as a run used it. `text` None: not kept. `shipped`: it is, to the byte, one that travels with the program.

    `header`: what the query says of itself.
    """

    id: str
    kind: str
    sha256: str
    parameters: Mapping[str, Parameter]
    text: str | None
    shipped: bool
    header: Mapping[str, Any]


@dataclass(frozen=True)
class DefinitionText:
    """A source definition by which cited files were read. `text` None: it is built in (`built_in`), or not kept."""

    source: str
    sha256: str
    text: str | None
    built_in: bool
    shipped: bool


@dataclass(frozen=True)
class LedgerLine:
    """An entry of the ledger that bears on the case; `line` as it stands there, None where it is left out."""

    no: int
    at: str
    kind: str
    hash: str | None
    line: str | None


@dataclass(frozen=True)
class Case:
    """All that a pack holds. The rows are those of the tables of the same name (audit/pack/tables.py); times UTC, naive.

    `about_user`, `about_subject`: whom it is about, if anybody. `states`: accesses found in the database, by state; None: it was
    not asked. `missing`: what could not be had, in sentences. `notes`: what else the reader should know.
    """

    asked: Mapping[str, str]
    by: str | None
    maker: str
    redacted: bool
    workspace: str
    timezone: str
    runs: Sequence[ReportRun]
    findings: Sequence[Row]
    evidence: Sequence[Row]
    users: Sequence[Row]
    withdrawn: Sequence[Row]
    accesses: Sequence[Row]
    context: Sequence[Row]
    events: Sequence[Row]
    records: Sequence[Row]
    reviews: Sequence[Row]
    files: Sequence[Row]
    queries: Sequence[QueryText]
    definitions: Sequence[DefinitionText]
    ledger: Sequence[LedgerLine]
    states: Mapping[str, int] | None
    span: str | None = None
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()
    detectors: Mapping[str, QueryText] = field(default_factory=dict)
