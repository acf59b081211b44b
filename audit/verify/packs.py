"""Check that an evidence pack is, byte for byte, what was made, and the one that the ledger names, where one is at hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.errors import InputOutputError
from audit.files import naming_faults, sha256_of
from audit.ledger import Chain
from audit.packed import MANIFEST, read_pack_manifest
from audit.recording import PACK
from audit.verify.difference import Remark, differences

_REMEDY = "give the right to read it"


def check_pack(folder: Path) -> list[Remark]:
    """Check a pack by itself: its manifest, and each file by its hash."""
    try:
        with naming_faults(folder / MANIFEST, "read", _REMEDY):
            content = read_pack_manifest(folder)
        wrong = _compare(folder, content) if content else [f"{MANIFEST}: is not as it was written"]
    except InputOutputError as fault:
        wrong = list(fault.faults)
    return differences("pack", folder.name, wrong)


def check_pack_against_ledger(folder: Path, chain: Chain) -> list[Remark]:
    """Check that the ledger names this very pack, and knows the head that it names, before it."""
    try:
        with naming_faults(folder / MANIFEST, "read", _REMEDY):
            found, content = sha256_of(folder / MANIFEST), read_pack_manifest(folder)
    except InputOutputError:
        return []
    entry = next((entry for entry in chain.of_kind(PACK) if entry.about["manifest_sha256"] == found), None)
    if entry is None:
        text = "no pack on this ledger is this one: it was changed and made to fit, or another workspace made it"
        return differences("pack", folder.name, [text])
    place = chain.places[entry.hash]
    if (
        content is not None
        and content["ledger_head"] != "0" * 64
        and chain.places.get(content["ledger_head"], place) >= place
    ):
        text = "names a head of the ledger that does not stand before it: entries were removed or changed"
        return differences("ledger", folder.name, [text])
    return []


def _compare(folder: Path, content: dict[str, Any]) -> list[str]:
    named = {file["name"]: file["sha256"] for file in content["files"]}
    with naming_faults(folder, "read", _REMEDY):
        there = {path.relative_to(folder).as_posix(): path for path in _files_in(folder)}
        there.pop(MANIFEST, None)
        wrong = [f"{name}: is missing" for name in sorted(named.keys() - there.keys())]
        wrong += [f"{name}: is not of the pack" for name in sorted(there.keys() - named.keys())]
        for name in sorted(named.keys() & there.keys()):
            if there[name].is_symlink() or not there[name].is_file() or sha256_of(there[name]) != named[name]:
                wrong.append(f"{name}: is not as it was written")
    return wrong


def _files_in(folder: Path) -> Sequence[Path]:
    """Return what lies in the folder and those below it; a link to a folder is a thing of its own, and no way."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        found += _files_in(path) if path.is_dir() and not path.is_symlink() else [path]
    return found
