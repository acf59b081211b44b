"""What the page of a pack shows, and the page itself: one file, no script, nothing fetched, no clock; hostile cells are inert.

It is to be read by somebody who knows neither the program nor the force, so it says in words what each thing is. It shows as much
as a person reads; the tables beside it hold all.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.findings.score import REASONS
from audit.pack.case import Case, QueryText, Row
from audit.pack.tables import HOLDS, NOT_IF_REDACTED
from audit.report.glossary import LEVEL, NUMBERS, ORDER, SCORE
from audit.report.html import page_environment, style_of
from audit.report.page import choose_accesses
from audit.report.shown import local_time
from audit.text import shortened

FINDINGS, ACCESSES, RECORDS = 100, 1_000, 300
# Cited accesses on the page: so many among all findings, and under each at least so many, first and last.
EVIDENCE, FEWEST = 4_000, 40
_WHOLE = 4_000


@dataclass(frozen=True)
class FindingShown:
    """A finding, and what is needed to judge it. `parts`: name, points, why. `tried`: words, numbers of the accesses."""

    row: Row
    number: int
    detector: QueryText | None
    numbers: Sequence[tuple[str, object]]
    parts: Sequence[tuple[str, Any, str]]
    accesses: Sequence[Row]
    more: int
    reviews: Sequence[Row]
    names_user: bool
    names_subject: bool

    def says(self, key: str) -> Sequence[str]:
        """What the detector says of itself: `falsepositives`, `blind_spots`, `triage`."""
        told = self.detector.header.get(key, ()) if self.detector else ()
        return [str(each) for each in told] if isinstance(told, list) else []

    def text(self, key: str) -> str | None:
        """A text of the detector's header: `title`, `description`."""
        told = self.detector.header.get(key) if self.detector else None
        return str(told) if told is not None else None


@dataclass(frozen=True)
class Changed:
    """An access that a finding cites and that is explained otherwise now than it was for the run."""

    row: Row
    then: str
    now: str


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    case: Case
    findings: Sequence[FindingShown]
    more_findings: int
    accesses: Sequence[Row]
    more_accesses: int
    drawn: Sequence[Row]
    explained: Sequence[tuple[QueryText, int]]
    files: Mapping[tuple[str, str], int]
    records: Sequence[Row]
    more_records: int
    changed: Sequence[Changed]
    tables: Mapping[str, tuple[int, str]]
    glossary: Sequence[tuple[str, str]]


def render_page(case: Case) -> str:
    """Return the page. The same case gives the same text."""
    zone = ZoneInfo(case.timezone)
    environment = page_environment(zone, "audit.pack")
    value = environment.filters["value"]
    environment.filters |= {
        # A list of ids is read, not parsed, and none of them is left out.
        "told": lambda told: ", ".join(map(str, told)) if isinstance(told, list) else value(told),
        "whole": lambda value: None if value is None else shortened(str(value), _WHOLE),
        "utc": lambda moment: "—" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        "local": lambda moment: _local(moment, zone),
    }
    legend = {"level": LEVEL, "score": SCORE, "order": ORDER, "numbers": NUMBERS}
    style = style_of(environment, "report.css", "pack.css")
    return environment.get_template("pack.html.j2").render(page=make_page(case), case=case, legend=legend, **style)


def make_page(case: Case) -> Page:
    """Return what the page shows of a case."""
    places = {(file["path"], file["sha256"]): number for number, file in enumerate(case.files, start=1)}
    cited: dict[str, list[Row]] = {}
    for access in case.evidence:
        cited.setdefault(access["finding_id"], []).append(access)
    limit = max(EVIDENCE // max(len(case.findings), 1), FEWEST)
    findings = [
        _show(case, row, number, cited.get(row["finding_id"], []), limit)
        for number, row in enumerate(case.findings[:FINDINGS], start=1)
    ]
    explained = Counter(access["explanation"] for access in case.accesses)
    explanations = [query for query in case.queries if query.kind == "explanation"]
    timeline = _by_time([*({"event": "access", **row} for row in case.accesses), *case.context])
    names = [name for name in HOLDS if not (case.redacted and name in NOT_IF_REDACTED)]
    named = {name for finding in findings for name, _ in finding.numbers}
    return Page(
        case=case,
        findings=findings,
        more_findings=max(len(case.findings) - FINDINGS, 0),
        accesses=timeline[:ACCESSES],
        more_accesses=max(len(timeline) - ACCESSES, 0),
        drawn=[review for review in case.reviews if review["access_id"] is not None],
        explained=[(query, explained[query.id]) for query in sorted(explanations, key=_order)],
        files=places,
        records=case.records[:RECORDS],
        more_records=max(len(case.records) - RECORDS, 0),
        changed=_changed(case),
        tables={name: (len(getattr(case, name)), HOLDS[name]) for name in names},
        glossary=[(name, meaning) for name, meaning in NUMBERS.items() if name in named],
    )


def _show(case: Case, row: Row, number: int, accesses: Sequence[Row], limit: int) -> FindingShown:
    details = json.loads(row["details"])
    parts = details.pop("score_parts", {})
    return FindingShown(
        row=row,
        number=number,
        detector=case.detectors.get(row["finding_id"]),
        numbers=list(details.items()),
        parts=[(name, points, REASONS.get(name, "")) for name, points in parts.items()],
        accesses=choose_accesses(accesses, limit),
        more=max(len(accesses) - limit, 0),
        reviews=[review for review in case.reviews if review["finding_id"] == row["finding_id"]],
        names_user=any(access["user_id"] != row["user_id"] for access in accesses),
        names_subject=any(access["subject_id"] != row["subject_id"] for access in accesses),
    )


def _order(query: QueryText) -> tuple[int, str]:
    told = query.header.get("order")
    return (told if isinstance(told, int) else 0, query.id)


def _by_time(rows: Sequence[Row]) -> list[Row]:
    # What has no time holds whenever, and comes first; what begins at the second of an access, before it.
    return sorted(rows, key=lambda row: (row["occurred_at"] or datetime.min, row["event"] == "access"))


def _changed(case: Case) -> list[Changed]:
    """Return cited accesses that are explained otherwise now: an explanation that came late is to be seen by everybody."""
    now = {row["access_id"]: row for row in case.accesses}
    found: dict[str, Changed] = {}
    for row in case.evidence:
        stands = now.get(row["access_id"])
        if stands is not None and stands["explanation"] != row["explanation"]:
            found[row["access_id"]] = Changed(row, row["explanation"] or "nothing", stands["explanation"] or "nothing")
    return list(found.values())


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return "whenever" if moment is None else local_time(moment, zone)
