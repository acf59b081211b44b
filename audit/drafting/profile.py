"""Profile a column by its first cells: what kind of thing stands in it, what masks it, how often it repeats."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from audit.drafting import kinds
from audit.drafting.found import Cell, RawTable
from audit.drafting.times import TimeReading, borrow, read_times, settle

# Longer texts are no identifiers, and a cell may hold a megabyte.
_LONG = 4_000


@dataclass(frozen=True)
class Profile:
    """One column. Counts are of cells; `values` are the trimmed cells that are neither blank, mask nor word for nothing."""

    name: str
    place: int
    records: int
    values: Counter[str]
    blank: int
    masks: Counter[str]
    nothing: Counter[str]
    partly: int
    two_lines: int
    padded: int
    times: TimeReading | None
    typed: bool = False

    @property
    def filled(self) -> int:
        """Cells with a value."""
        return self.values.total()

    @property
    def distinct(self) -> int:
        """Different values."""
        return len(self.values)

    @property
    def unique(self) -> bool:
        """Every record has a value, and no two the same."""
        return self.records > 1 and self.filled == self.records == self.distinct

    @property
    def words(self) -> float:
        """Words in a value, on average over the different ones."""
        return sum(len(text.split()) for text in self.values) / max(self.distinct, 1)

    @property
    def is_time(self) -> bool:
        """Most values are dates or times."""
        return self.typed or (self.times is not None and self.times.epoch is None)

    @property
    def is_epoch(self) -> bool:
        """All values are whole numbers that could count from 1970."""
        return self.times is not None and self.times.epoch is not None

    @property
    def has_clock(self) -> bool:
        """The times have a time of day."""
        return self.typed or (self.times is not None and self.times.clock > 0.5 * self.times.filled)

    @property
    def packed(self) -> str | None:
        """The sign between parts that are packed into most cells, or None."""
        for sign in "/|;":
            if sum(count for text, count in self.values.items() if text.count(sign) >= 2) > 0.6 * max(self.filled, 1):
                return None if self.is_time else sign
        return None

    @property
    def is_plate(self) -> bool:
        """Most values look like registration plates."""
        return self.share("PLATE") > 0.6

    def counted(self, sign: str) -> int:
        """Return how many cells hold a sign."""
        return sum(count for text, count in self.values.items() if sign in text)

    def share(self, pattern: str) -> float:
        """Return the share of the values that as a whole are of one of the kinds."""
        compiled = getattr(kinds, pattern)
        return sum(count for text, count in self.values.items() if compiled.fullmatch(text)) / max(self.filled, 1)

    def content(self) -> str:
        """Say what stands in the column, without saying any of it."""
        if not self.filled:
            hidden = self.masks.total()
            return "masked throughout" if hidden else "blank in all records seen"
        parts = [self._what()]
        if self.distinct == 1:
            parts.append("the same in all records seen" if self.filled == self.records else "one value only")
        elif self.unique:
            parts.append("all different")
        else:
            parts.append(f"{self.distinct:,} different")
        if self.blank:
            parts.append(f"{self.blank / self.records:.0%} blank")
        if self.two_lines:
            parts.append(f"{self.two_lines:,} with a line break inside")
        return ", ".join(parts)

    def _what(self) -> str:
        if self.is_time:
            return "times" if self.has_clock else "dates"
        for pattern, word in (("UUID", "UUIDs"), ("CLOCK", "times of day"), ("INTEGER", "whole numbers")):
            if self.share(pattern) > 0.9:
                return word
        if self.share("NUMBER") > 0.9:
            return "numbers"
        if self.share("ADDRESS") > 0.9:
            return "network addresses"
        if self.share("EMAIL") > 0.9:
            return "e-mail addresses"
        return "free text" if self.words >= 2 else "words or codes"


def profile_columns(table: RawTable) -> list[Profile]:
    """Profile all columns; dates that the sample leaves undecided are settled by later records or by each other."""
    profiles = [_profile(table, place) for place in range(len(table.names))]
    return _settled(profiles, table)


def _profile(table: RawTable, place: int) -> Profile:
    name = table.names[place]
    values, masks, nothing = Counter[str](), Counter[str](), Counter[str]()
    blank = two_lines = padded = partly = 0
    counts: Counter[Cell] = Counter(table.column(place))
    for cell, count in counts.items():
        text = (cell or "").strip()
        if not text:
            blank += count
        elif kinds.is_mask(text):
            masks[text] += count
        elif kinds.is_word_for_nothing(text):
            nothing[text] += count
        else:
            values[text[:_LONG]] += count
            partly += count if kinds.is_partly_masked(text[:80]) else 0
            two_lines += count if "\n" in text or "\r" in text else 0
            padded += count if cell != text else 0
    typed = name in table.typed_times
    times = None if typed else read_times(values)
    return Profile(name, place, len(table.rows), values, blank, masks, nothing, partly, two_lines, padded, times, typed)


def _settled(profiles: list[Profile], table: RawTable) -> list[Profile]:
    undecided = [one for one in profiles if one.times and any(order.unsure for order in one.times.orders.values())]
    if not undecided:
        return profiles
    by_place = {one.place: one for one in profiles}
    known = [(one.name, one.times) for one in profiles if one.times and one not in undecided]
    for one in undecided:
        by_place[one.place] = _with_times(one, borrow(one.times, known) if one.times else None)
    still = [one for one in by_place.values() if one.times and any(o.unsure for o in one.times.orders.values())]
    if still and not table.whole:
        # All columns at once, since the rest can be read only once; the first that decides lends to the others.
        first = still[0]
        cells: Iterable[Cell] = (row[first.place] for row in table.rest)
        assert first.times is not None
        settled = _with_times(first, settle(first.times, cells))
        by_place[first.place] = settled
        for other in still[1:]:
            if other.times and settled.times:
                by_place[other.place] = _with_times(other, borrow(other.times, [(settled.name, settled.times)]))
    return [by_place[place] for place in sorted(by_place)]


def _with_times(profile: Profile, times: TimeReading | None) -> Profile:
    return replace(profile, times=times)
