"""A file's SHA-256: by it a file is known again, and evidence is tied to it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audit.load.files import reading

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 (hex) and its size in bytes. `beginnings`: size -> SHA-256 of as many bytes of it."""

    sha256: str
    bytes: int
    beginnings: Mapping[int, str] = field(default_factory=dict)


def hash_file(path: Path, sizes: Iterable[int] = ()) -> Fingerprint:
    """Return a file's SHA-256 and size, and the SHA-256 of its beginnings of the sizes given.

    Raises:
        InputOutputError: it cannot be read.

    """
    digest = hashlib.sha256()
    marks = sorted(set(sizes), reverse=True)
    beginnings = {}
    size = 0
    # One piece of memory for the whole file: a new one for each piece costs an eighth more.
    buffer = memoryview(bytearray(_CHUNK))
    with reading(path), path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer[: marks[-1] - size] if marks else buffer):
            digest.update(buffer[:count])
            size += count
            if marks and size == marks[-1]:
                beginnings[marks.pop()] = digest.hexdigest()
    return Fingerprint(digest.hexdigest(), size, beginnings)
