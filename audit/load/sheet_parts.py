"""What python-calamine does not tell of an XLSX workbook: the errors in cells (#N/A), and which sheets hold any cell."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath

_CHUNK = 1 << 24
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[ >]")
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']e["'][^>]*)(?<!/)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>(.*?)</(?:\w+:)?v>", re.DOTALL)
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")


class SheetParts:
    """The parts of a workbook that hold its sheets; of a workbook that is no zip archive nothing is known."""

    def __init__(self, content: bytes) -> None:
        """Find the parts. Raises zipfile.BadZipFile for a broken archive."""
        self._zip = zipfile.ZipFile(io.BytesIO(content)) if zipfile.is_zipfile(io.BytesIO(content)) else None
        self._parts = _find_parts(self._zip) if self._zip else {}

    def holds_cells(self, sheet: str) -> bool:
        """Say whether a sheet has any cell among its first kilobytes; a blank sheet has none."""
        first = next(self._chunks(sheet), b"")
        return _ANY_CELL.search(first) is not None

    def errors(self, sheet: str) -> dict[int, dict[int, str]]:
        """Return the errors in a sheet's cells: row -> column -> text, both counted from 0."""
        found: dict[int, dict[int, str]] = {}
        rest = b""
        for chunk in self._chunks(sheet):
            text = rest + chunk
            # A cell must not be cut in two.
            end = text.rfind(b"row>") + 1
            for row, column, error in _errors_in(text[:end]):
                found.setdefault(row, {})[column] = error
            rest = text[end:]
        return found

    def _chunks(self, sheet: str) -> Iterator[bytes]:
        if self._zip is None or sheet not in self._parts:
            return
        with self._zip.open(self._parts[sheet]) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


def _find_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name -> name of its part."""
    members = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= members:
        return {}
    relations = map(_attributes, _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")))
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    parts = {}
    for sheet in map(_attributes, _SHEET.findall(archive.read("xl/workbook.xml"))):
        key = next((value for name, value in sheet.items() if name.endswith(":id")), "")
        part = normpath(join("/xl", targets.get(key, ""))).lstrip("/")
        if part in members:
            parts[sheet.get("name", "")] = part
    return parts


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode(): html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }


def _errors_in(text: bytes) -> Iterator[tuple[int, int, str]]:
    if b't="e"' not in text and b"t='e'" not in text:
        return
    for cell, inside in _ERROR_CELL.findall(text):
        place = _PLACE.fullmatch(_attributes(cell).get("r", ""))
        value = _VALUE.search(inside)
        if place and value:
            yield int(place[2]) - 1, _column_number(place[1]), html.unescape(value[1].decode("utf-8", "replace"))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
