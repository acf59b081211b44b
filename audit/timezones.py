"""Local time and UTC as SQL: a decision tree over a zone's offset changes, made from the time zone database.

DuckDB's own `AT TIME ZONE` takes the second of a local hour that exists twice and shifts one that does not exist
without a word; Spark's does otherwise. A tree of comparisons is the same everywhere, and faster.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Years in which offsets are looked up; before and after, the first and the last offset hold.
FIRST_YEAR = 1970
LAST_YEAR = 2100


@dataclass(frozen=True)
class Change:
    """One change of a zone's offset: the UTC instant (naive), and the seconds east of UTC before and after it."""

    at: datetime
    before: int
    after: int


@dataclass(frozen=True)
class Zone:
    """A zone's offset changes in time order, and its first offset in seconds east of UTC."""

    name: str
    first: int
    changes: tuple[Change, ...]


@lru_cache(maxsize=64)
def read_zone(name: str) -> Zone:
    """Return the offset changes of a zone.

    Raises:
        ValueError: there is no such zone in the time zone database.

    """
    try:
        zone = ZoneInfo(name)
        if name.startswith(("/", ".")) or not name:
            raise ValueError(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f'"{name}" is not a time zone; use a name such as "Europe/London" or "UTC"') from fault
    moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    first = before = _offset(zone, moment)
    changes = []
    while moment < end:
        later = moment + timedelta(days=7)
        after = _offset(zone, later)
        if after != before:
            changes.append(Change(_find_change(zone, moment, later), before, after))
            before = after
        moment = later
    return Zone(name, first, tuple(changes))


def sql_for_local(utc: str, zone: Zone, until: datetime | None = None) -> str:
    """Return SQL for the local time of a UTC TIMESTAMP column (a plain column name: it is repeated).

    Where no time is later than `until` (UTC) later changes are left out: planning them costs more than a small load.
    """
    changes = _changes(zone, until)
    leaves = [_shift(utc, zone.first)] + [_shift(utc, change.after) for change in changes]
    return _tree(utc, [change.at for change in changes], leaves)


def sql_for_utc(local: str, zone: Zone, until: datetime | None = None) -> str:
    """Return SQL for the UTC of a local TIMESTAMP column (a plain column name: it is repeated).

    A local time that exists twice is taken as the first; one that does not exist gives NULL. Of times later than `until`
    (UTC) it says no more than that they are later.
    """
    bounds: list[datetime] = []
    leaves = [_shift(local, -zone.first)]
    for change in _changes(zone, until):
        bounds.append(change.at + timedelta(seconds=change.before))
        if change.after > change.before:
            leaves.append("NULL")
            bounds.append(change.at + timedelta(seconds=change.after))
        leaves.append(_shift(local, -change.after))
    return _tree(local, bounds, leaves)


def _changes(zone: Zone, until: datetime | None) -> tuple[Change, ...]:
    return tuple(change for change in zone.changes if until is None or change.at <= until)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds())


def _find_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high.replace(tzinfo=None)


def _shift(column: str, seconds: int) -> str:
    if seconds == 0:
        return column
    sign = "+" if seconds > 0 else "-"
    return f"{column} {sign} INTERVAL {abs(seconds)} SECOND"


def _tree(column: str, bounds: list[datetime], leaves: list[str]) -> str:
    # Halving keeps it at eight comparisons a row for the 260 changes of a zone with summer time.
    if not bounds:
        return leaves[0]
    middle = len(bounds) // 2
    low = _tree(column, bounds[:middle], leaves[: middle + 1])
    high = _tree(column, bounds[middle + 1 :], leaves[middle + 1 :])
    if low == high:
        return low
    return f"CASE WHEN {column} < TIMESTAMP '{bounds[middle].isoformat(sep=' ')}' THEN {low} ELSE {high} END"
