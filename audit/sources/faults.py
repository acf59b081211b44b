"""Gather all the faults of one definition, so that its author can mend them at once."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

# What a key of a definition may hold. A list holds texts, unless it is one of these.
Kinds = Mapping[str, type | tuple[type, ...]]
_ITEMS = {"widths": int}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" when a known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


class Faults:
    """Gathers all the faults of one file."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        self.messages.append(f"{self.where}: {message}")

    def check_keys(self, section: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                self.add(f'{section}"{key}" is not known{did_you_mean(key, known)}')

    def check_kinds(self, section: str, table: Mapping[str, Any], kinds: Kinds) -> bool:
        """Check keys and the types of their values; say whether all were good."""
        before = len(self.messages)
        self.check_keys(f"{section} ", table, kinds)
        for key, value in table.items():
            kind = kinds.get(key, object)
            wanted = kind if isinstance(kind, tuple) else (kind,)
            if not isinstance(value, kind) or (isinstance(value, bool) and not {bool, object} & set(wanted)):
                self.add(f"{section} {key} has the wrong type")
            elif isinstance(value, list | dict) and not all(
                type(item) is _ITEMS.get(key, str) for item in _items(value)
            ):
                self.add(f"{section} {key} must hold {'whole numbers' if key in _ITEMS else 'texts'}")
        return len(self.messages) == before

    def text(self, table: Mapping[str, Any], key: str, required: bool = False) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or (required and not value):
            self.add(f"{key} is missing" if required and not value else f"{key} must be text")
            return ""
        return value


def _items(value: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
