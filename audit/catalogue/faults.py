"""Words for faults: what was meant, and how to list names."""

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "..."?` for the nearest known word, or nothing when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def listed(words: Iterable[str]) -> str:
    """Return the words sorted, as they stand in a sentence."""
    return ", ".join(f'"{word}"' for word in sorted(words))
