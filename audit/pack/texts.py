"""The texts that a case rests on: queries and source definitions as the run used them, from what the workspace keeps by hash."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from audit.catalogue.header import id_in_name, split
from audit.pack.case import DefinitionText, QueryText, ReportRun, Row
from audit.passed import Passed, read_passed
from audit.report.manifest import InputFile, QueryUsed
from audit.schema import TABLES
from audit.shipped import shipped_folder
from audit.sources.definition import SourceDefinition, built_in
from audit.sources.library import SHIPPED
from audit.versions import Texts

# What else findings rest on: what makes accesses of events, and what explains them.
_OF_ALL = ("access", "view", "explanation", "report")


def queries_of(
    runs: Sequence[ReportRun], findings: Iterable[Row], texts: Texts
) -> tuple[list[QueryText], dict[str, QueryText]]:
    """Return the queries on which the findings rest, each text once; and of each finding's id the detector that made it."""
    passed = read_passed(shipped_folder("queries"))
    chosen: dict[tuple[str, str], QueryText] = {}
    detectors: dict[str, QueryText] = {}
    by_run = {run.run_id: run for run in runs}
    for row in findings:
        used = by_run[row["run_id"]].manifest.detectors().get(row["detector"])
        if used is not None:
            key = used.id, used.sha256
            chosen[key] = chosen.get(key) or _query(used, texts, passed)
            detectors[row["finding_id"]] = chosen[key]
    for run in runs:
        for used in run.manifest.queries:
            if used.kind in _OF_ALL:
                key = used.id, used.sha256
                chosen[key] = chosen.get(key) or _query(used, texts, passed)
    return [chosen[key] for key in sorted(chosen, key=lambda key: (chosen[key].kind, key))], detectors


def shipped_ids() -> set[str]:
    """Return the ids of the queries that travel with the program: no other word of a report is so surely ours."""
    return {id_in_name(Path(place)) for place, _ in read_passed(shipped_folder("queries")).hashes}


def _query(used: QueryUsed, texts: Texts, passed: Passed) -> QueryText:
    content = texts.query(used.sha256)
    text = content.decode("utf-8-sig") if content is not None else None
    shipped = any(sha256 == used.sha256 for _, sha256 in passed.hashes)
    return QueryText(used.id, used.kind, used.sha256, dict(used.parameters), text, shipped, _header(text or ""))


def _header(text: str) -> Mapping[str, Any]:
    with suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(split(text).header)
    return {}


def files_of(runs: Sequence[ReportRun], evidence: Iterable[Row], events: Iterable[Row]) -> list[Row]:
    """Return the files that the rows cite, each with its load as the manifest tells it; a later one with what the rows tell."""
    told = {(file.path, file.sha256): file for run in reversed(runs) for file in run.manifest.inputs}
    files: dict[tuple[str, str], Row] = {}
    for row in (*evidence, *events):
        key = row["path"], row["sha256"]
        if row["path"] is not None and key not in files:
            known = told.get(key)
            files[key] = _file(known) if known else _file_of(row)
    return [files[key] for key in sorted(files)]


def _file(load: InputFile) -> Row:
    names = (
        "source",
        "path",
        "sha256",
        "bytes",
        "records",
        "loaded",
        "duplicates",
        "quarantined",
        "rejected",
        "load_id",
        "definition",
    )
    return {name: getattr(load, name) for name in names}


def _file_of(row: Row) -> Row:
    counts = dict.fromkeys(("bytes", "records", "loaded", "duplicates", "quarantined", "rejected", "load_id"))
    return {
        "source": row["source"],
        "path": row["path"],
        "sha256": row["sha256"],
        **counts,
        "definition": row.get("definition") or "",
    }


def definitions_of(
    files: Iterable[Row], texts: Texts, library: Mapping[str, SourceDefinition]
) -> tuple[list[DefinitionText], dict[tuple[str, str], SourceDefinition | None]]:
    """Return the definitions that the files were loaded by, each once; and the one to read each file by, by path and hash."""
    shipped = {sha256 for _, sha256 in read_passed(SHIPPED).hashes}
    found: dict[tuple[str, str], DefinitionText] = {}
    usable: dict[tuple[str, str], SourceDefinition | None] = {}
    for file in files:
        source, sha256 = file["source"], file["definition"]
        stands = _standing(source, sha256, library)
        definition = texts.definition(sha256) or stands
        usable[file["path"], file["sha256"]] = definition
        text = texts.by_hash.get(sha256) or _text_of(stands)
        is_built_in = definition is not None and definition.built_in
        is_shipped = text is not None and hashlib.sha256(text.encode()).hexdigest() in shipped
        found[source, sha256] = DefinitionText(source, sha256, text, is_built_in, is_shipped)
    return [found[key] for key in sorted(found)], usable


def _standing(source: str, sha256: str, library: Mapping[str, SourceDefinition]) -> SourceDefinition | None:
    """Return the definition of that hash: the one of that name now, or the built-in one that it took the place of since."""
    current = library.get(source)
    if current is not None and sha256 in ("", current.sha256):
        return current
    before = built_in(TABLES[source]) if source in TABLES else None
    return before if before is not None and before.sha256 == sha256 else None


def _text_of(definition: SourceDefinition | None) -> str | None:
    path: Path | None = definition.path if definition else None
    with suppress(OSError, UnicodeDecodeError):
        return path.read_bytes().decode() if path else None
    return None
