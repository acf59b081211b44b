"""Write values and comments as TOML that a hostile label or cell cannot break out of."""

import re
from collections.abc import Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LINE = 118


def toml_value(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {toml_value(item)}' for key, item in value.items())} }}"
    return f"[{', '.join(map(toml_value, value))}]"


def toml_key(key: str) -> str:
    """Return a key, quoted where TOML needs it."""
    return key if _BARE_KEY.fullmatch(key) else toml_string(key)


def toml_string(text: str) -> str:
    """Return a basic string: whatever does not print (controls, bidi, line separators) is written as its code."""
    return f'"{"".join(map(_escaped, text))}"'


def shown(text: str, longest: int = 60) -> str:
    """Return a label or a word as a comment shows it: quoted, cut, and on one line whatever it holds."""
    return toml_string(text if len(text) <= longest else f"{text[: longest - 1]}…")


def comment(text: str, mark: str = "# ", behind: str = "#   ") -> list[str]:
    """Return the text as comment lines; `behind` begins the second and later ones."""
    lines: list[str] = []
    current = mark
    for word in "".join(_plain(character) for character in text).split(" "):
        if len(current) + len(word) > _LINE and current.strip("# "):
            lines.append(current.rstrip())
            current = behind
        current += f"{word} "
    return [*lines, current.rstrip()]


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        # Half of a surrogate pair is no character, and TOML cannot say it.
        return "\ufffd"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _plain(character: str) -> str:
    return character if character.isprintable() else _escaped(character)
