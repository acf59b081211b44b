"""Which texts that travel with the program passed every check when it was made, so that a run need not parse them again.

A list lies beside the queries with their cases, and one beside the source definitions, in the words of `sha256sum`. They are
made by checking all of it in full; a test makes them anew and compares. What a list does not name is checked in full: a text that
was edited, and whatever a workspace has of its own. Checks nothing itself.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = "passed.sha256"


@dataclass(frozen=True)
class Passed:
    """The hash of each text that passed, by its place below the folder: of a query the place says what kind it is of."""

    hashes: frozenset[tuple[str, str]] = frozenset()

    def holds(self, place: Path, sha256: str) -> bool:
        """Say whether this very text, in this place of such a folder, passed."""
        return (place.as_posix(), sha256) in self.hashes


def read_passed(folder: Path) -> Passed:
    """Read the list of a folder; without one, or where it cannot be understood, nothing passed."""
    try:
        lines = (folder / LIST).read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return Passed()
    parts = (line.partition("  ") for line in lines)
    return Passed(frozenset((place, sha256) for sha256, _, place in parts))


def listed_as_passed(folder: Path, paths: Iterable[Path]) -> str:
    """Return the list of these files of a folder, for whoever has just checked all of them in full."""
    places = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {place}\n" for place, path in places)
