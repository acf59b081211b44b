"""Keep the text of every query and source definition that was used, under its hash, in `versions/` of the workspace.

A manifest names queries and definitions by hash. With their texts a report can be made again after a folder has moved on.
A file holds the texts that no earlier file has: it is written once, whole, and never changed. No text is a secret, and none
holds a record.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.catalogue import Catalogue
from audit.errors import SourceError
from audit.files import audience_of, make_folder, naming_faults, sync_folder, write_file
from audit.sources.definition import SourceDefinition, parse_definition
from audit.workspace import Workspace

FOLDER = "versions"
_REMEDY = "free some space, or give the right to write there, then run again"


@dataclass(frozen=True)
class Texts:
    """What is kept: hash -> the text of a file."""

    by_hash: Mapping[str, str]

    def query(self, sha256: str) -> bytes | None:
        """Return the bytes of the query file of that hash; None where it is not kept, or is not what it was."""
        text = self.by_hash.get(sha256)
        content = text.encode() if text is not None else b""
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def definition(self, sha256: str) -> SourceDefinition | None:
        """Return the source definition of that hash; None where it is not kept, or the program reads it otherwise now."""
        text = self.by_hash.get(sha256)
        if text is None:
            return None
        try:
            found = parse_definition(tomllib.loads(text), Path(f"{FOLDER}/{sha256}"))
        except (SourceError, tomllib.TOMLDecodeError):
            return None
        return found if found.sha256 == sha256 else None


def keep_queries(workspace: Workspace, catalogue: Catalogue) -> None:
    """Keep the texts of these queries. Raises InputOutputError."""
    _keep(workspace, ((query.sha256, query.path) for query in catalogue.queries))


def keep_definitions(workspace: Workspace, library: Mapping[str, SourceDefinition]) -> None:
    """Keep the texts of these definitions, before anything is loaded by them. Those built in have none. Raises InputOutputError."""
    _keep(workspace, ((found.sha256, found.path) for found in library.values() if found.path is not None))


def read_texts(workspace: Workspace) -> Texts:
    """Return all that is kept; a file that cannot be understood holds nothing. Raises InputOutputError."""
    folder = workspace.folder / FOLDER
    known: dict[str, str] = {}
    with naming_faults(folder, "read", "give the right to read it"):
        for path in sorted(folder.glob("*.json")):
            known |= _understood(path.read_bytes())
    return Texts(known)


def _understood(content: bytes) -> dict[str, str]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def _keep(workspace: Workspace, files: Iterable[tuple[str, Path]]) -> None:
    known = read_texts(workspace).by_hash
    lacking = {sha256: path for sha256, path in files if sha256 not in known}
    if not lacking:
        return
    folder, audience = workspace.folder / FOLDER, audience_of(workspace.group)
    with naming_faults(folder, "written", _REMEDY):
        texts = {sha256: path.read_bytes().decode() for sha256, path in sorted(lacking.items())}
        content = (json.dumps(texts, indent=0) + "\n").encode("ascii")
        if not folder.exists():
            make_folder(folder, audience)
            sync_folder(folder.parent)
        target = folder / f"{hashlib.sha256(content).hexdigest()[:32]}.json"
        aside = folder / f".{target.name}.tmp"
        # Left by a run that was killed; only who holds the workspace writes here.
        aside.unlink(missing_ok=True)
        write_file(aside, audience, lambda file: file.write(content))
        aside.replace(target)
        sync_folder(folder)
