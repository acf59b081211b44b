"""A file's SHA-256: by it a file is known again, and evidence is tied to it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from audit.load.files import reading

_CHUNK = 1 << 22


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 (hex) and its size in bytes."""

    sha256: str
    bytes: int


def hash_file(path: Path) -> Fingerprint:
    """Return a file's SHA-256 and size.

    Raises:
        InputOutputError: it cannot be read.

    """
    digest = hashlib.sha256()
    size = 0
    with reading(path), path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Fingerprint(digest.hexdigest(), size)
