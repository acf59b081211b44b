"""One line of the ledger: an entry and its hash. Reads and writes no file.

A line is a JSON object in ASCII. Its last key is `hash`: the SHA-256 of the line as it would stand without that key. The
key before it is `prev`: the hash of the entry before. So a line can be checked with nothing but a SHA-256, and whoever
changes one must change all that follow.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.ledger.actor import Actor

# The `prev` of the first entry.
NOTHING_BEFORE = "0" * 64
_SEAL = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
_SEAL_BYTES = len(',"hash":""}') + 64
_KEYS = ("no", "at", "kind", "user", "host", "process", "about", "prev")


@dataclass(frozen=True)
class Entry:
    """What was done (`kind`, `about`), when (`at`, UTC), by whom. `no` counts from 1."""

    no: int
    at: str
    kind: str
    user: str
    host: str
    process: int
    about: Mapping[str, Any]
    prev: str
    hash: str


def make_line(no: int, at: datetime, kind: str, actor: Actor, about: Mapping[str, Any], prev: str) -> bytes:
    """Return the line of an entry, without its newline. `at` is aware."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    content = dict(
        zip(_KEYS, (no, moment, kind, actor.user, actor.host, actor.process, dict(about), prev), strict=True)
    )
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")
    return body[:-1] + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}'


def parse_line(line: bytes) -> Entry | None:
    """Return the entry of a line; None where the line is not, byte for byte, as it was written."""
    seal = _SEAL.fullmatch(line[-_SEAL_BYTES:])
    if seal is None:
        return None
    body = line[:-_SEAL_BYTES] + b"}"
    if hashlib.sha256(body).hexdigest().encode() != seal[1]:
        return None
    try:
        content = json.loads(body)
        return Entry(**content, hash=seal[1].decode())
    except (ValueError, TypeError):
        return None


def is_torn(piece: bytes, no: int) -> bool:
    """Say whether the piece may be the beginning of entry `no`, cut off as a crash while it is written cuts it off.

    A file system may also leave zeros where the rest should stand. What holds the end of an entry was written whole.
    """
    start = f'{{"no":{no},"at":"'.encode()
    written = piece.rstrip(b"\0")
    return _SEAL.search(written) is None and (written.startswith(start) or start.startswith(written))
