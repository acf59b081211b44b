"""What `audit pack` does: check, gather, redact where asked for, write, and record before it is to be seen."""

import html
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from audit.catalogue import Catalogue
from audit.errors import InputOutputError
from audit.files import audience_of
from audit.ledger import Chain, Entry, ledger_of
from audit.ledger.actor import who_acts
from audit.ledger.entry import NOTHING_BEFORE
from audit.pack.case import Case, ReportRun, Request
from audit.pack.choose import check_reports
from audit.pack.files import Content, files_of_pack
from audit.pack.gather import LEDGER_DIFFERS, NOT_ASKED, gather
from audit.pack.pseudonyms import Pseudonyms, key_of_pack
from audit.pack.records import HERE
from audit.pack.redact import LEDGER_STAYS, SHORTEST, gate, kept_of, known_ids, redact
from audit.pack.tables import SCHEMAS, tables_of, texts_in
from audit.pack.write import check_target, write_pack
from audit.packed import PackManifest, pack_manifest_to_json
from audit.program import program_version
from audit.progress import Notify
from audit.recording import record_pack
from audit.sources.definition import SourceDefinition
from audit.text import counted
from audit.workspace import Workspace

_FORMS = (str, html.escape, lambda text: json.dumps(text)[1:-1], quote)


@dataclass(frozen=True)
class Packed:
    """A pack that was made. `manifest_sha256`: to be told apart from it. `counts`: what is in it. `missing`: what is not."""

    folder: Path
    manifest_sha256: str
    ledger_head: str
    redacted: bool
    counts: Mapping[str, int]
    missing: tuple[str, ...]


def make_pack(
    workspace: Workspace,
    catalogue: Catalogue,
    library: Mapping[str, SourceDefinition],
    request: Request,
    out: Path,
    notify: Notify,
) -> Packed:
    """Make the pack in the folder `out`, which is not there yet or empty.

    Raises:
        UsageError: the place is taken, or the user or subject stands nowhere. DifferenceError: a report is not what its run wrote.
        LockedError: a batch writes to the database. InputOutputError.

    """
    check_target(out, workspace.reports)
    check_reports(request)
    ledger = ledger_of(workspace)
    chain = ledger.read()
    whole = gather(workspace, catalogue, library, request, chain, ledger.path, notify)
    case = _redacted(workspace, request, whole) if request.redact else whole
    notify("writing the pack")
    files = files_of_pack(case)
    if request.redact:
        _check_nothing_leaks(whole, case, files, workspace, request)
    manifest = _manifest(case, chain, files)
    about = {
        "asked": request.about, "by": request.by, "runs": [run.run_id for run in whole.runs], "redacted": request.redact,
        "out": str(out.absolute()),
    }  # fmt: skip
    ids = [row["finding_id"] for row in whole.findings]
    heads: list[str] = []
    sha256 = write_pack(
        out,
        audience_of(workspace.group),
        files,
        pack_manifest_to_json(manifest),
        lambda sha256: heads.append(record_pack(ledger, about, ids, sha256).hash),
    )
    cited = len({row["access_id"] for row in whole.evidence})
    counts = {name: len(getattr(case, name)) for name in SCHEMAS}
    had = sum(row["state"] == HERE for row in case.records)
    counts |= {"cited_accesses": cited, "records_had": had, "files_in_pack": len(files) + 1}
    return Packed(out, sha256, heads[0], request.redact, counts, tuple(case.missing))


def _names(workspace: Workspace, request: Request, runs: Sequence[ReportRun]) -> Pseudonyms:
    key = key_of_pack(workspace, request.about, [run.run_id for run in runs])
    return Pseudonyms(key, kept_of(request.user_id, request.subject_id, request.finding))


def _redacted(workspace: Workspace, request: Request, case: Case) -> Case:
    # A path or an id may stand in what is told to be missing.
    return replace(redact(case, _names(workspace, request, case.runs)), missing=_plainly(case.missing))


def _plainly(missing: Sequence[str]) -> list[str]:
    plain = [each for each in missing if each in (NOT_ASKED, LEDGER_DIFFERS)]
    rest = "Some of what the findings cite could not be had any more; the pack that is not redacted says what."
    return plain if len(plain) == len(missing) else [*plain, rest]


def _check_nothing_leaks(
    whole: Case, case: Case, files: Mapping[str, Content], workspace: Workspace, request: Request
) -> None:
    """Look once more through all that is about to be written. What redaction lets through is a fault of it, and no pack is made.

    Looked for are ids and texts so long that they stand nowhere by chance, and in no text that travels with the program.
    """
    ours = [file.content.decode() for file in files.values() if file.shipped]
    ids = known_ids(whole, _names(workspace, request, whole.runs))
    free = texts_in([{name: row.get(name) for name in ("reason", "query_text", "told", "note", "by", "line", "workstation")}
                     for name in SCHEMAS for row in getattr(whole, name)])  # fmt: skip
    forbidden = {
        *(each for each in ids if len(each) >= SHORTEST and any(map(str.isdigit, each)) and not each.isdigit()),
        *(each for each in free if len(each) >= 2 * SHORTEST),
    }
    forbidden = {each for each in forbidden if not any(each in text for text in ours)}
    tables = [text for table in tables_of(case).values() for text in texts_in(table.to_pylist())]
    written = [
        file.content.decode() for name, file in files.items() if not file.shipped and not name.endswith(".parquet")
    ]
    found = gate(forbidden, [*tables, *written, *files], _FORMS)
    if found:
        raise InputOutputError(
            f"--redact: what must not stand in the pack would stand in {counted(found, 'text')} of it; no pack was made. Please "
            "report this, and make the pack without --redact for the unit alone"
        )


def _head(case: Case, chain: Chain) -> Entry | None:
    """Return the last entry of the ledger; for others the last one of which the hash tells nothing of anybody."""
    stays = [entry for entry in chain.entries if not case.redacted or entry.kind in LEDGER_STAYS]
    return stays[-1] if stays else None


def _manifest(case: Case, chain: Chain, files: Mapping[str, Content]) -> PackManifest:
    actor, head = who_acts(), _head(case, chain)
    return PackManifest(
        made_at=datetime.now(UTC),
        made_by=actor.user if case.redacted else f"{actor.user} on {actor.host}, process {os.getpid()}",
        by=case.by,
        asked=case.asked,
        redacted=case.redacted,
        workspace=case.workspace,
        timezone=case.timezone,
        purpose=case.runs[0].manifest.purpose,
        runs={run.run_id: run.sha256 for run in case.runs},
        versions={"access-audit": program_version()},
        ledger_head=head.hash if head else NOTHING_BEFORE,
        ledger_entries=head.no if head else 0,
        missing=tuple(case.missing),
        files=tuple(file.entry(name) for name, file in files.items()),
    )
