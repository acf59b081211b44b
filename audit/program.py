"""Which program this is: its version, and the hash of its own text.

Findings rest on the program as they do on the queries. Between two releases many programs have one version; so what is kept, what
a report is compared with and what it is made again by go by the text itself.
"""

import hashlib
from functools import cache
from pathlib import Path

import audit

_DIGITS = 12


@cache
def program_version() -> str:
    """Return the version and, after `+`, the first digits of the hash of the package: `1.2.3+4f9a0c7d21be`."""
    return f"{audit.__version__}+{hash_of_python(Path(audit.__file__).parent)[:_DIGITS]}"


def hash_of_python(folder: Path) -> str:
    """Return the SHA-256 (hex) over names and texts of all Python files below a folder, whatever their line ends."""
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py")):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()
