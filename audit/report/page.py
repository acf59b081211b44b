"""Choose what report.html shows: the top of the report, all that is grave, and how much more there is. Makes no HTML.

A reader has one morning; the Parquet files hold the rest. Nothing here may depend on a clock or on the run's id.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audit.report.glossary import NUMBERS as MEANINGS
from audit.report.manifest import InputFile, Manifest
from audit.report.report import DetectorNote, Report
from audit.report.tables import LEVELS, SCHEMAS, STATUSES

Row = Mapping[str, Any]

USERS, FILES, MONTHS, WITHDRAWN, NUMBERS, LISTED, SHARES, LINKS = 50, 50, 120, 50, 40, 100, 3, 12
GRAVE = ("high", "critical")


@dataclass(frozen=True)
class Size:
    """How many findings a page shows, how many grave ones of a lower rank besides, and how many accesses under each."""

    findings: int = 50
    grave: int = 100
    accesses: int = 40


@dataclass(frozen=True)
class Part:
    """The top of a table, and how many rows the page leaves out."""

    rows: Sequence[Any]
    more: int


@dataclass(frozen=True)
class FindingView:
    """A finding as the page shows it. `numbers`: name, value. `parts` make the score: name, points, why it is there."""

    row: Row
    title: str
    note: DetectorNote
    numbers: Sequence[tuple[str, object]]
    parts: Sequence[tuple[str, Any, str]]
    accesses: Part
    names_user: bool
    names_subject: bool

    @property
    def points(self) -> float:
        """The sum of the parts: the score, unless it was held within 0 to 100."""
        return sum(points for _, points, _ in self.parts if isinstance(points, int | float))


@dataclass(frozen=True)
class Findings:
    """The findings shown: the first by rank, and the graver ones among the rest. `more`, `more_grave`: how many are not."""

    first: Sequence[FindingView]
    graver: Sequence[FindingView]
    more: int
    more_grave: int

    @property
    def shown(self) -> list[FindingView]:
        """All that are shown, by rank."""
        return [*self.first, *self.graver]


@dataclass(frozen=True)
class UserView:
    """A user, the points by detector, the ranks of the findings on this page, and the command that shows all of them."""

    row: Row
    components: Sequence[tuple[str, Any]]
    shown: Part
    command: str


@dataclass(frozen=True)
class SourceView:
    """What one source gave. The counts are of records."""

    source: str
    files: int
    records: int
    loaded: int
    duplicates: int
    quarantined: int
    rejected: int


@dataclass(frozen=True)
class RuleView:
    """A detector's row of rules.parquet, its title, and what it cannot see."""

    row: Row
    note: DetectorNote

    @property
    def shares(self) -> str:
        """With which detectors it shares most users, and how many."""
        shared: dict[str, int] = json.loads(self.row["overlap"] or "{}")
        return ", ".join(f"{users:,} with {other}" for other, users in list(shared.items())[:SHARES])


@dataclass(frozen=True)
class Page:
    """All that report.html shows."""

    manifest: Manifest
    levels: Sequence[tuple[str, int]]
    statuses: Sequence[tuple[str, int]]
    ranked: int
    suppressed: int
    sources: Sequence[SourceView]
    files: Part
    warnings: Part
    skipped: Sequence[Row]
    users: Part
    findings: Findings
    glossary: Sequence[tuple[str, str]]
    systems: Sequence[Row]
    months: Part
    rules: Sequence[RuleView]
    withdrawn: Part
    reviews: Part
    rows: Mapping[str, int]


def make_page(report: Report, size: Size) -> Page:
    """Return what the page of that size shows."""
    findings = report.findings
    ranked = findings.num_rows - findings["rank"].null_count
    rules: list[Row] = report.rules.to_pylist()
    shown = _choose_findings(report, ranked, size)
    return Page(
        manifest=report.manifest,
        levels=_count(findings.slice(0, ranked)["level"], tuple(reversed(LEVELS))),
        statuses=_count(findings.slice(0, ranked)["status"], STATUSES),
        ranked=ranked,
        suppressed=findings.num_rows - ranked,
        sources=_sum_sources(report.manifest.inputs),
        files=_top(sorted(report.manifest.inputs, key=lambda file: (file.source, file.path, file.load_id)), FILES),
        warnings=_top(report.manifest.warnings, LISTED),
        skipped=[rule for rule in rules if rule["skipped"] is not None],
        users=_top_users(report, shown.shown),
        findings=shown,
        glossary=_explain_numbers(shown.shown),
        systems=_sum_systems(report.coverage),
        months=_newest_months(report.coverage),
        rules=[RuleView(rule, _note(report, rule["detector"])) for rule in rules],
        withdrawn=Part(report.withdrawn.slice(0, WITHDRAWN).to_pylist(), max(report.withdrawn.num_rows - WITHDRAWN, 0)),
        reviews=_top(report.reviews, LISTED),
        rows={name: getattr(report, name).num_rows for name in SCHEMAS},
    )


def _top(rows: Sequence[Any], limit: int) -> Part:
    return Part(rows[:limit], max(len(rows) - limit, 0))


def _count(column: pa.ChunkedArray, names: Sequence[str]) -> list[tuple[str, int]]:
    counted = {item["values"]: item["counts"] for item in pc.value_counts(column).to_pylist()}
    return [(name, counted.get(name, 0)) for name in names]


def _sum_sources(inputs: Sequence[InputFile]) -> list[SourceView]:
    names = sorted({file.source for file in inputs})
    return [_sum_source(name, [file for file in inputs if file.source == name]) for name in names]


def _sum_source(source: str, files: Sequence[InputFile]) -> SourceView:
    return SourceView(
        source=source,
        files=len(files),
        records=sum(file.records for file in files),
        loaded=sum(file.loaded for file in files),
        duplicates=sum(file.duplicates for file in files),
        quarantined=sum(file.quarantined for file in files),
        rejected=sum(file.rejected for file in files),
    )


def _note(report: Report, detector: str) -> DetectorNote:
    return report.notes.get(detector) or DetectorNote(title=detector)


def _top_users(report: Report, shown: Sequence[FindingView]) -> Part:
    ranks: dict[str, list[int]] = {}
    for view in shown:
        ranks.setdefault(view.row["user_id"], []).append(view.row["rank"])
    rows: list[Row] = report.users.slice(0, USERS).to_pylist()
    return Part([_view_user(row, ranks.get(row["user_id"], [])) for row in rows], max(report.users.num_rows - USERS, 0))


def _view_user(row: Row, ranks: Sequence[int]) -> UserView:
    points = _read_object(row["components"])
    components = sorted(points.items(), key=lambda item: (-_number(item[1]), item[0]))
    # As a shell takes it: an id from a log may hold anything.
    command = f"audit findings --user {shlex.quote(row['user_id'])} --limit {row['findings']}"
    return UserView(row, components, _top(ranks, LINKS), command)


def _choose_findings(report: Report, ranked: int, size: Size) -> Findings:
    """Choose the best findings, and of those after them the high and critical ones."""
    rest = report.findings.slice(size.findings, max(ranked - size.findings, 0))
    graver = rest.filter(pc.is_in(rest["level"], value_set=pa.array(GRAVE, pa.string())))
    first = report.findings.slice(0, min(ranked, size.findings))
    shown = _view_findings(report, pa.concat_tables([first, graver.slice(0, size.grave)]), size)
    return Findings(
        first=shown[: first.num_rows],
        graver=shown[first.num_rows :],
        more=ranked - len(shown),
        more_grave=max(graver.num_rows - size.grave, 0),
    )


def _view_findings(report: Report, chosen: pa.Table, size: Size) -> list[FindingView]:
    ids = chosen["finding_id"].combine_chunks()
    cited = report.evidence.filter(pc.is_in(report.evidence["finding_id"], value_set=ids))
    by_finding: dict[str, list[Row]] = {}
    for access in cited.to_pylist():
        by_finding.setdefault(access["finding_id"], []).append(access)
    return [_view_finding(report, row, by_finding.get(row["finding_id"], []), size) for row in chosen.to_pylist()]


def _view_finding(report: Report, row: Row, accesses: Sequence[Row], size: Size) -> FindingView:
    details = _read_object(row["details"])
    parts = details.pop("score_parts", {})
    note = _note(report, row["detector"])
    return FindingView(
        row=row,
        title=note.title,
        note=note,
        numbers=list(details.items())[:NUMBERS],
        parts=[(name, points, report.reasons.get(name, "")) for name, points in parts.items()]
        if isinstance(parts, dict)
        else [],
        accesses=Part(choose_accesses(accesses, size.accesses), max(len(accesses) - size.accesses, 0)),
        names_user=any(access["user_id"] != row["user_id"] for access in accesses),
        names_subject=any(access["subject_id"] != row["subject_id"] for access in accesses),
    )


def _explain_numbers(shown: Sequence[FindingView]) -> list[tuple[str, str]]:
    """Return what the numbers on this page mean that do not say it by their name."""
    named = {name for view in shown for name, _ in view.numbers}
    return [(name, meaning) for name, meaning in MEANINGS.items() if name in named]


def choose_accesses(accesses: Sequence[Row], limit: int) -> list[Row]:
    """Return at most `limit` accesses, by time: those that count before the context, of each the first and the last."""
    counting = _both_ends([access for access in accesses if access["counts"]], limit)
    context = _both_ends([access for access in accesses if not access["counts"]], limit - len(counting))
    chosen = {access["access_id"] for access in (*counting, *context)}
    return [access for access in accesses if access["access_id"] in chosen]


def _both_ends(rows: Sequence[Row], limit: int) -> list[Row]:
    if len(rows) <= limit:
        return list(rows)
    first = (limit + 1) // 2
    return [*rows[:first], *rows[len(rows) - (limit - first) :]]


_COVERAGE_COUNTS = (
    *("accesses", "explained", "weak", "unexplained", "unjudged"),
    *("first_accesses", "first_explained", "first_weak"),
)


def _sum_systems(coverage: pa.Table) -> list[Row]:
    months: list[Row] = coverage.to_pylist()
    return [
        {"system": system}
        | {name: sum(row[name] for row in months if row["system"] == system) for name in _COVERAGE_COUNTS}
        for system in sorted({row["system"] for row in months})
    ]


def _newest_months(coverage: pa.Table) -> Part:
    newest_first = coverage.sort_by([("month", "descending"), ("system", "ascending")])
    return Part(newest_first.slice(0, MONTHS).to_pylist(), max(coverage.num_rows - MONTHS, 0))


def _read_object(text: str) -> dict[str, Any]:
    """Read a JSON object that this program wrote."""
    content = json.loads(text)
    return content if isinstance(content, dict) else {}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0
