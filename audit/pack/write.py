"""Write a pack: the folder appears whole, or not at all; the manifest last, and on the ledger before anything is to be seen.

Everything is written into a hidden folder beside its place, synced, and renamed. What stands there already is never replaced.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from glob import escape
from pathlib import Path

from audit.errors import UsageError
from audit.files import Audience, make_folder, naming_faults, remove_abandoned, sha256_of, sync_folder, write_file
from audit.pack.files import Content
from audit.packed import MANIFEST

_REMEDY = "check the path and its permissions, free some space, or name another place with --out"


def check_target(out: Path, reports: Path) -> None:
    """Check that the place is free. Raises UsageError."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"--out {out}: is there already and no folder; name a folder that is not there yet")
    with naming_faults(out, "read", _REMEDY):
        if out.is_dir() and any(out.iterdir()):
            raise UsageError(
                f"--out {out}: is there already and not empty; a pack is never replaced, so name another folder"
            )
    place, inside = out.resolve(), reports.resolve()
    if place.is_relative_to(inside) and any(part.startswith("run=") for part in place.relative_to(inside).parts):
        raise UsageError(
            f"--out {out}: lies among the published reports, which never change; name a place outside them"
        )


def write_pack(
    out: Path, audience: Audience, files: Mapping[str, Content], manifest: str, announce: Callable[[str], object]
) -> str:
    """Write the files and the manifest into `out`, and return the manifest's SHA-256, which `announce` is told first.

    `announce` is called when all is on the disk and nothing is to be seen yet; where it fails, there is no pack. Leftovers of
    killed processes are removed. Raises InputOutputError.
    """
    place = out.resolve()
    with naming_faults(out, "written", _REMEDY):
        remove_abandoned(place.parent, f".{escape(place.name)}.*.tmp")
        aside = place.parent / f".{place.name}.{os.getpid()}.tmp"
        make_folder(aside, audience)
        try:
            for name, file in files.items():
                _write(aside / name, audience, file.content)
            _write(aside / MANIFEST, audience, manifest.encode())
            for folder in sorted({(aside / name).parent for name in files}, reverse=True):
                sync_folder(folder)
            sha256 = sha256_of(aside / MANIFEST)
            announce(sha256)
            # Onto an empty folder too, and onto nothing else: what came there meanwhile stays.
            aside.rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        sync_folder(place.parent)
    return sha256


def _write(path: Path, audience: Audience, content: bytes) -> None:
    for folder in reversed(path.parents):
        if not folder.exists():
            make_folder(folder, audience)
    write_file(path, audience, lambda file: file.write(content))
