"""Measure one report against the labels of its force: the whole evaluation, in the order in which it is told."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from audit.evaluate.labels import Labels, Lookalike, read_labels
from audit.evaluate.match import Caught, Matcher, Outcome
from audit.evaluate.measures import (
    Measures,
    average_precision,
    case_recall,
    distinct_lookalikes,
    event_level,
    lookalikes_among,
    precision_at,
    recall_at,
    share,
)
from audit.report.read import Run, find_run, read_manifest, read_table
from audit.report.tables import LEVELS
from audit.workspace import read_workspace

GRAVE = LEVELS[LEVELS.index("high") :]
_NOBODY = "none"


@dataclass(frozen=True)
class DetectorResult:
    """One detector: what is expected of it, found and exact; look-alikes of its prey, and those caught; its findings."""

    detector: str
    expected: int
    found: int
    exact: int
    lookalikes: int
    caught: int
    findings: int
    grave: int


@dataclass(frozen=True)
class CaseResult:
    """One kind of case: how many were planted, of how many at least one finding is there or all are; its findings."""

    kind: str
    rank_as: str
    cases: int
    cases_found: int
    cases_whole: int
    expected: int
    found: int
    exact: int


@dataclass(frozen=True)
class Evaluation:
    """One report, measured. `misplaced`: look-alikes among the first 50 users."""

    run_id: str
    measures: Measures
    detectors: Sequence[DetectorResult]
    cases: Sequence[CaseResult]
    outcomes: Sequence[Outcome]
    caught: Sequence[Caught]
    misplaced: Sequence[str]

    @property
    def missed(self) -> list[Outcome]:
        """Expectations without a finding."""
        return [outcome for outcome in self.outcomes if not outcome.found]

    @property
    def inexact(self) -> list[Outcome]:
        """Expectations whose finding states other numbers."""
        return [outcome for outcome in self.outcomes if outcome.found and not outcome.exact]


def evaluate_run(folder: Path, run_id: str | None, notify: Callable[[str], None]) -> Evaluation:
    """Measure a report of the workspace in `folder`: the one named, else the last.

    Raises:
        ConfigError: the folder is no workspace.
        UsageError: there is no such report.
        InputOutputError: there is none at all, or what `evaluate` raises.
    """
    workspace = read_workspace(folder)
    labels = read_labels(workspace.folder)
    return evaluate(labels, find_run(workspace.reports, run_id), notify)


def evaluate(labels: Labels, run: Run, notify: Callable[[str], None]) -> Evaluation:
    """Measure the report by the labels. Raises InputOutputError when the report cannot be read."""
    notify("matching findings")
    matcher = Matcher(run, labels)
    outcomes = matcher.outcomes(labels.expectations)
    caught = matcher.caught(labels.lookalikes)
    ranking = read_table(run, "users", ["user_id"])["user_id"].to_pylist()
    misplaced = lookalikes_among(
        ranking, (one.user_id for one in labels.lookalikes), labels.principals | labels.minors, 50
    )
    notify("measuring")
    return Evaluation(
        run.run_id,
        _measure(run, labels, outcomes, caught, ranking, misplaced),
        _by_detector(run, outcomes, labels.lookalikes, caught),
        _by_case(outcomes),
        outcomes,
        caught,
        misplaced,
    )


def _measure(
    run: Run,
    labels: Labels,
    outcomes: Sequence[Outcome],
    caught: Sequence[Caught],
    ranking: Sequence[str],
    misplaced: Sequence[str],
) -> Measures:
    sums = _coverage_sums(run)
    ranked = _ranked(run)
    grave = ranked.filter(pc.is_in(ranked["level"], pa.array(GRAVE)))
    misusers = labels.principals | labels.minors
    ignored = {outcome.expected.case_id for outcome in outcomes if outcome.expected.rank_as == _NOBODY}
    events = event_level(_events_cited(run, ranked), labels.case_events, ignored)
    grave_events = event_level(_events_cited(run, grave), labels.case_events, ignored)
    cases_found, cases_whole = case_recall(outcomes)
    return Measures(
        coverage=share(sums["explained"] + sums["weak"], sums["accesses"]),
        first_coverage=share(sums["first_explained"] + sums["first_weak"], sums["first_accesses"]),
        unjudged=share(sums["unjudged"], sums["accesses"]),
        recall=share(sum(outcome.found for outcome in outcomes), len(outcomes)),
        exact=share(sum(outcome.exact for outcome in outcomes), len(outcomes)),
        cases_found=cases_found,
        cases_whole=cases_whole,
        precision_at_10=precision_at(ranking, misusers, 10),
        precision_at_20=precision_at(ranking, misusers, 20),
        precision_at_50=precision_at(ranking, misusers, 50),
        recall_at_50=recall_at(ranking, labels.principals, 50),
        average_precision=average_precision(ranking, labels.principals, labels.minors),
        lookalikes_in_first_50=len(misplaced),
        lookalikes_caught=distinct_lookalikes(caught),
        findings_per_10k=_per(ranked.num_rows, sums["accesses"], 10_000),
        grave_per_100k=_per(grave.num_rows, sums["accesses"], 100_000),
        event_precision=events[0],
        event_recall=events[1],
        grave_event_precision=grave_events[0],
        grave_event_recall=grave_events[1],
    )


def _per(count: int, accesses: int, unit: int) -> float | None:
    return round(count * unit / accesses, 2) if accesses else None


def _coverage_sums(run: Run) -> dict[str, int]:
    names = ("accesses", "explained", "weak", "unjudged", "first_accesses", "first_explained", "first_weak")
    table = read_table(run, "coverage", names)
    return {name: pc.sum(table[name]).as_py() or 0 for name in names}


def _ranked(run: Run) -> pa.Table:
    """Return the findings that no disposition suppresses."""
    table = read_table(run, "findings", ["finding_id", "detector", "level", "rank"])
    return table.filter(pc.is_valid(table["rank"]))


def _events_cited(run: Run, findings: pa.Table) -> list[str]:
    """Return the events of the accesses that count in these findings, once each."""
    evidence = read_table(run, "evidence", ["finding_id", "event_ids", "counts"])
    chosen = evidence.filter(pc.and_(evidence["counts"], pc.is_in(evidence["finding_id"], findings["finding_id"])))
    events: list[str] = pc.unique(pc.list_flatten(chosen["event_ids"])).to_pylist()
    return events


def _by_detector(
    run: Run, outcomes: Sequence[Outcome], lookalikes: Sequence[Lookalike], caught: Sequence[Caught]
) -> list[DetectorResult]:
    ranked = _ranked(run)
    names = ranked["detector"].to_pylist()
    graves = [level in GRAVE for level in ranked["level"].to_pylist()]
    findings, grave = _count(names), _count(name for name, is_grave in zip(names, graves, strict=True) if is_grave)
    ran = {query.id for query in read_manifest(run).queries if query.kind == "detector"}
    results = []
    for detector in sorted(ran | {one.expected.detector for one in outcomes} | {one.detector for one in lookalikes}):
        own = [outcome for outcome in outcomes if outcome.expected.detector == detector]
        results.append(
            DetectorResult(
                detector,
                len(own),
                sum(outcome.found for outcome in own),
                sum(outcome.exact for outcome in own),
                sum(lookalike.detector == detector for lookalike in lookalikes),
                distinct_lookalikes(one for one in caught if one.lookalike.detector == detector),
                findings.get(detector, 0),
                grave.get(detector, 0),
            )
        )
    return results


def _count(names: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for name in names:
        counted[name] = counted.get(name, 0) + 1
    return counted


def _by_case(outcomes: Sequence[Outcome]) -> list[CaseResult]:
    results = []
    for kind in sorted({outcome.expected.kind for outcome in outcomes}):
        own = [outcome for outcome in outcomes if outcome.expected.kind == kind]
        cases = {outcome.expected.case_id for outcome in own}
        found = _cases(outcome for outcome in own if outcome.found)
        lacking = _cases(outcome for outcome in own if not outcome.found)
        results.append(
            CaseResult(
                kind,
                own[0].expected.rank_as,
                len(cases),
                len(found),
                len(cases - lacking),
                len(own),
                sum(outcome.found for outcome in own),
                sum(outcome.exact for outcome in own),
            )
        )
    return results


def _cases(outcomes: Iterable[Outcome]) -> Set[str]:
    return {outcome.expected.case_id for outcome in outcomes}
