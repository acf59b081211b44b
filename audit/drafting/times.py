"""Read a column of times: its formats, the evidence for day first or month first, and what its values say of the zone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from audit.drafting.timeshapes import Shape, read_shape

DAY_FIRST, MONTH_FIRST, UNDECIDED, BOTH = "day first", "month first", "undecided", "both"
_SECONDS = (946_684_800, 2_208_988_800)  # 2000 to 2040
_EPOCHS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}


@dataclass(frozen=True)
class Order:
    """Whether day or month comes first in values of one form, and the evidence."""

    decided: str
    evidence: str

    @property
    def day_first(self) -> bool:
        """The order to write down; undecided values are written month last only because one must be written."""
        return self.decided != MONTH_FIRST

    @property
    def unsure(self) -> bool:
        """Say whether a person must decide."""
        return self.decided in (UNDECIDED, BOTH)


@dataclass(frozen=True)
class TimeReading:
    """What a column's filled cells are when read as times. `forms`: form -> cells, most first; `orders` of the doubtful."""

    forms: Mapping[str, int]
    orders: Mapping[str, Order]
    filled: int
    clock: int
    zoned: int
    letters: tuple[str, ...]
    iso: bool
    epoch: str | None = None
    hours: Mapping[int, int] = field(default_factory=dict)

    @property
    def fits(self) -> int:
        """How many cells are times."""
        return sum(self.forms.values()) if not self.epoch else self.filled

    @property
    def share(self) -> float:
        """Which share of the filled cells are times."""
        return self.fits / self.filled if self.filled else 0.0

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats to declare; none where ISO 8601 covers all."""
        if self.iso or self.epoch:
            return ()
        return tuple(dict.fromkeys(self.format_of(form) for form in self.forms))

    def format_of(self, form: str, other: bool = False) -> str:
        """Return a form's strptime format, with day and month in their order, or in the other one."""
        order = self.orders.get(form)
        day_first = order is None or order.day_first
        return Shape(form, None, True, "", False).format(day_first != other)


def read_times(cells: Mapping[str, int]) -> TimeReading | None:
    """Return what trimmed cells (text -> how often) are as times; None where most are not."""
    filled = sum(cells.values())
    if not filled:
        return None
    if epoch := _epoch(cells):
        return TimeReading({}, {}, filled, filled, filled, (), False, epoch)
    shapes = [(shape, text, count) for text, count in cells.items() if (shape := read_shape(text)) is not None]
    if sum(count for _, _, count in shapes) < 0.6 * filled:
        return None
    forms: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for shape, _, count in shapes:
        forms[shape.form] += count
        if shape.zone not in ("", "named"):
            letters[shape.zone] += count
    return TimeReading(
        dict(forms.most_common()),
        _orders((shape, count) for shape, _, count in shapes),
        filled,
        sum(count for shape, _, count in shapes if shape.clock),
        sum(count for shape, _, count in shapes if shape.zone == "named"),
        tuple(letter for letter, _ in letters.most_common(4)),
        all(shape.iso for shape, _, _ in shapes),
        hours=_hours(shapes),
    )


def _epoch(cells: Mapping[str, int]) -> str | None:
    if not all(text.isascii() and text.isdigit() for text in cells):
        return None
    for unit, factor in _EPOCHS.items():
        if all(_SECONDS[0] <= int(text) / factor <= _SECONDS[1] for text in cells):
            return unit
    return None


def _orders(shapes: Iterable[tuple[Shape, int]]) -> dict[str, Order]:
    parts: dict[str, list[tuple[int, int]]] = {}
    for shape, _ in shapes:
        if shape.parts:
            parts.setdefault(shape.form, []).append(shape.parts)
    return {form: _order(pairs) for form, pairs in parts.items()}


def _order(pairs: Iterable[tuple[int, int]]) -> Order:
    first, second = map(set, zip(*pairs, strict=True))
    big_first, big_second = max(first), max(second)
    if big_first > 12 and big_second > 12:
        return Order(
            BOTH, f"a first part of {big_first} and a second part of {big_second} were both seen: two orders are mixed"
        )
    if big_first > 12:
        return Order(DAY_FIRST, f"a first part of {big_first} was seen: day first")
    if big_second > 12:
        return Order(MONTH_FIRST, f"a second part of {big_second} was seen: month first")
    return Order(UNDECIDED, f"no value decides, both fit{_leaning(len(first), len(second))}")


def _leaning(firsts: int, seconds: int) -> str:
    """Days change faster than months: a hint, and no more."""
    if firsts >= 4 * seconds:
        return (
            f" ({firsts} first parts against {seconds} second: as days would stand, if the file covers days in a row)"
        )
    if seconds >= 4 * firsts:
        return (
            f" ({seconds} second parts against {firsts} first: as days would stand, if the file covers days in a row)"
        )
    return ""


def settle(reading: TimeReading, more: Iterable[str | None]) -> TimeReading:
    """Look for a value that decides in the records behind the sample; stop at the first."""
    open_forms = {form for form, order in reading.orders.items() if order.decided == UNDECIDED}
    for cell in more if open_forms else ():
        shape = read_shape(cell.strip()) if cell else None
        if shape and shape.parts and shape.form in open_forms and max(shape.parts) > 12:
            found = _order([shape.parts])
            orders = {**reading.orders, shape.form: Order(found.decided, f"{found.evidence} (behind the sample)")}
            return replace(reading, orders=orders)
    return reading


def borrow(reading: TimeReading, others: Iterable[tuple[str, TimeReading]]) -> TimeReading:
    """Take the order from another column that writes its dates with the same signs and has a value that decides."""
    orders = dict(reading.orders)
    for form, order in reading.orders.items():
        if order.decided != UNDECIDED:
            continue
        for name, other in others:
            known = next((one for its, one in other.orders.items() if its[:7] == form[:7] and not one.unsure), None)
            if known:
                orders[form] = Order(known.decided, f"as in column {name}: {known.evidence}")
                break
    return replace(reading, orders=orders)


def _hours(shapes: Iterable[tuple[Shape, str, int]]) -> dict[int, int]:
    """How many values fall in each hour as it is written."""
    hours: Counter[int] = Counter()
    for shape, _, count in shapes:
        if shape.hour is not None:
            hours[shape.hour] += count
    return dict(hours)


def quiet_hours(hours: Mapping[int, int]) -> tuple[int, int] | None:
    """Return the six hours in a row with the fewest values (first, last), where they stand out; None else."""
    total = sum(hours.values())
    if total < 300:
        return None
    sums = {start: sum(hours.get((start + step) % 24, 0) for step in range(6)) for start in range(24)}
    start = min(sums, key=lambda hour: (sums[hour], hour))
    return (start, (start + 5) % 24) if sums[start] < 0.12 * total else None
