"""Find the records in a JSON document: where each begins and ends in its text. Changes nothing of the text."""

import json
import re
from collections.abc import Iterator

# Numbers are not looked at, so that they may be as long as they like.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^" \t\r\n]+', re.DOTALL)
_STEP = re.compile(r"""\.([^.\[\]"]+)|\[\*\]|\[(?:"([^"]*)"|'([^']*)')\]""")


class PlaceError(Exception):
    """The document holds no records at the path."""


def read_path(path: str | None) -> tuple[str, ...] | None:
    """Return the names of the steps of a path such as $.a.b; None where it cannot be read."""
    text = (path or "$").strip()
    if not text.startswith("$"):
        return None
    steps, at = [], 1
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        steps += [name.strip() for name in step.groups() if name is not None]
        at = step.end()
    return tuple(steps)


def find_records(text: str, steps: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the begin and end of each record: the entries of the array at the path, or the one object there.

    Arrays on the way are gone through, so $.pages.records finds the records of all pages.

    Raises:
        ValueError: the text is not JSON, or cut off. PlaceError: nothing is at the path.

    """
    walk = _Walk(text)
    end = walk.value(_skip(text, 0), steps)
    if _skip(text, end) != len(text):
        raise ValueError("more behind the document")
    if not walk.reached:
        raise PlaceError
    return walk.found


def compact(record: str) -> str:
    """Return a record's text without the white space between its parts."""
    if "\n" not in record and ": " not in record and ", " not in record:
        return record
    return "".join(_PART.findall(record))


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self.found: list[tuple[int, int]] = []
        self.reached = False

    def value(self, at: int, steps: tuple[str, ...]) -> int:
        """Go through the value at a place, and return where it ends."""
        opening = self._text[at : at + 1]
        if not steps:
            return self._records(at, opening)
        if opening == "{":
            for key, place in self._members(at):
                self._end = self.value(place, steps[1:]) if key == steps[0] else self._over(place)
            return self._end
        if opening == "[":
            first = _skip(self._text, at + 1)
            self.reached = self.reached or self._text[first : first + 1] == "]"
            for place in self._entries(at):
                self._end = self.value(place, steps)
            return self._end
        return self._over(at)

    def _records(self, at: int, opening: str) -> int:
        if opening == "[":
            self.reached = True
            for place in self._entries(at):
                self._end = self._over(place)
                self.found.append((place, self._end))
            return self._end
        end = self._over(at)
        if opening == "{":
            self.found.append((at, end))
        # What a system without anything to export writes in the place of an empty array.
        self.reached = self.reached or opening == "{" or self._text[at:end] == "null"
        return end

    def _members(self, at: int) -> Iterator[tuple[str, int]]:
        """Yield key and place of each value of an object; whoever takes it sets `_end` to where the value ends."""
        for place in self._entries(at, "}"):
            if self._text[place : place + 1] != '"':
                raise ValueError("no key")
            key, end = _DECODER.raw_decode(self._text, place)
            colon = _skip(self._text, end)
            if self._text[colon : colon + 1] != ":":
                raise ValueError("no colon")
            yield key, _skip(self._text, colon + 1)

    def _entries(self, at: int, closing: str = "]") -> Iterator[int]:
        """Yield the place of each entry of an array; whoever takes it sets `_end` to where the entry ends."""
        at = _skip(self._text, at + 1)
        if self._text[at : at + 1] == closing:
            self._end = at + 1
            return
        while True:
            yield at
            at = _skip(self._text, self._end)
            mark = self._text[at : at + 1]
            if mark == closing:
                self._end = at + 1
                return
            if mark != ",":
                raise ValueError("no comma")
            at = _skip(self._text, at + 1)

    def _over(self, at: int) -> int:
        return int(_DECODER.raw_decode(self._text, at)[1])
