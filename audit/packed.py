"""The manifest of an evidence pack: what was asked for, by whom, and the SHA-256 of each file in it. Writes nothing itself.

It alone holds clock times, so it is the only file of a pack that differs when the same is asked of the same state again. Like a
report's it holds a hash of itself, which finds damage; that of the file stands on the ledger, which finds what was made to fit.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.report.manifest import is_as_written, sealed

KIND = "evidence pack"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class PackFile:
    """A file of the pack, by its path in it. `rows` is None where the file is no table."""

    name: str
    sha256: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True)
class PackManifest:
    """What a pack is. `made_at` is aware; `made_by` as the operating system knows who; `by`: at whose request, as was claimed.

    `runs`: id and manifest's SHA-256 of each report that it is from. `missing`: what could not be had, in sentences.
    `ledger_head` and `ledger_entries`: the ledger just before the pack's own entry, which holds the hash of this manifest; of a
    redacted pack as far as the last entry of a run or load, for the hash of another could be tried for whom it names.
    """

    made_at: datetime
    made_by: str
    by: str | None
    asked: Mapping[str, str]
    redacted: bool
    workspace: str
    timezone: str
    purpose: str
    runs: Mapping[str, str]
    versions: Mapping[str, str]
    ledger_head: str
    ledger_entries: int
    missing: tuple[str, ...] = ()
    files: tuple[PackFile, ...] = field(default=())


def pack_manifest_to_json(manifest: PackManifest) -> str:
    """Return the text of a pack's manifest.json: sorted keys, two spaces, ASCII."""
    return sealed(asdict(manifest) | {"kind": KIND})


def read_pack_manifest(folder: Path) -> dict[str, Any] | None:
    """Return what a pack's manifest holds; None where it is not, byte for byte, as it was written. Raises OSError."""
    text = (folder / MANIFEST).read_bytes()
    if not is_as_written(text):
        return None
    content = json.loads(text)
    try:
        whole = content["kind"] == KIND and isinstance(content["ledger_head"], str)
        return content if whole and all({"name", "sha256"} <= file.keys() for file in content["files"]) else None
    except (KeyError, TypeError, AttributeError):
        return None


def is_pack(folder: Path) -> bool:
    """Say whether the folder is an evidence pack, though its manifest may be damaged or gone: reports have no SHA256SUMS."""
    return (folder / SUMS).exists() or ((folder / MANIFEST).is_file() and _says_so(folder / MANIFEST))


def _says_so(path: Path) -> bool:
    try:
        return f'"kind": "{KIND}"'.encode() in path.read_bytes()
    except OSError:
        return False
