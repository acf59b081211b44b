"""Check that the files of a report are those that its manifest names, and the manifest the one that the ledger names.

A manifest holds a hash of itself, which finds damage; the ledger and the manifest of the run after hold its hash too, which
finds what somebody made to fit.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from audit.errors import InputOutputError
from audit.files import naming_faults, sha256_of
from audit.ledger import Chain
from audit.recording import PUBLISHED, PURGE, PURGED, RUN
from audit.report.manifest import Manifest, is_as_written, manifest_from_json
from audit.verify.difference import Remark, differences, notes

MANIFEST = "manifest.json"
_REMEDY = "give the right to read it"


def check_report(folder: Path) -> list[Remark]:
    """Check a report by itself: its manifest, and each file by its hash."""
    try:
        manifest = _read(folder)
        wrong = _compare(folder, manifest) if manifest else ["manifest.json: is not as it was written"]
    except InputOutputError as fault:
        wrong = list(fault.faults)
    return differences("report", folder.name, wrong)


def manifests_in(folders: Iterable[Path]) -> Iterator[Manifest]:
    """Yield the manifests that are as they were written; of others `check_report` tells."""
    for folder in folders:
        with suppress(InputOutputError):
            manifest = _read(folder)
            if manifest is not None:
                yield manifest


def _read(folder: Path) -> Manifest | None:
    path = folder / MANIFEST
    with naming_faults(path, "read", _REMEDY):
        content = path.read_bytes()
    if not is_as_written(content):
        return None
    try:
        return manifest_from_json(content.decode())
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _compare(folder: Path, manifest: Manifest) -> list[str]:
    named = {file.name: file for file in manifest.files}
    with naming_faults(folder, "read", _REMEDY):
        there = {path.name for path in folder.iterdir()} - {MANIFEST}
    wrong = [f"{name}: is missing" for name in sorted(named.keys() - there)]
    wrong += [f"{name}: is not of the report" for name in sorted(there - named.keys())]
    for name in sorted(named.keys() & there):
        path = folder / name
        with naming_faults(path, "read", _REMEDY):
            if path.is_symlink() or not path.is_file() or sha256_of(path) != named[name].sha256:
                wrong.append(f"{name}: is not as it was written")
    if folder.name.startswith("run=") and folder.name != f"run={manifest.run_id}":
        wrong.append(f"is the report of run {manifest.run_id}, and its folder says otherwise")
    return wrong


def check_order(folders: Sequence[Path], whole: bool, chain: Chain | None = None) -> list[Remark]:
    """Check that each report names the one before it. `whole`: no report may be missing, as in a workspace.

    One that the ledger says was purged may be.
    """
    gone = _purged_manifests(chain) if chain is not None else set()
    remarks: list[Remark] = []
    before: str | None = None
    for place, folder in enumerate(folders):
        told = _told_before(folder)
        if told != before and told not in gone and (whole or place):
            text = "does not name the report before it: one was removed, added or changed"
            remarks += differences("report", folder.name, [text]) if whole else notes("report", folder.name, [text])
        before = _manifest_sha256(folder)
    return remarks


def check_purges(chain: Chain) -> list[Remark]:
    """Note a purge that was killed before all was removed."""
    last = next(reversed(chain.of_kind(PURGE, PURGED)), None)
    if last is None or last.kind == PURGED:
        return []
    text = f"was killed before all older than {last.about['before']} was removed; do it again: audit purge"
    return notes("purge", last.at, [text])


def _purged_reports(chain: Chain) -> set[str]:
    return {name for entry in chain.of_kind(PURGE) for name in entry.about["reports"]}


def _purged_manifests(chain: Chain) -> set[str]:
    purged = _purged_reports(chain)
    return {entry.about["manifest_sha256"] for entry in chain.of_kind(RUN) if entry.about["report"] in purged}


def _manifest_sha256(folder: Path) -> str | None:
    """Return the hash of the manifest; None where it cannot be read, which is said of the report itself."""
    try:
        return sha256_of(folder / MANIFEST)
    except OSError:
        return None


def _told_before(folder: Path) -> str | None:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        told = content["previous_manifest_sha256"]
        return told if isinstance(told, str) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_against_ledger(folders: Sequence[Path], chain: Chain, whole: bool) -> list[Remark]:
    """Check reports against the ledger. `whole`: these are all, so that those which the ledger names must be there."""
    runs = {entry.about["report"]: entry for entry in chain.of_kind(RUN)}
    published = {entry.about["run_id"] for entry in chain.of_kind(PUBLISHED)}
    purged = _purged_reports(chain)
    remarks: list[Remark] = []
    for folder in folders:
        entry = runs.get(folder.name)
        if entry is None:
            remarks += differences("report", folder.name, ["no run on the ledger made it"])
            continue
        if _manifest_sha256(folder) != entry.about["manifest_sha256"]:
            remarks += differences("report", folder.name, ["manifest.json: is not the one that the ledger names"])
        elif not _knows_head(folder / MANIFEST, chain, chain.places[entry.hash]):
            text = "names a head of the ledger that does not stand before its run: entries were removed or changed"
            remarks += differences("ledger", folder.name, [text])
    there = {folder.name for folder in folders}
    for name, entry in runs.items() if whole else ():
        if name in there or name in purged:
            continue
        if entry.about["run_id"] in published:
            remarks += differences("report", name, ["was published, and is gone"])
        else:
            remarks += notes("report", name, ["was never published: its run was killed before the end"])
    return remarks


def _knows_head(manifest: Path, chain: Chain, before: int) -> bool:
    told = json.loads(manifest.read_bytes()).get("ledger_head")
    return told == "0" * 64 or chain.places.get(told, before) < before
