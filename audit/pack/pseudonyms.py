"""Pseudonyms: the same in the whole of a pack, others in any other pack, and none to be undone without the workspace's key.

A pseudonym is a keyed hash (HMAC-SHA-256), not a hash: there are so few ids that whoever has a hash could try them all. The key of
a pack is made of the workspace's own, `pack.key`, and of what was asked; so the same asked again gives the same, whoever holds the
workspace can tell who is meant, and two packs cannot be laid side by side.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence

from audit.errors import InputOutputError
from audit.files import audience_of, naming_faults, sync_folder, write_file
from audit.workspace import Workspace

KEY_NAME = "pack.key"
_DIGITS, _KEY_BYTES = 12, 32


class Pseudonyms:
    """Those of one pack. `kept`: whom the pack is about, whose id stays."""

    def __init__(self, key: bytes, kept: frozenset[str]) -> None:
        self._key, self.kept = key, kept

    def of(self, kind: str, value: str | None) -> str | None:
        """Return the pseudonym of an id: `kind`, and digits that the same id has everywhere, whatever it is called there."""
        if value is None or value in self.kept:
            return value
        return f"{kind}-{hmac.new(self._key, value.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:_DIGITS]}"


def key_of_pack(workspace: Workspace, asked: Mapping[str, str], run_ids: Sequence[str]) -> bytes:
    """Return the key of the pack for which that is asked of these reports. Raises InputOutputError."""
    told = json.dumps([dict(asked), list(run_ids)], sort_keys=True).encode()
    return hmac.new(_workspace_key(workspace), told, hashlib.sha256).digest()


def _workspace_key(workspace: Workspace) -> bytes:
    """Return the workspace's key; made where there is none, whole or not at all, for it must never change."""
    path = workspace.folder / KEY_NAME
    with naming_faults(path, "read or made", "give the right to it; without it there are no pseudonyms"):
        if not path.exists():
            aside = path.with_name(f".{KEY_NAME}.{os.getpid()}.tmp")
            aside.unlink(missing_ok=True)
            try:
                write_file(
                    aside, audience_of(workspace.group), lambda file: file.write(secrets.token_bytes(_KEY_BYTES))
                )
                # A link, not a rename: of two that make one at once the first stands.
                os.link(aside, path)
            except FileExistsError:
                pass
            finally:
                aside.unlink(missing_ok=True)
            sync_folder(workspace.folder)
        key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise InputOutputError(
            f"{path}: is not the key that was made; put it back from a copy, or remove it for a new one"
        )
    return key
