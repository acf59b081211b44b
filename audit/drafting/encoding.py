"""Find a text file's encoding, and say by what. One-byte code pages cannot be told apart: that is said, not guessed."""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_BEYOND = re.compile("[^\x00-\x7f]")
_SHOWN_PAGES = ("cp1252", "cp850", "mac_roman", "cp1250")


@dataclass(frozen=True)
class Encoding:
    """A Python encoding name, and the evidence."""

    name: str
    evidence: str
    unsure: bool = False


def find_encoding(head: bytes, whole: bool) -> Encoding:
    """Return the encoding of a text by its first bytes."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, f"the file begins with the byte order mark of {name.removesuffix('-sig').upper()}")
    if wide := _without_mark(head):
        return wide
    if not _HIGH.search(head):
        return Encoding("utf-8", f"{'all' if whole else f'the first {len(head):,}'} bytes are ASCII")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError:
        return _not_clean(head)
    return Encoding("utf-8", "it holds characters beyond ASCII, and all are valid UTF-8")


def _without_mark(head: bytes) -> Encoding | None:
    """Text of the Latin alphabet in UTF-16 has a NUL for every other byte."""
    part = head[:4096]
    if len(part) < 4 or part.count(0) < len(part) * 0.3:
        return None
    name = "utf-16-le" if part[1::2].count(0) > part[0::2].count(0) else "utf-16-be"
    return Encoding(name, "every other byte is NUL, as in UTF-16, though there is no byte order mark", unsure=True)


def _not_clean(head: bytes) -> Encoding:
    text = head[: 1 << 20].decode("utf-8", errors="surrogateescape")
    bad = len(_UNDECODED.findall(text))
    good = len(_BEYOND.findall(text)) - bad
    if good > 4 * bad:
        return Encoding(
            "utf-8",
            f"{good:,} characters beyond ASCII are valid UTF-8, {bad:,} bytes are not: records with those are rejected",
            unsure=True,
        )
    name = "cp1252" if _decodes(head, "cp1252") else "latin-1"
    pages = [page for page in _SHOWN_PAGES if _decodes(head, page)] or ["latin-1"]
    readings = "; ".join(f"{page} {_characters(head, page)}" for page in pages)
    return Encoding(
        name,
        f"{len(_HIGH.findall(head)):,} bytes are beyond ASCII and not UTF-8. A code page cannot be known from the bytes; "
        f"they read as: {readings}",
        unsure=True,
    )


def _decodes(head: bytes, page: str) -> bool:
    try:
        head.decode(page)
    except UnicodeDecodeError:
        return False
    return True


def _characters(head: bytes, page: str) -> str:
    distinct = dict.fromkeys(_HIGH.findall(head[: 1 << 20]))
    return " ".join(byte.decode(page) for byte in list(distinct)[:8])
