"""How `audit detectors` prints the catalogue, the outcome of its cases, and what was begun."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from textwrap import indent
from typing import Any

from audit.catalogue import Catalogue, Detector, Explanation, Query
from audit.cli.messages import Messages
from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.detect.cases import CaseResult
from audit.errors import ExitCode, QueryError, UsageError
from audit.scaffold import Scaffold
from audit.shipped import shipped_folder

FOR_PEOPLE = ("id", "level", "title", "family", "requires", "one_finding_per", "status")
_CASE_COLUMNS = ("query", "result", "case")
_LISTS = {
    "falsepositives": "Honest causes",
    "blind_spots": "What it misses",
    "triage": "What to do first",
    "references": "Where it comes from",
}


def row_of(detector: Detector) -> dict[str, Any]:
    """Return the row of a detector in the list."""
    return {
        "id": detector.id,
        "family": detector.family,
        "level": detector.level,
        "one_finding_per": list(detector.key),
        "requires": list(detector.requires),
        "title": detector.title,
        "status": detector.status,
    }


def find_queries(catalogue: Catalogue, ids: Sequence[str]) -> tuple[Query, ...]:
    """Return the queries that the caller names; all when none is named. Raises UsageError."""
    try:
        return tuple(catalogue.query(query_id) for query_id in ids) if ids else catalogue.queries
    except QueryError as fault:
        raise UsageError(f"{fault}; see: audit detectors list") from fault


def print_query(
    catalogue: Catalogue, query_id: str, overrides: Mapping[str, Mapping[str, object]], output_format: str
) -> None:
    """Print all that a query's file says, with the parameters as they stand in this workspace."""
    query = find_queries(catalogue, [query_id])[0]
    changed = overrides.get(query.id, {})
    if output_format == "json":
        print_object(
            {field.name: getattr(query, field.name) for field in fields(query)} | {"overridden": sorted(changed)}
        )
        return
    print_lines([f"{query.id}: {query.title}", "", query.description, ""])
    print_facts([*_facts(query), ("File", str(query.path))])
    _print_list("Parameters", [_parameter(name, value, changed) for name, value in query.parameters.items()])
    print_lines(["", *_paragraphs(query.prose)])
    for name, heading in _LISTS.items():
        _print_list(heading, getattr(query, name, ()))
    print_lines(["", "SQL", *indent(query.sql, "  ").splitlines()], fold=False)


def _facts(query: Query) -> list[tuple[str, str]]:
    if isinstance(query, Explanation):
        return [("Strength", query.strength), ("Reads", ", ".join(query.reads))]
    if not isinstance(query, Detector):
        return [("Kind", query.kind), ("Reads", ", ".join(query.reads))]
    return [
        ("Level", f"{query.level} ({query.points} points of the score)"),
        ("Status", query.status),
        ("Family", query.family),
        ("One finding per", ", ".join(query.key)),
        ("Requires", ", ".join(query.requires) or "nothing besides the log"),
        ("Reads", ", ".join(query.reads)),
        ("Tags", ", ".join(query.tags)),
    ]


def _parameter(name: str, value: object, changed: Mapping[str, object]) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"{name} = {text}{' (set in audit.toml)' if name in changed else ''}"


def _paragraphs(prose: str) -> list[str]:
    """Return the prose with its lines joined, so that a terminal can fold them anew."""
    return [" ".join(part.split()) for part in prose.split("\n\n")]


def _print_list(heading: str, items: Sequence[str]) -> None:
    if items:
        print_lines(["", heading, *(f"  {item}" for item in items)])


def print_scaffold(made: Scaffold, named: Path | None) -> None:
    """Print what was made, and what to do next, as it is to be typed: `named` is the workspace of -w."""
    command = "audit" if named is None else f"audit -w {shlex.quote(str(named))}"
    detector_id = made.query.stem
    change = "the query: its WHERE, and the words of its header"
    if made.like:
        change = f"the query: until its SQL differs, it finds once more what {made.like} finds"
    print_lines([f"Made {made.query}", f"     {made.cases}", "Next:"], fold=False)
    print_lines([
        f"  1. {command} detectors test {detector_id}     passes as it stands",
        f"  2. change {change}; then the cases: what it must find, and what not",
        f"  3. {command} detectors test {detector_id}     names what is wrong",
        f"  4. {command} run --detector {detector_id}     what it finds in what is loaded; every run looks for it from now on",
        f"What a query may read and must return: {shipped_folder('queries') / 'README.md'}",
    ], fold=False)  # fmt: skip


def print_cases(results: Sequence[CaseResult], output_format: str, messages: Messages) -> int:
    """Print how each case went, what differs where one failed, and return the exit code."""
    rows = [
        {"query": case.query_id, "result": "pass" if case.passed else "fail", "case": case.name} for case in results
    ]
    failed = [case for case in results if not case.passed]
    if output_format == "table":
        print_rows(rows, "table", columns=_CASE_COLUMNS)
        for case in failed:
            print_lines(["", f"{case.query_id}: {case.name}", *indent(case.difference, "  ").splitlines()], fold=False)
        print_lines(["", f"{len(results) - len(failed)} of {len(results)} cases pass."])
    else:
        print_rows([row | {"difference": case.difference} for row, case in zip(rows, results, strict=True)], output_format,
                   columns=(*_CASE_COLUMNS, "difference"))  # fmt: skip
    if failed:
        messages.error([f"{len(failed)} of {len(results)} cases fail; mend the query or the case"])
    return int(ExitCode.CONFIGURATION if failed else ExitCode.DONE)
