"""Read a ledger and judge whether it is as it was written. Opens no file; changes nothing.

Told apart: an entry that a crash cut off while it was written (a note: it is the last of the file, or the next append names
it by its hash), and everything else that is not as it was written (a fault). A tail of whole entries that was cut off
leaves a good chain; only a head that was noted elsewhere finds that.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from audit.ledger.entry import NOTHING_BEFORE, Entry, is_torn, parse_line

REPAIR = "repair"
_ENTRY_START = b'{"no":'


@dataclass(frozen=True)
class Chain:
    """The entries that can be read, in order, and what is wrong with the file (`faults`) or merely odd (`notes`)."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        return self.entries[-1].hash if self.entries else NOTHING_BEFORE

    @cached_property
    def places(self) -> dict[str, int]:
        """Each entry's place by its hash, from 0."""
        return {entry.hash: place for place, entry in enumerate(self.entries)}

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Return the entries of these kinds, in order."""
        return [entry for entry in self.entries if entry.kind in kinds]


def read_chain(content: bytes) -> Chain:
    """Return what a ledger's bytes hold."""
    entries: list[Entry] = []
    faults: list[str] = []
    notes: list[str] = []
    *lines, tail = content.split(b"\n")
    # The end of a line that was changed may have been the hash that the next entry names: one fault, not two.
    broken = False
    for number, line in enumerate(lines, 1):
        entry, before = find_entry(line)
        if entry is None:
            faults.append(f"line {number}: is not as it was written")
            broken = True
            continue
        if not broken and not _follows(entry, entries):
            faults.append(f"line {number}: does not follow the entry before it; entries were removed, added or moved")
        if before or entry.kind == REPAIR:
            _judge_repair(number, entry, before, faults, notes)
        broken = False
        entries.append(entry)
    _judge_tail(len(lines) + 1, tail, entries, faults, notes)
    return Chain(tuple(entries), tuple(faults), tuple(notes))


def find_entry(line: bytes) -> tuple[Entry | None, bytes]:
    """Return the entry in which a line ends, and what stands before it: a torn one, which the entry continues."""
    start = line.find(_ENTRY_START)
    while start >= 0:
        entry = parse_line(line[start:])
        if entry is not None:
            return entry, line[:start]
        start = line.find(_ENTRY_START, start + 1)
    return None, line


def _follows(entry: Entry, entries: list[Entry]) -> bool:
    last = entries[-1] if entries else None
    expected = (last.no + 1, last.hash) if last else (1, NOTHING_BEFORE)
    return (entry.no, entry.prev) == expected


def _judge_repair(number: int, entry: Entry, before: bytes, faults: list[str], notes: list[str]) -> None:
    named = entry.kind == REPAIR and entry.about.get("sha256") == hashlib.sha256(before).hexdigest()
    if named and is_torn(before, entry.no):
        notes.append(f"line {number}: begins with an entry that a crash cut off ({len(before)} bytes); it was kept")
    else:
        faults.append(f"line {number}: what stands before its entry is not as it was written")


def _judge_tail(number: int, tail: bytes, entries: list[Entry], faults: list[str], notes: list[str]) -> None:
    """Judge what stands after the last newline: nothing, a whole entry that lacks only it, or a torn one."""
    if not tail:
        return
    whole, before = find_entry(tail)
    if whole is not None and not before and _follows(whole, entries):
        entries.append(whole)
        notes.append(f"line {number}: lacks its newline, as a crash may leave it; the entry is whole")
    elif is_torn(tail, entries[-1].no + 1 if entries else 1):
        notes.append(
            f"line {number}: is cut off ({len(tail)} bytes), by a crash while it was written or by somebody since; what it "
            "was to record was not shown then. The next entry keeps it"
        )
    else:
        faults.append(f"line {number}: is not as it was written")
